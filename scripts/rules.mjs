// npm run rules, after dependency-cruiser: what core may compute with, and what the kernels import.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findHostArithmetic } from './rules/host-arithmetic.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const problems = [];

for (const file of readdirSync('bindings/core', { recursive: true })) {
  if (!file.endsWith('.ts')) continue;
  const path = join('bindings/core', file);
  problems.push(...findHostArithmetic(path, readFileSync(path, 'utf8')));
}

const imports = WebAssembly.Module.imports(
  new WebAssembly.Module(readFileSync('build/adatom.wasm')),
);
for (const { module, name } of imports) {
  problems.push(
    `build/adatom.wasm: imports ${module}.${name}; the release module imports nothing.`,
  );
}

for (const problem of problems) console.error(problem);
console.log(
  `${problems.length === 0 ? 'no' : problems.length} broken rules in core and the kernels`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

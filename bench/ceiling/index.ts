import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** The register-only loop of loop.ts as a module's bytes; measure.ts runs it, on any host. */
export function compileCeiling(): Uint8Array {
  mkdirSync('build', { recursive: true });
  const options = ['--runtime', 'stub', '--enable', 'simd', '--use', 'abort=', '-O3'];
  execFileSync(process.execPath, [
    'node_modules/assemblyscript/bin/asc.js',
    'bench/ceiling/loop.ts',
    ...options,
    '--outFile',
    'build/ceiling.wasm',
  ]);
  return readFileSync('build/ceiling.wasm');
}

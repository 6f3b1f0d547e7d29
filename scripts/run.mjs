// node scripts/run.mjs FILE.ts [arguments]: bundle a TypeScript program and run it in this process.
// Node 20 does not run TypeScript by itself.
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [file, ...parameters] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}
const out = resolve(root, 'build/run', `${file.replace(/[^a-z0-9]+/gi, '-')}.mjs`);
await build({
  entryPoints: [resolve(file)],
  outfile: out,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
process.argv = [process.argv[0], out, ...parameters];
await import(pathToFileURL(out).href);

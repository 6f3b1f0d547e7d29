import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the package as published', () => {
  it.each(pathsOf({ ...packageJson.exports, bin: packageJson.bin }))('holds %s', (path) => {
    // a pattern stands for what its folder holds
    expect(existsSync(join(root, path.replace(/\/\*$/, '')))).toBe(true);
    expect([...packageJson.files, 'package.json']).toContain(path.split('/')[1]);
  });

  it.each(['web/index.js', 'web/worker.js', 'web/formats.js', 'deno/mod.js', 'deno/worker.js'])(
    '%s needs no other module',
    async (file) => {
      const { metafile } = await build({
        entryPoints: [join(root, 'dist', file)],
        bundle: true,
        write: false,
        metafile: true,
        format: 'esm',
        external: ['*'],
      });
      expect(Object.values(metafile.inputs).flatMap(({ imports }) => imports)).toEqual([]);
    },
  );

  it('can be imported where there is no Worker and no page, as a server does', async () => {
    const { createAdatom } = await import(pathToFileURL(join(root, 'dist/web/index.js')).href);
    expect(createAdatom).toBeTypeOf('function');
  });

  it('reads files with its readers alone, on any host', async () => {
    const formats = await import(pathToFileURL(join(root, 'dist/web/formats.js')).href);
    const bytes = new Uint8Array(readFileSync(join(root, 'examples/dimer-rows.sxm')));
    expect(formats.readScan(bytes, 'dimer-rows.sxm').format).toBe('nanonis-sxm');
    expect(() => formats.readScan(bytes.subarray(1), 'cut.sxm')).toThrow(formats.FormatError);
  });

  it('has one version', () => {
    const deno = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8'));
    expect(deno.version).toBe(packageJson.version);
  });

  it('holds the kernels as they are inlined', () => {
    const { wasmBase64 } = evaluate(readFileSync(join(root, 'build/adatom.wasm.ts'), 'utf8'));
    expect(readFileSync(join(root, 'dist/adatom.wasm')).toString('base64')).toBe(wasmBase64);
  });
});

function evaluate(source: string): { wasmBase64: string } {
  return { wasmBase64: /'([A-Za-z0-9+/=]+)'/.exec(source)?.[1] ?? '' };
}

function pathsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value.startsWith('./') ? value : `./${value}`];
  const paths = Object.values(value as Record<string, unknown>).flatMap(pathsOf);
  return [...new Set(paths)];
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the package as published', () => {
  it.each(pathsOf({ ...packageJson.exports, bin: packageJson.bin }))('holds %s', (path) => {
    expect(existsSync(join(root, path))).toBe(true);
    expect([...packageJson.files, 'package.json']).toContain(path.split('/')[1]);
  });

  it.each(['web/index.js', 'web/worker.js', 'deno/mod.js'])('%s needs no other module', (file) => {
    const text = readFileSync(join(root, 'dist', file), 'utf8');
    expect(text.match(/^\s*(import|export)\b.*\bfrom\s*["'].*/gm)).toBeNull();
    expect(text.match(/\b(import|require)\(["'][^"']*["']\)/g)).toBeNull();
  });

  it('can be imported where there is no Worker and no page, as a server does', async () => {
    const { createEngine } = await import(pathToFileURL(join(root, 'dist/web/index.js')).href);
    expect(createEngine).toBeTypeOf('function');
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

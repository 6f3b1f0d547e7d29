import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';

export const selftest = fileURLToPath(new URL('../../dist/adatom-selftest.wasm', import.meta.url));

/** What adatom-selftest.wasm prints under node:wasi. */
export function runUnderNodeWasi(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adatom-wasi-'));
  const stdout = openSync(join(folder, 'printed'), 'w+');
  try {
    const wasi = new WASI({ version: 'preview1', stdout });
    const module = new WebAssembly.Module(readFileSync(selftest));
    wasi.start(new WebAssembly.Instance(module, wasi.getImportObject() as WebAssembly.Imports));
    return readFileSync(join(folder, 'printed'), 'utf8');
  } finally {
    closeSync(stdout);
    rmSync(folder, { recursive: true });
  }
}

/** Its hashes by case, without the speeds. */
export function hashesOf(printed: string): Record<string, string> {
  const lines = printed.trim().split('\n');
  const pairs = lines.map((line) => line.split(': ') as [string, string]);
  return Object.fromEntries(pairs.filter(([, value]) => /^[0-9a-f]{64}$/.test(value)));
}

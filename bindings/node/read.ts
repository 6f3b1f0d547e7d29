import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ReadOptions, readScan, type Scan } from '../core/index.ts';

/** A scan and the bytes it was read from. */
export interface ReadFile {
  scan: Scan;
  bytes: Uint8Array;
  /** The other files that its format keeps things in, as far as they were read. */
  companions: { name: string; bytes: Uint8Array }[];
}

/**
 * Read a scan from disk. Formats that keep their parameters in a second file find it in the same
 * folder, unless `siblings` says otherwise. Throws FormatError, or Node's error when the file
 * cannot be read.
 */
export function readScanFile(path: string, options: ReadOptions = {}): ReadFile {
  const bytes = new Uint8Array(readFileSync(path));
  const folder = dirname(path);
  const companions: ReadFile['companions'] = [];
  const siblings = {
    get names() {
      return readdirSync(folder);
    },
    read(name: string) {
      const companion = { name, bytes: new Uint8Array(readFileSync(join(folder, basename(name)))) };
      companions.push(companion);
      return companion.bytes;
    },
  };
  return { scan: readScan(bytes, basename(path), { siblings, ...options }), bytes, companions };
}

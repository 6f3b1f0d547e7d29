import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ReadOptions, readScan, type Scan } from '../core/index.ts';

/** A scan and the bytes it was read from. */
export interface ReadFile {
  scan: Scan;
  bytes: Uint8Array;
}

/**
 * Read a scan from disk. Formats that keep their parameters in a second file find it in the same
 * folder, unless `siblings` says otherwise. Throws FormatError, or Node's error when the file
 * cannot be read.
 */
export function readScanFile(path: string, options: ReadOptions = {}): ReadFile {
  const bytes = new Uint8Array(readFileSync(path));
  const folder = dirname(path);
  const siblings = {
    get names() {
      return readdirSync(folder);
    },
    read: (name: string) => new Uint8Array(readFileSync(join(folder, basename(name)))),
  };
  return { scan: readScan(bytes, basename(path), { siblings, ...options }), bytes };
}

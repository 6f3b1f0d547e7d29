import { type ReadOptions, readScan, type Scan } from '../core/index.ts';

/** A scan and the bytes it was read from. */
export interface ReadFile {
  scan: Scan;
  bytes: Uint8Array;
  /** The other files that its format keeps things in, as far as they were read. */
  companions: { name: string; bytes: Uint8Array }[];
}

/**
 * Read a scan from disk; needs --allow-read for the file, and for its folder when the format keeps
 * its parameters in a second file. Throws FormatError, or Deno's error when the file cannot be read.
 */
export function readScanFile(path: string, options: ReadOptions = {}): ReadFile {
  const bytes = Deno.readFileSync(path);
  const [, folder = '', name = path] = /^(.*[\\/])?([^\\/]*)$/.exec(path) ?? [];
  const companions: ReadFile['companions'] = [];
  const siblings = {
    get names() {
      return [...Deno.readDirSync(folder || '.')].filter(({ isFile }) => isFile).map(toName);
    },
    read(sibling: string) {
      const companion = { name: sibling, bytes: Deno.readFileSync(folder + sibling) };
      companions.push(companion);
      return companion.bytes;
    },
  };
  return { scan: readScan(bytes, name, { siblings, ...options }), bytes, companions };
}

function toName({ name }: { name: string }): string {
  return name;
}

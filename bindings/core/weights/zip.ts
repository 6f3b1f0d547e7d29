import { inflateSync, strFromU8 } from 'fflate';
import { FormatError } from '../errors.ts';
import { viewOf } from './elements.ts';

/** One file inside a zip archive: where its bytes lie and what they unpack to. */
export interface ZipEntry {
  name: string;
  method: 'stored' | 'deflated';
  crc: number;
  packed: number;
  size: number;
  /** Of the first packed byte in the archive. */
  offset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Weights hardly compress: more than this is an attack or a mistake. */
const MOST_EXPANSION = 100;

/**
 * List a zip archive by its central directory (PKWARE APPNOTE 4.3). Stored and deflated entries
 * only; no encryption, no zip64 (an archive over 4 GiB). Sizes are checked against the file.
 */
export function listZip(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const view = viewOf(bytes);
  const end = findEnd(view, file);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) {
    throw new FormatError(file, end, 'a zip64 archive', 'a zip archive below 4 GiB');
  }
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) {
      throw new FormatError(file, at, 'no zip directory entry', `entry ${i + 1} of ${count}`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const next =
      at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw new FormatError(file, at, 'a cut zip directory', `${count} entries`);
    const entry = readEntry(bytes, view, at, nameLength, file);
    total += entry.size;
    if (
      entry.size > entry.packed * MOST_EXPANSION + 1024 ||
      total > bytes.length * MOST_EXPANSION
    ) {
      throw new FormatError(
        file,
        at,
        `${entry.name} growing from ${entry.packed} to ${entry.size} bytes`,
        `at most ${MOST_EXPANSION} times`,
      );
    }
    if (entries.has(entry.name)) {
      throw new FormatError(file, at, `a second ${entry.name}`, 'every name once');
    }
    entries.set(entry.name, entry);
    at = next;
  }
  return entries;
}

/** Unpack one entry; a stored one is a view of the archive. Its checksum is verified. */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  const packed = bytes.subarray(entry.offset, entry.offset + entry.packed);
  let content = packed;
  if (entry.method === 'deflated') {
    try {
      content = inflateSync(packed, { out: new Uint8Array(entry.size) });
    } catch {
      throw new FormatError(file, entry.offset, `a damaged ${entry.name}`, 'deflated bytes');
    }
  }
  if (content.length !== entry.size || crc32(content) !== entry.crc) {
    throw new FormatError(
      file,
      entry.offset,
      `a damaged ${entry.name}`,
      `${entry.size} bytes with checksum ${entry.crc.toString(16)}`,
    );
  }
  return content;
}

/** The end record sits last, before a comment of at most 65535 bytes. */
function findEnd(view: DataView, file: string): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new FormatError(file, 0, 'no end of a zip directory', 'a complete zip archive');
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  nameLength: number,
  file: string,
): ZipEntry {
  const name = decodeName(bytes.subarray(at + 46, at + 46 + nameLength), at, file);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if (flags & 1 || (method !== 0 && method !== 8)) {
    throw new FormatError(
      file,
      at,
      flags & 1 ? `${name}, encrypted` : `${name}, packed by method ${method}`,
      'stored or deflated entries',
    );
  }
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL) {
    throw new FormatError(file, at, `${name} at ${local}`, 'the offset of a local header');
  }
  // The local header's own name and padding may be longer than the directory's.
  const offset = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (offset + packed > bytes.length || (method === 0 && size !== packed)) {
    throw new FormatError(file, at, `${name} of ${packed} bytes at ${offset}`, 'a whole entry');
  }
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    crc: view.getUint32(at + 16, true),
    packed,
    size,
    offset,
  };
}

function decodeName(bytes: Uint8Array, at: number, file: string): string {
  try {
    return strFromU8(bytes);
  } catch {
    throw new FormatError(file, at, 'a name that is not UTF-8', 'readable names');
  }
}

let crcTable: Int32Array | undefined;

function crc32(bytes: Uint8Array): number {
  crcTable ??= makeCrcTable();
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeCrcTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
}

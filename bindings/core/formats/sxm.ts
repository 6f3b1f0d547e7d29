import { type Channel, type Direction, makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, decodeText, indexOfText, quote } from './bytes.ts';
import { walk } from './orient.ts';
import { metresToNm, parseNumber } from './units.ts';

export const sxmMagic = ':NANONIS_VERSION:';
const headerEnd = ':SCANIT_END:';

/** A header entry: its text, and where it stands for error messages. */
interface Entry {
  text: string;
  at: number;
}

interface Plane {
  name: string;
  unit: string;
  direction: Direction;
}

/** ':KEY:' lines, each followed by lines of text until the next key. */
function parseEntries(bytes: Uint8Array, end: number): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let entry: Entry | undefined;
  for (let at = 0; at < end; ) {
    const newline = bytes.indexOf(10, at);
    const stop = newline < 0 || newline > end ? end : newline;
    const line = decodeText(bytes.subarray(at, stop)).replace(/\r$/, '');
    const key = /^:([^\t]+):\s*$/.exec(line)?.[1];
    if (key !== undefined) {
      entry = { text: '', at: stop + 1 };
      entries.set(key, entry);
    } else if (entry) {
      entry.text += entry.text ? `\n${line}` : line;
    }
    at = stop + 1;
  }
  return entries;
}

function required(cursor: Cursor, entries: Map<string, Entry>, key: string, end: number): Entry {
  return entries.get(key) ?? cursor.fail('no such entry in the header', `:${key}:`, end);
}

/** The two whitespace-separated numbers of :SCAN_PIXELS: or :SCAN_RANGE:. */
function twoNumbers(entry: Entry | undefined): [number | null, number | null] {
  const words = entry?.text.trim().split(/\s+/) ?? [];
  return [parseNumber(words[0]), parseNumber(words[1])];
}

/** A tab-separated table with a line of column names, as objects. */
function parseTable(entry: Entry | undefined): Record<string, string>[] {
  const lines = (entry?.text ?? '').split('\n').filter((line) => line.trim() !== '');
  const names = (lines[0] ?? '').split('\t').map((name) => name.trim());
  return lines.slice(1).map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(names.map((name, i) => [name, (cells[i] ?? '').trim()]));
  });
}

/** The images in the order of the file: per row of :DATA_INFO:, forward before backward. */
function listPlanes(cursor: Cursor, info: Entry): Plane[] {
  const planes = parseTable(info).flatMap((row): Plane[] => {
    const name = row['Name'] ?? '';
    const unit = row['Unit'] ?? '';
    switch (row['Direction']) {
      case 'both':
        return [
          { name, unit, direction: 'forward' },
          { name, unit, direction: 'backward' },
        ];
      case 'forward':
      case 'backward':
        return [{ name, unit, direction: row['Direction'] }];
      default:
        return cursor.fail(
          `direction ${quote(row['Direction'] ?? '')}`,
          'both, forward or backward',
          info.at,
        );
    }
  });
  if (planes.length === 0) cursor.fail('no channel', 'at least one line in :DATA_INFO:', info.at);
  return planes;
}

/** The set-point when the Z controller regulates a current; an AFM regulates something else. */
function setpoint(entries: Map<string, Entry>): number | null {
  const [row] = parseTable(entries.get('Z-CONTROLLER'));
  const text = row?.['Setpoint'];
  if (text !== undefined) return /\sA$/.test(text) ? parseNumber(text) : null;
  if (entries.get('Z-Controller>Setpoint unit')?.text.trim() !== 'A') return null;
  return parseNumber(entries.get('Z-Controller>Setpoint')?.text);
}

/** One stored image of big-endian float32, turned while it is read: no second copy. */
function readPlane(
  view: DataView,
  offset: number,
  rows: number,
  columns: number,
  flipRows: boolean,
  flipColumns: boolean,
): Float32Array {
  const pixels = new Float32Array(rows * columns);
  const { start, rowStep, columnStep } = walk(rows, columns, flipRows, flipColumns);
  let from = offset;
  for (let row = 0; row < rows; row++) {
    let to = start + row * rowStep;
    for (let column = 0; column < columns; column++) {
      pixels[to] = view.getFloat32(from, false);
      to += columnStep;
      from += 4;
    }
  }
  return pixels;
}

/**
 * Nanonis .sxm: a text header, then big-endian float32 images in the order of acquisition.
 * Backward images are stored as recorded, right to left, and an upward scan bottom line first;
 * both are turned. Throws FormatError.
 */
export function readSxm(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file, 0, bytes.length, 'big');
  const end = indexOfText(bytes, headerEnd);
  if (end < 0) cursor.fail('the end of the file', headerEnd, bytes.length);
  const entries = parseEntries(bytes, end);

  const type = required(cursor, entries, 'SCANIT_TYPE', end);
  if (!/^\s*FLOAT\s+MSBFIRST\s*$/.test(type.text)) {
    cursor.fail(`scan type ${quote(type.text.trim())}`, 'FLOAT MSBFIRST', type.at);
  }
  const pixelsEntry = required(cursor, entries, 'SCAN_PIXELS', end);
  const [columns, rows] = twoNumbers(pixelsEntry);
  if (!columns || !rows || !isSize(columns) || !isSize(rows)) {
    return cursor.fail(quote(pixelsEntry.text.trim()), 'two positive numbers', pixelsEntry.at);
  }
  const planes = listPlanes(cursor, required(cursor, entries, 'DATA_INFO', end));

  // Blank lines separate the end mark from the two bytes that announce the binary part.
  const mark = indexOfText(bytes, '\x1a\x04', end + headerEnd.length);
  if (mark < 0 || mark > end + headerEnd.length + 16) {
    cursor.fail('something else', `bytes 1a 04 after ${headerEnd}`, end + headerEnd.length);
  }
  cursor.offset = mark + 2;
  const planeBytes = rows * columns * 4;
  if (cursor.left !== planes.length * planeBytes) {
    cursor.fail(
      `${count(cursor.left, 'byte')} of pixels`,
      `${planes.length * planeBytes} (${count(planes.length, 'image')} of ${columns} x ${rows} float32)`,
    );
  }

  const [widthM, heightM] = twoNumbers(entries.get('SCAN_RANGE'));
  const slow = entries.get('SCAN_DIR')?.text.trim();
  const known: Partial<Channel> = {
    widthNm: metresToNm(widthM ?? 0),
    heightNm: metresToNm(heightM ?? 0),
    angleDeg: parseNumber(entries.get('SCAN_ANGLE')?.text),
    biasV: parseNumber((entries.get('BIAS') ?? entries.get('Bias>Bias (V)'))?.text),
    setpointA: setpoint(entries),
    slow: slow === 'up' || slow === 'down' ? slow : 'unknown',
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels = planes.map(({ name, unit, direction }, i) => {
    const offset = cursor.offset + i * planeBytes;
    const mirrored = direction === 'backward';
    const pixels = readPlane(view, offset, rows, columns, slow === 'up', mirrored);
    return makeChannel(name, pixels, rows, columns, { ...known, unit, direction });
  });
  const warnings =
    known.slow === 'unknown' ? ['the file does not say whether it was scanned up or down.'] : [];
  const header = Object.fromEntries(Array.from(entries, ([key, { text }]) => [key, text.trim()]));
  return { name: file, format: 'nanonis-sxm', channels, header, warnings };
}

function isSize(n: number): boolean {
  return Number.isInteger(n) && n > 0 && n <= 0x7fffffff;
}

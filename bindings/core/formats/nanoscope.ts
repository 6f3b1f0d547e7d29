import { type Channel, type Direction, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, count, quote } from './bytes.ts';
import { walk } from './orient.ts';
import { type Entry, findHeaderEnd, headerLines } from './text-header.ts';
import { metresToNm, parseNumber, sizeUnknown, splitUnit } from './units.ts';

export const nanoscopeMagic = '\\*File list';

const headerEnd = '\\*File list end';
const imageList = 'Ciao image list';
const scanList = 'Ciao scan list';
/** Of the passes of a scan, which have a number each: '@2:Image Data' is one of the main pass. */
const passes = ['@2:', '@3:', '@4:'];

/** A list of the header: its name, where it begins, and its lines by their names in lower case. */
interface List {
  name: string;
  at: number;
  /** As in the file, for the record. */
  lines: [key: string, text: string][];
  entries: Map<string, Entry>;
}

interface Header {
  lists: List[];
  /** The first list with a name such as '@sens. zsens': that of each sensitivity. */
  firstWith: Map<string, List>;
  /** Where the pixels may begin. */
  end: number;
}

/** Lines of '\Name: value' under '\*List', to '\*File list end'. */
function parseHeader(cursor: Cursor): Header {
  const end = findHeaderEnd(cursor, headerEnd);
  const lists: List[] = [];
  const firstWith: Header['firstWith'] = new Map();
  for (const { line, at } of headerLines(cursor, end)) {
    const [, key, text = ''] = /^\\((?:@\d:)?[^:]+):(.*)$/.exec(line) ?? [];
    if (line.startsWith('\\*')) {
      lists.push({ name: line.slice(2), at, lines: [], entries: new Map() });
    } else if (key !== undefined) {
      const list = lists.at(-1)!;
      const { lines, entries } = list;
      const lower = key.toLowerCase();
      lines.push([key, text.trim()]);
      if (!entries.has(lower)) entries.set(lower, { text: text.trim(), at });
      if (!firstWith.has(lower)) firstWith.set(lower, list);
    }
  }
  return { lists, firstWith, end: end + headerEnd.length };
}

function textOf(list: List | undefined, name: string): string | undefined {
  return list?.entries.get(name.toLowerCase())?.text;
}

/** The text of a line that stands in the list for one pass. */
function passText(list: List | undefined, name: string): string | undefined {
  const pass = passes.find((number) => textOf(list, `${number}${name}`) !== undefined);
  return pass && textOf(list, `${pass}${name}`);
}

/** A whole number from 1 that an image's list must have. */
function countOf(cursor: Cursor, { entries, at }: List, name: string): number {
  const entry = entries.get(name.toLowerCase());
  if (!entry) return cursor.fail(`a ${imageList} without such a line`, `\\${name}:`, at);
  const n = /^\d+$/.test(entry.text) ? Number(entry.text) : 0;
  if (n > 0 && n <= 0x7fffffff) return n;
  return cursor.fail(`${name}: ${quote(entry.text)}`, 'a whole number from 1', entry.at);
}

/** A number of the header with its unit. */
interface Value {
  number: number;
  unit: string;
  /** The sensitivity that it is to be multiplied by. */
  soft: string;
}

/** 'V [Sens. Zsens] (0.005 V/LSB) 330 V': the sensitivity, what a count is (unused), and the value. */
function parseValue(text: string | undefined): Value | null {
  const found = /^V\s*(?:\[([^\]]*)\])?\s*(?:\((?:.*?\/LSB|[^()]*)\))?\s*(\S*)(.*)$/s.exec(
    text ?? '',
  );
  const number = parseNumber(found?.[2]);
  return found && number !== null ? { number, unit: found[3]!.trim(), soft: found[1] ?? '' } : null;
}

/** '~m' is how a micrometre is written, and a degree is the Spanish ordinal. */
function split(text: string) {
  return splitUnit(
    text
      .trim()
      .replace(/^~/, 'µ')
      .replace(/^[º°]$/, 'deg'),
  );
}

interface Quantity {
  value: number;
  /** An SI unit without prefix. */
  unit: string;
}

/** A value times its sensitivity, which is in 'nm/V' or is a mere factor; null where that does not fit. */
function quantityOf({ firstWith }: Header, value: Value | null): Quantity | null {
  if (!value) return null;
  const own = split(value.unit);
  if (value.soft === '') return { value: value.number * own.scale, unit: own.unit };
  const list = firstWith.get(`@${value.soft}`.toLowerCase());
  const soft = parseValue(textOf(list, `@${value.soft}`));
  if (!soft) return null;
  const product = value.number * soft.number * own.scale;
  if (soft.unit === '') return { value: product, unit: own.unit };
  const slash = soft.unit.lastIndexOf('/');
  const [unit, per] = [split(soft.unit.slice(0, slash)), split(soft.unit.slice(slash + 1))];
  if (slash < 0 || per.unit !== own.unit) return null;
  return { value: (product * unit.scale) / per.scale, unit: unit.unit };
}

function nameOf(list: List, index: number): string {
  const [, own, shown] = /^S\s*\[(.*?)\]\s*"(.*)"/.exec(passText(list, 'Image Data') ?? '') ?? [];
  const name = shown || own || `channel ${index}`;
  // It follows the same lines at a distance, and is no second sight of what the main pass shows.
  return textOf(list, 'Scan Line') === 'Interleave' ? `${name} (interleave)` : name;
}

function directionOf(list: List): Direction {
  const text = textOf(list, 'Line Direction');
  return text === 'Trace' ? 'forward' : text === 'Retrace' ? 'backward' : 'unknown';
}

function slowOf(list: List): Channel['slow'] {
  const text = textOf(list, 'Frame direction')?.toLowerCase();
  return text === 'up' || text === 'down' ? text : 'unknown';
}

/** Whether the sides are said to be equal. */
function isSquare(list: List): boolean {
  const [x, y] = (textOf(list, 'Aspect Ratio') ?? '1:1').split(':').map(parseNumber);
  return x === y;
}

/**
 * Width and height in nm: '10 ~m', '10 10 ~m'. Two equal numbers are those of the square that would have been scanned
 * whole: of an image of another aspect ratio, the lines say its height.
 */
function sizeOf(list: List, scan: List | undefined, columns: number, rows: number) {
  const found = /^(\S+)(?:\s+([\d.]\S*))?\s+([^\d\s]\S*)$/.exec(textOf(list, 'Scan Size') ?? '');
  const { unit, scale } = split(found?.[3] ?? '');
  const lengthNm = (n: number) => (unit === 'm' ? metresToNm(n * scale) : null);
  const width = Math.abs(parseNumber(found?.[1]) ?? 0);
  const height = Math.abs(parseNumber(found?.[2]) ?? width);
  const isWhole = height !== width || isSquare(list);
  const lines = scan && isSquare(scan) ? parseNumber(textOf(scan, 'Lines')) : null;
  return {
    widthNm: lengthNm(width),
    heightNm: lengthNm(isWhole ? height : (height * rows) / (lines || columns)),
  };
}

/** How the pixels of an image are stored. */
interface Stored {
  columns: number;
  rows: number;
  /** Bytes of a pixel. */
  size: number;
  length: number;
}

/** Moves to the pixels. Those of versions from 9.2 have 4 bytes, whatever 'Bytes/pixel' says: the length decides. */
function findPixels(cursor: Cursor, list: List, end: number): Stored {
  const columns = countOf(cursor, list, 'Samps/line');
  const rows = countOf(cursor, list, 'Number of lines');
  const length = countOf(cursor, list, 'Data length');
  const offset = countOf(cursor, list, 'Data offset');
  const size = length / (columns * rows);
  if (size !== 2 && size !== 4) {
    const { at } = list.entries.get('data length')!;
    cursor.fail(`${count(length, 'byte')} for ${columns} x ${rows} pixels`, '2 or 4 each', at);
  }
  if (offset < end || offset > cursor.end) {
    const { at } = list.entries.get('data offset')!;
    cursor.fail(`Data offset: ${offset}`, `from ${end} to ${cursor.end}, the end of the file`, at);
  }
  cursor.offset = offset;
  cursor.need(length, 'the pixels');
  return { columns, rows, size, length };
}

/** The lowest row is the first one stored, of scans downwards too; a line back lies as the one forth. */
function readPixels(
  cursor: Cursor,
  { columns, rows, size, length }: Stored,
  scale: number,
): Pixels {
  const block = cursor.block(length, 'the pixels');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const n = rows * columns;
  const pixels = size === 4 ? new Float64Array(n) : new Float32Array(n);
  const { start, rowStep } = walk(rows, columns, true, false);
  for (let y = 0, from = 0; y < rows; y++) {
    const row = start + y * rowStep;
    for (let x = 0; x < columns; x++, from += size) {
      const number = size === 4 ? view.getInt32(from, true) : view.getInt16(from, true);
      pixels[row + x] = number * scale;
    }
  }
  return pixels;
}

/** The counts that span the range of an image: by 'Bytes/pixel', and not by the bytes that are stored. */
function countsOf(cursor: Cursor, list: List): number {
  const entry = list.entries.get('bytes/pixel');
  if (!entry || entry.text === '2') return 2 ** 16;
  if (entry.text === '4') return 2 ** 32;
  return cursor.fail(`Bytes/pixel: ${quote(entry.text)}`, '2 or 4', entry.at);
}

/** What was set while an STM scanned; other microscopes have these lines too, with values of no use. */
function settings(header: Header, scan: List | undefined): Partial<Channel> {
  const angleDeg = parseNumber(textOf(scan, 'Rotate Ang.'));
  if (!/\bSTM/.test(textOf(scan, '@MicroscopeList') ?? '')) return { angleDeg };
  const valueIn = (name: string, unit: string) => {
    const found = quantityOf(header, parseValue(passText(scan, name)));
    // 15 digits: -50 mV are -0.05 V. A bias of nothing is one of the tip instead.
    return found?.unit === unit && found.value !== 0 ? Number(found.value.toPrecision(15)) : null;
  };
  return {
    angleDeg,
    biasV: valueIn('Sample Bias', 'V'),
    setpointA: valueIn('STMSetCurrent', 'A'),
  };
}

/** By list and name: 'Ciao scan list: Scan Rate'; images are numbered as the channels are. */
function linesOf({ lists }: Header): Record<string, string> {
  let image = 0;
  return Object.fromEntries(
    lists.flatMap(({ name, lines }) => {
      const title = name === imageList ? `${name} ${image++}` : name;
      return lines.map(([key, text]) => [`${title}: ${key}`, text]);
    }),
  );
}

/** The lists of images; throws where the file has others only, of old versions or of force curves. */
function imagesOf(cursor: Cursor, { lists }: Header): List[] {
  const images = lists.filter(({ name }) => name === imageList);
  if (images.length > 0) return images;
  const other = lists.find(({ name }) => /image list$/i.test(name));
  const version = textOf(lists[0], 'Version') ?? 'none';
  const found = `${other ? `'\\*${other.name}'` : 'no list of images'} (version ${version})`;
  return cursor.fail(
    found,
    `'\\*${imageList}', of images and version 4.3 or later`,
    other?.at ?? 0,
  );
}

/**
 * Bruker / Digital Instruments Nanoscope images (.spm, .000, ...) of version 4.3 and later: a text header of lists,
 * one per image, then their little-endian int16 or int32, the lowest row first. A count is 'Z scale' over 2^16 or
 * 2^32 times the sensitivity that it names, and a bare count where the file lacks that. Throws FormatError.
 *
 * Sources: NanoScope 8.10 User Guide (general format of CIAO parameters), Gwyddion's nanoscope.c and pySPM.
 */
export function readNanoscope(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  if (bytes[nanoscopeMagic.length] === 10) {
    const found = 'a file that was sent as text, which damages its pixels';
    cursor.fail(found, 'lines that end as in Windows', nanoscopeMagic.length);
  }
  const header = parseHeader(cursor);
  const scan = header.lists.find(({ name }) => name === scanList);
  const known = settings(header, scan);
  const warnings: string[] = [];
  let spare = bytes.length - header.end;
  const channels = imagesOf(cursor, header).map((list, i) => {
    const counts = countsOf(cursor, list);
    const stored = findPixels(cursor, list, header.end);
    spare -= stored.length;
    if (spare < 0) cursor.fail('more pixels than the file has bytes', 'each of one image', list.at);
    const name = nameOf(list, i);
    const range = quantityOf(header, parseValue(passText(list, 'Z scale')));
    if (!range) warnings.push(`the file does not say what a count of '${name}' is.`);
    const { columns, rows } = stored;
    const pixels = readPixels(cursor, stored, range ? range.value / counts : 1);
    return makeChannel(name, pixels, rows, columns, {
      ...known,
      ...sizeOf(list, scan, columns, rows),
      unit: range?.unit ?? '',
      direction: directionOf(list),
      slow: slowOf(list),
    });
  });
  if (channels.some(({ widthNm }) => widthNm === null)) {
    warnings.push(sizeUnknown);
  }
  return { name: file, format: 'nanoscope', channels, header: linesOf(header), warnings };
}

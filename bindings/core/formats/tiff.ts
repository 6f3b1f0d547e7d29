import { decode, type TiffIfd } from 'tiff';
import { AdatomError } from '../errors.ts';
import { type Channel, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, count } from './bytes.ts';
import { colourWarning, toGrey } from './grey.ts';

export const tiffMagics = ['II*\0', 'MM\0*'];

const tags: Record<string, number> = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  stripBytes: 279,
  planar: 284,
  rowsPerStrip: 278,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  sampleFormat: 339,
};

/** Tags of one value. */
const single = [
  ...['width', 'height', 'compression', 'photometric', 'orientation', 'samples', 'planar'],
  ...['rowsPerStrip', 'tileWidth', 'tileHeight'],
];

const typeBytes: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
};

/** No compression in use shrinks more: a whole LZW table entry (4096 bytes) in 12 bits. */
const largestRatio = 2731;

const largestPages = 256;

const exifTag = 0x8769;
const gpsTag = 0x8825;

/** One page's directory: the numbers of the tags needed, and where it stands. */
interface Directory {
  at: number;
  next: number;
  numbers: Map<number, number[]>;
  /** Where the photometric interpretation stands, and the tags of camera directories. */
  photometricAt: number;
  cameraTagsAt: number[];
}

const tagNumbers = new Set(Object.values(tags));

function readNumbers(cursor: Cursor, type: number, length: number, tag: number): number[] {
  const what = `the value of tag ${tag}`;
  if (type === 1) return Array.from({ length }, () => cursor.u8(what));
  if (type === 3) return Array.from({ length }, () => cursor.u16(what));
  if (type === 4) return Array.from({ length }, () => cursor.u32(what));
  return cursor.fail(`tag ${tag} of type ${type}`, 'whole numbers (type 1, 3 or 4)');
}

/**
 * Read a directory the decoder is about to read, checking what the decoder does not: that every
 * value lies inside the file, so that no announced count can make it allocate.
 */
function readDirectory(cursor: Cursor, at: number): Directory {
  if (at < 8 || at >= cursor.end) {
    cursor.fail(`a directory at byte ${at}`, `one before the file's end at ${cursor.end}`);
  }
  cursor.offset = at;
  const numbers = new Map<number, number[]>();
  const cameraTagsAt: number[] = [];
  let photometricAt = 0;
  for (let n = cursor.u16('the number of directory entries'); n > 0; n--) {
    const entryAt = cursor.offset;
    const tag = cursor.u16('a tag');
    const type = cursor.u16('the type of a tag');
    const length = cursor.u32('the length of a tag');
    const bytes = length * (typeBytes[type] ?? 0);
    // A value of at most four bytes stands in the entry itself, a longer one where the entry says.
    cursor.need(4, 'the value of a tag');
    const valueAt = bytes > 4 ? cursor.u32('the place of a value') : cursor.offset;
    if (valueAt + bytes > cursor.end) {
      const found = `${bytes} bytes of tag ${tag} at byte ${valueAt}`;
      cursor.fail(found, `them before the file's end at ${cursor.end}`, entryAt);
    }
    cursor.offset = valueAt;
    if (tag === tags['photometric']) photometricAt = valueAt;
    if (tag === exifTag || tag === gpsTag) cameraTagsAt.push(entryAt);
    if (tagNumbers.has(tag)) numbers.set(tag, readNumbers(cursor, type, length, tag));
    cursor.offset = entryAt + 12;
  }
  return {
    at,
    numbers,
    photometricAt,
    cameraTagsAt,
    next: cursor.u32('the place of the next directory'),
  };
}

/** Is this a page the decoder reads, with all its pixels in the file? */
function checkPage(cursor: Cursor, { at, numbers }: Directory): void {
  const first = (name: string, otherwise: number) => numbers.get(tags[name]!)?.[0] ?? otherwise;
  const fail: (found: string, expected: string) => never = (found, expected) =>
    cursor.fail(found, expected, at);
  // The decoder takes a list for the number.
  for (const name of single) {
    const found = numbers.get(tags[name]!) ?? [0];
    if (found.length !== 1) fail(`${count(found.length, 'value')} of tag ${tags[name]}`, 'one');
  }
  const width = first('width', 0);
  const height = first('height', 0);
  const bits = first('bits', 1);
  const samples = first('samples', 1);
  const format = first('sampleFormat', 1);
  const compression = first('compression', 1);
  const tiled = numbers.has(tags['tileOffsets']!);
  if (width < 1 || height < 1) fail(`${width} x ${height} pixels`, 'at least one');
  const supported = format === 3 ? [32, 64] : format <= 2 ? [8, 16] : [];
  const mixed = numbers.get(tags['bits']!)?.some((other) => other !== bits);
  if (mixed || !supported.includes(bits)) {
    fail(`${bits}-bit samples of format ${format}`, '8 or 16 bit integers, 32 or 64 bit floats');
  }
  if (![1, 5, 8, 32946].includes(compression)) {
    fail(`compression ${compression}`, 'none, LZW or Deflate');
  }
  if (first('photometric', 1) > 3) fail(`colour model ${first('photometric', 1)}`, 'grey or RGB');
  if (first('orientation', 1) !== 1) {
    fail(`orientation ${first('orientation', 1)}`, '1, the top left pixel first');
  }
  if (samples > 1 && (first('planar', 1) !== 1 || tiled)) {
    fail('colours in separate planes or in tiles', 'interleaved colours in strips');
  }
  const offsets = numbers.get(tags[tiled ? 'tileOffsets' : 'stripOffsets']!) ?? [];
  const lengths = numbers.get(tags[tiled ? 'tileBytes' : 'stripBytes']!) ?? [];
  const pieces = tiled
    ? Math.ceil(width / first('tileWidth', 0)) * Math.ceil(height / first('tileHeight', 0))
    : Math.ceil(height / Math.min(height, first('rowsPerStrip', height) || height));
  if (offsets.length !== pieces || lengths.length !== pieces) {
    const found = `${offsets.length} places and ${lengths.length} lengths of pixels`;
    fail(found, `${pieces} of each`);
  }
  let stored = 0;
  for (let i = 0; i < offsets.length; i++) {
    cursor.offset = Math.min(offsets[i]!, cursor.end);
    cursor.need(lengths[i]!, 'a strip or tile of pixels');
    stored += lengths[i]!;
  }
  const wanted = (width * height * samples * bits) / 8;
  if (wanted > stored * (compression === 1 ? 1 : largestRatio)) {
    fail(`${count(stored, 'byte')} of pixels`, `${wanted} (${width} x ${height})`);
  }
}

function readDirectories(bytes: Uint8Array, file: string): Directory[] {
  const order = bytes[0] === 0x4d ? 'big' : 'little';
  const cursor = new Cursor(bytes, file, 4, bytes.length, order);
  const directories: Directory[] = [];
  for (let at = cursor.u32('the place of the first directory'); at !== 0; ) {
    if (directories.some((other) => other.at === at) || directories.length === largestPages) {
      cursor.fail('directories that go round in a circle', `at most ${largestPages} pages`);
    }
    const directory = readDirectory(cursor, at);
    checkPage(cursor, directory);
    directories.push(directory);
    at = directory.next;
  }
  if (directories.length === 0) cursor.fail('no directory', 'at least one page', 4);
  return directories;
}

/**
 * A copy of the bytes made safe for the decoder. Float pages are marked 'black is zero': 'white is
 * zero' is about their display, but the decoder would turn the values round as if they were
 * integers. Camera directories lose their tags: the decoder follows them unchecked, endlessly when
 * one points at itself.
 */
function tame(bytes: Uint8Array, directories: readonly Directory[]): Uint8Array {
  const copy = bytes.slice();
  const lowByte = bytes[0] === 0x4d ? 1 : 0;
  for (const { numbers, photometricAt, cameraTagsAt } of directories) {
    const first = (name: string) => numbers.get(tags[name]!)?.[0];
    if (first('sampleFormat') === 3 && first('photometric') === 0) {
      copy[photometricAt + lowByte] = 1;
    }
    for (const at of cameraTagsAt) copy.fill(0xff, at, at + 2);
  }
  return copy;
}

function toPixels(page: TiffIfd): { pixels: Pixels; coloured: boolean } {
  let values: ArrayLike<number> = page.data;
  if (page.sampleFormat === 2 && page.data instanceof Uint16Array) {
    values = new Int16Array(page.data.buffer, page.data.byteOffset, page.data.length);
  } else if (page.sampleFormat === 2 && page.data instanceof Uint8Array) {
    values = new Int8Array(page.data.buffer, page.data.byteOffset, page.data.length);
  }
  const alone = page.samplesPerPixel === 1 && page.type !== 3;
  if (alone && (values instanceof Float32Array || values instanceof Float64Array)) {
    return { pixels: values, coloured: false };
  }
  const { grey, coloured } = toGrey({
    values,
    pixels: page.size,
    samplesPerPixel: page.samplesPerPixel,
    palette: page.type === 3 ? page.palette : undefined,
  });
  return { pixels: grey, coloured };
}

/**
 * TIFF: 8 and 16 bit grey, palette and RGB as brightness, 32 and 64 bit floats as they are; one
 * channel per page. Resolution tags are about printing and are not used. Throws FormatError.
 */
export function readTiff(bytes: Uint8Array, file: string): Scan {
  const directories = readDirectories(bytes, file);
  let pages: TiffIfd[];
  try {
    pages = decode(tame(bytes, directories));
  } catch (error) {
    if (error instanceof AdatomError) throw error;
    const cursor = new Cursor(bytes, file, directories[0]!.at);
    return cursor.fail(`pixels that cannot be decoded (${String(error)})`, 'a plain TIFF image');
  }
  const warnings = new Set<string>();
  const channels = pages.map((page, i): Channel => {
    const { pixels, coloured } = toPixels(page);
    if (coloured) warnings.add(colourWarning);
    const name = pages.length === 1 ? 'brightness' : `page ${i}`;
    return makeChannel(name, pixels, page.height, page.width);
  });
  const header: Record<string, string> = {};
  const description = pages[0]!.imageDescription;
  if (typeof description === 'string') header['ImageDescription'] = description;
  return { name: file, format: 'tiff', channels, header, warnings: [...warnings] };
}

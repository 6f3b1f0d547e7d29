import { type Channel, type Direction, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, count, decodeText, quote } from './bytes.ts';
import { walk } from './orient.ts';
import {
  parseTextHeader,
  requiredCount,
  skipHeader,
  type TextHeader,
  textsOf,
} from './text-header.ts';
import { metresToNm, parseNumber, parseQuantity, type Quantity, sizeUnknown } from './units.ts';

export const wsxmMagic = 'WSxM file copyright';

const kindOfImages = 'SxM Image file';
const headerEnd = '[Header end]';
/** Counts of what makes a file more than one image. */
const severalImages = ['Number of Frames', 'Number of points per ramp'];

const int16 = { size: 2, read: (view: DataView, at: number) => view.getInt16(at, true) };
/** By the name of a type: the bytes of a stored number, and how it is read. */
const readers = {
  short: int16,
  integer: int16,
  float: { size: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  double: { size: 8, read: (view: DataView, at: number) => view.getFloat64(at, true) },
} as const;
type NumberType = keyof typeof readers;

/** A number with its unit: 600 nm are 6e-7 m. */
function quantity({ entries }: TextHeader, key: string): Quantity | null {
  const found = parseQuantity(entries.get(key)?.text);
  return found?.unit === 'a.u.' ? { ...found, unit: '' } : found;
}

function valueIn(header: TextHeader, key: string, unit: string): number | null {
  const found = quantity(header, key);
  return found?.unit === unit ? found.value : null;
}

function countOf(cursor: Cursor, header: TextHeader, name: string): number {
  return requiredCount(cursor, header, `General Info: ${name}`, `${name}: `, 1);
}

/** Old files have no such line, and integers. */
function typeOf(cursor: Cursor, { entries }: TextHeader): NumberType {
  const entry = entries.get('General Info: Image Data Type');
  if (!entry) return 'short';
  if (Object.hasOwn(readers, entry.text)) return entry.text as NumberType;
  const expected = `one of ${Object.keys(readers).join(', ')}`;
  return cursor.fail(`Image Data Type: ${quote(entry.text)}`, expected, entry.at);
}

function directionOf({ entries }: TextHeader): Direction {
  const text = entries.get('General Info: X scanning direction')?.text.toLowerCase();
  return text === 'forward' || text === 'backward' ? text : 'unknown';
}

function slowOf({ entries }: TextHeader): Channel['slow'] {
  const text = entries.get('General Info: Y scanning direction')?.text.toLowerCase();
  return text === 'up' || text === 'down' ? text : 'unknown';
}

/** Pixels turned by half a turn: the file begins with the lower right one. */
function readPixels(cursor: Cursor, type: NumberType, rows: number, columns: number): Pixels {
  const { size, read } = readers[type];
  const n = rows * columns;
  const block = cursor.block(n * size, 'the pixels');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const pixels = type === 'double' ? new Float64Array(n) : new Float32Array(n);
  const { start, columnStep } = walk(rows, columns, true, true);
  for (let i = 0; i < n; i++) pixels[start + i * columnStep] = read(view, i * size);
  return pixels;
}

/** What a stored number counts for: floats are in the file's unit, integers span the amplitude. */
function scaleOf(pixels: Pixels, type: NumberType, { value, scale }: Quantity): number {
  if (readers[type] !== int16) return scale;
  let [least, most] = [Infinity, -Infinity];
  for (const number of pixels) {
    if (number < least) least = number;
    if (number > most) most = number;
  }
  return most > least ? value / (most - least) : 0;
}

/** How high the values are; null where the file does not say, as by an amplitude of nothing. */
function amplitudeOf(header: TextHeader, type: NumberType): Quantity | null {
  const found = quantity(header, 'General Info: Z Amplitude');
  return found && (found.value > 0 || readers[type] !== int16) ? found : null;
}

/**
 * WSxM images (.stp, .top, .tom; one image per file): a text header, then little-endian int16, float32
 * or float64, the lower right pixel first. Integers span 'Z Amplitude' from the lowest to the highest, and are
 * counts without it; floats are in its unit. Throws FormatError.
 *
 * Source: Gwyddion's wsxmfile.c. It makes floats span the amplitude too, which is rounded: real files decided.
 */
export function readWsxm(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  const secondLine = bytes.indexOf(10) + 1;
  const lineEnd = bytes.indexOf(10, secondLine);
  const kind = decodeText(bytes.subarray(secondLine, Math.max(secondLine, lineEnd))).trim();
  if (kind !== kindOfImages) {
    cursor.fail(`a WSxM file of another kind (${quote(kind)})`, `'${kindOfImages}'`, secondLine);
  }
  const header = parseTextHeader(cursor, headerEnd, ':', true);
  const { entries } = header;
  for (const name of severalImages) {
    const several = entries.get(`General Info: ${name}`);
    if (several && Number(several.text) > 1) {
      cursor.fail(`${name}: ${quote(several.text)}`, 'one image', several.at);
    }
  }
  const columns = countOf(cursor, header, 'Number of columns');
  const rows = countOf(cursor, header, 'Number of rows');
  const type = typeOf(cursor, header);
  skipHeader(cursor, header, headerEnd);
  const pixels = readPixels(cursor, type, rows, columns);

  const warnings: string[] = [];
  if (cursor.left > 0) {
    warnings.push(`${count(cursor.left, 'byte')} after the pixels: not read.`);
  }
  const amplitude = amplitudeOf(header, type);
  if (amplitude) {
    const scale = scaleOf(pixels, type, amplitude);
    for (let i = 0; i < pixels.length; i++) pixels[i] = pixels[i]! * scale;
  } else {
    warnings.push('the file does not say how high its values are.');
  }
  const lengthNm = (name: string) =>
    metresToNm(Math.abs(valueIn(header, `Control: ${name}`, 'm') ?? 0));
  const widthNm = lengthNm('X Amplitude');
  if (widthNm === null) warnings.push(sizeUnknown);
  const name = entries.get('General Info: Acquisition channel')?.text || 'channel 0';
  const channel = makeChannel(name, pixels, rows, columns, {
    unit: amplitude?.unit ?? '',
    direction: directionOf(header),
    slow: slowOf(header),
    widthNm,
    heightNm: lengthNm('Y Amplitude') ?? (widthNm === null ? null : (widthNm * rows) / columns),
    angleDeg: parseNumber(entries.get('Control: Angle')?.text),
    biasV: valueIn(header, 'Control: Topography Bias', 'V'),
    setpointA: valueIn(header, 'Control: Set Point', 'A'),
  });
  return { name: file, format: 'wsxm', channels: [channel], header: textsOf(header), warnings };
}

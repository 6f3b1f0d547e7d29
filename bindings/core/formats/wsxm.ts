import { type Channel, type Direction, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, decodeLatin1, indexOfText, quote } from './bytes.ts';
import { metresToNm, parseNumber, splitUnit } from './units.ts';

export const wsxmMagic = 'WSxM file copyright';

const kindOfImages = 'SxM Image file';
const headerEnd = '[Header end]';

/** Bytes of a stored number. WSxM before 3.0 has no such line, and integers. */
const sizes = { short: 2, integer: 2, float: 4, double: 8 } as const;
type NumberType = keyof typeof sizes;

interface Header {
  /** 'Control: Set Point' and the like. */
  lines: Record<string, string>;
  /** By name alone: no two sections share one that is read here. */
  entries: Map<string, { text: string; at: number }>;
  end: number;
}

/** Lines of 'Name: value' under '[Section]', to '[Header end]': the header's stated size can be wrong. */
function parseHeader(cursor: Cursor): Header {
  const { bytes } = cursor;
  const end = indexOfText(bytes, headerEnd);
  if (end < 0) cursor.fail('no end of the header', headerEnd, bytes.length);
  const lines: [string, string][] = [];
  const entries: Header['entries'] = new Map();
  let section = '';
  for (let at = 0; at < end; ) {
    const newline = bytes.indexOf(10, at);
    const stop = newline < 0 || newline > end ? end : newline;
    const line = decodeLatin1(bytes.subarray(at, stop));
    section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
    const colon = line.indexOf(':');
    if (colon > 0) {
      const name = line.slice(0, colon).trim();
      const text = line.slice(colon + 1).trim();
      lines.push([section === '' ? name : `${section}: ${name}`, text]);
      if (!entries.has(name)) entries.set(name, { text, at });
    }
    at = stop + 1;
  }
  return { lines: Object.fromEntries(lines), entries, end };
}

interface Quantity {
  /** In the SI unit `unit`, of which the file's own is `scale`. */
  value: number;
  unit: string;
  scale: number;
}

/** A number with its unit: 600 nm are 6e-7 m. */
function quantity({ entries }: Header, name: string): Quantity | null {
  const text = entries.get(name)?.text;
  const number = parseNumber(text);
  if (text === undefined || number === null) return null;
  const { unit, scale } = splitUnit(text.replace(/^[-+\d.,e]*/i, ''));
  // 15 digits: -50 mV are -0.05 V.
  return { value: Number((number * scale).toPrecision(15)), unit, scale };
}

function valueIn(header: Header, name: string, unit: string): number | null {
  const found = quantity(header, name);
  return found?.unit === unit ? found.value : null;
}

function countOf(cursor: Cursor, { entries, end }: Header, name: string): number {
  const entry = entries.get(name);
  if (!entry) return cursor.fail('no such line in the header', `${name}:`, end);
  const n = /^\d+$/.test(entry.text) ? Number(entry.text) : 0;
  if (n > 0) return n;
  return cursor.fail(`${name}: ${quote(entry.text)}`, 'a whole number from 1', entry.at);
}

function typeOf(cursor: Cursor, { entries }: Header): NumberType {
  const entry = entries.get('Image Data Type');
  const text = entry?.text ?? 'short';
  if (Object.hasOwn(sizes, text)) return text as NumberType;
  const expected = Object.keys(sizes).join(', ');
  return cursor.fail(`Image Data Type: ${quote(text)}`, `one of ${expected}`, entry!.at);
}

function directionOf({ entries }: Header): Direction {
  const text = entries.get('X scanning direction')?.text.toLowerCase();
  return text === 'forward' || text === 'backward' ? text : 'unknown';
}

function slowOf({ entries }: Header): Channel['slow'] {
  const text = entries.get('Y scanning direction')?.text.toLowerCase();
  return text === 'up' || text === 'down' ? text : 'unknown';
}

/** Pixels turned by half a turn: the file begins with the lower right one. */
function readPixels(cursor: Cursor, type: NumberType, n: number): Pixels {
  cursor.need(n * sizes[type], 'the pixels');
  const { bytes, offset } = cursor;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
  const from = (i: number) => (n - 1 - i) * sizes[type];
  if (type === 'double') {
    return Float64Array.from({ length: n }, (_, i) => view.getFloat64(from(i), true));
  }
  return Float32Array.from({ length: n }, (_, i) =>
    type === 'float' ? view.getFloat32(from(i), true) : view.getInt16(from(i), true),
  );
}

/** What a stored number counts for: floats are in the file's unit, integers span the amplitude. */
function scaleOf(pixels: Pixels, type: NumberType, { value, scale }: Quantity): number {
  if (sizes[type] > 2) return scale;
  let [least, most] = [Infinity, -Infinity];
  for (const count of pixels) {
    if (count < least) least = count;
    if (count > most) most = count;
  }
  return most > least ? value / (most - least) : 0;
}

/**
 * WSxM images (.stp, .top, .tom; one image per file): a text header, then little-endian int16, float32
 * or float64, the lower right pixel first. Floats are in the unit of 'Z Amplitude'; integers span it from the
 * lowest to the highest, and are counts without it. Throws FormatError.
 * Source: Gwyddion's wsxmfile.c; SurfaceTopography (L. Pastewka) agrees.
 */
export function readWsxm(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  const secondLine = bytes.indexOf(10) + 1;
  const lineEnd = bytes.indexOf(10, secondLine);
  const kind = decodeLatin1(bytes.subarray(secondLine, Math.max(secondLine, lineEnd))).trim();
  if (kind !== kindOfImages) cursor.fail(quote(kind), `'${kindOfImages}'`, secondLine);
  const header = parseHeader(cursor);
  const columns = countOf(cursor, header, 'Number of columns');
  const rows = countOf(cursor, header, 'Number of rows');
  const type = typeOf(cursor, header);
  cursor.offset = bytes.indexOf(10, header.end) + 1 || header.end + headerEnd.length;
  const pixels = readPixels(cursor, type, rows * columns);

  const warnings: string[] = [];
  const amplitude = quantity(header, 'Z Amplitude');
  if (amplitude) {
    const scale = scaleOf(pixels, type, amplitude);
    for (let i = 0; i < pixels.length; i++) pixels[i] = pixels[i]! * scale;
  } else {
    warnings.push('the file does not say how high its values are.');
  }

  const lengthNm = (name: string) => metresToNm(valueIn(header, name, 'm') ?? 0);
  const widthNm = lengthNm('X Amplitude');
  const name = header.entries.get('Acquisition channel')?.text || 'channel 0';
  const channel = makeChannel(name, pixels, rows, columns, {
    unit: amplitude?.unit ?? '',
    direction: directionOf(header),
    slow: slowOf(header),
    widthNm,
    heightNm: lengthNm('Y Amplitude') ?? (widthNm === null ? null : (widthNm * rows) / columns),
    angleDeg: parseNumber(header.entries.get('Angle')?.text),
    biasV: valueIn(header, 'Topography Bias', 'V'),
    setpointA: valueIn(header, 'Set Point', 'A'),
  });
  return { name: file, format: 'wsxm', channels: [channel], header: header.lines, warnings };
}

import { type Channel, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, decodeText } from './bytes.ts';
import { directionOfTitle, nameOfTitle } from './gwy.ts';
import { walk } from './orient.ts';
import { metresToNm, parseNumber, sizeUnknown, splitUnit } from './units.ts';

export const igorMagics = ['\x05\0', '\0\x05'];

/** Two headers, of the file (64 bytes) and of the wave (320), before the numbers. */
const headerBytes = 384;
const waveAt = 64;
const nameBytes = 32;
const dimensions = 4;
/** More of them are a spectrum at every point. */
const mostImages = 64;

/** The way the lines followed each other, where a title ends in it. */
const slowEnd = /\s(up|down)$/i;

/** The bit of a wave's type that says it is of complex numbers. */
const complex = 1;

/** How numbers are stored. */
interface NumberReader {
  /** Bytes of one. */
  size: number;
  /** Whether float32 can hold it. */
  exact: boolean;
  read(view: DataView, at: number, little: boolean): number;
}

/** By a wave's type; 64 more is unsigned. */
const readers: Readonly<Record<number, NumberReader>> = {
  2: { size: 4, exact: true, read: (view, at, little) => view.getFloat32(at, little) },
  4: { size: 8, exact: false, read: (view, at, little) => view.getFloat64(at, little) },
  8: { size: 1, exact: true, read: (view, at) => view.getInt8(at) },
  16: { size: 2, exact: true, read: (view, at, little) => view.getInt16(at, little) },
  32: { size: 4, exact: false, read: (view, at, little) => view.getInt32(at, little) },
  72: { size: 1, exact: true, read: (view, at) => view.getUint8(at) },
  80: { size: 2, exact: true, read: (view, at, little) => view.getUint16(at, little) },
  96: { size: 4, exact: false, read: (view, at, little) => view.getUint32(at, little) },
};

/** A wave's header. */
interface Wave {
  name: string;
  reader: NumberReader;
  /** Points along x, along y, and images. */
  columns: number;
  rows: number;
  images: number;
  /** Distance of points along x and y. */
  steps: readonly number[];
  unit: string;
  stepUnits: readonly string[];
  /** Lengths of the texts that follow the numbers. */
  texts: { formula: number; note: number; unit: number; stepUnits: number[]; labels: number[] };
}

/** Igor binary wave, version 5: the 16-bit words of its header add up to zero. */
export function isIgor(bytes: Uint8Array): boolean {
  const little = bytes[0] === 5 && bytes[1] === 0;
  if (bytes.length < headerBytes || !(little || (bytes[0] === 0 && bytes[1] === 5))) return false;
  let sum = 0;
  for (let i = 0; i < headerBytes; i += 2) {
    const [low, high] = little ? [i, i + 1] : [i + 1, i];
    sum += bytes[low]! | (bytes[high]! << 8);
  }
  return (sum & 0xffff) === 0;
}

/** A text to its first zero. */
function textOf(block: Uint8Array): string {
  const zero = block.indexOf(0);
  return decodeText(zero < 0 ? block : block.subarray(0, zero));
}

/** What `next` gives for each dimension. */
function each<T>(next: () => T): T[] {
  return Array.from({ length: dimensions }, next);
}

function parseWave(cursor: Cursor): Wave {
  const text = (length: number, what: string) => textOf(cursor.block(length, what));
  const lengthOf = (what: string) => {
    const at = cursor.offset;
    const n = cursor.i32(what);
    return n >= 0 ? n : cursor.fail(`${what} of ${n} bytes`, '0 or more', at);
  };
  cursor.skip(8, 'the version and the size');
  const texts = {
    formula: lengthOf('the formula'),
    note: lengthOf('the note'),
    unit: lengthOf('the unit'),
    stepUnits: each(() => lengthOf('the units of the dimensions')),
    labels: each(() => lengthOf('the labels of the dimensions')),
  };
  cursor.offset = waveAt + 16;
  const reader = readerOf(cursor);
  cursor.offset = waveAt + 28;
  const name = text(nameBytes, 'the name');
  cursor.offset = waveAt + 68;
  const [columns, rows, images] = sizesOf(cursor);
  const steps = each(() => cursor.f64('a step'));
  cursor.skip(8 * dimensions, 'the offsets');
  const unit = text(4, 'the unit');
  const stepUnits = each(() => text(4, 'the unit of a dimension'));
  return { name, reader, columns, rows, images, steps, unit, stepUnits, texts };
}

function readerOf(cursor: Cursor): NumberReader {
  const at = cursor.offset;
  const type = cursor.u16('the type of the numbers');
  const reader = readers[type];
  if (reader) return reader;
  const found = type & complex ? 'a wave of complex numbers' : `a wave of type ${type}`;
  return cursor.fail(found, 'integers of 8 to 32 bits, or floats', at);
}

function sizesOf(cursor: Cursor): [columns: number, rows: number, images: number] {
  const at = cursor.offset;
  const [columns = 0, rows = 0, images = 0, more] = each(() => cursor.i32('a size'));
  if (columns > 0 && rows > 0 && images >= 0 && images <= mostImages && more === 0) {
    return [columns, rows, Math.max(1, images)];
  }
  const found = `a wave of ${columns} x ${rows} x ${images} x ${more} points`;
  return cursor.fail(found, `images, at most ${mostImages} of one size`, at);
}

/**
 * One image: a column of the wave is a line of the image, and along both the scales say which way.
 * Without scales y points up, as in the files of Asylum and the exports of Matrix.
 */
function readImage(
  view: DataView,
  { reader, columns, rows, steps }: Wave,
  image: number,
  little: boolean,
  scale: number,
): Pixels {
  const { size, exact } = reader;
  const n = rows * columns;
  const pixels = exact ? new Float32Array(n) : new Float64Array(n);
  const { start, rowStep, columnStep } = walk(rows, columns, !(steps[1]! < 0), steps[0]! < 0);
  let from = image * n * size;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, from += size) {
      pixels[start + y * rowStep + x * columnStep] = reader.read(view, from, little) * scale;
    }
  }
  return pixels;
}

/** What follows the numbers, in its order; units of more characters than fit into the header. */
function parseTexts(cursor: Cursor, { texts, images }: Wave) {
  cursor.skip(texts.formula, 'the formula');
  const note = textOf(cursor.block(texts.note, 'the note'));
  const unit = textOf(cursor.block(texts.unit, 'the unit'));
  const stepUnits = texts.stepUnits.map((n) => textOf(cursor.block(n, 'the unit of a dimension')));
  const labelsAt = cursor.offset;
  const labels = texts.labels.map((n) => {
    const block = cursor.block(n, 'the labels of a dimension');
    return Array.from({ length: Math.floor(n / nameBytes) }, (_, i) =>
      textOf(block.subarray(i * nameBytes, (i + 1) * nameBytes)),
    );
  });
  if (labels[1]!.length > 1) {
    cursor.fail('names of the columns of the wave, which then are curves', 'images', labelsAt);
  }
  // The first is the dimension's own; Gwyddion writes none for it.
  const titles = labels[2]!.length > images ? labels[2]!.slice(1) : labels[2]!;
  return { note, unit, stepUnits, titles };
}

/** The 'Key: value' lines of a note, as Asylum and Matrix's export write. */
function headerOf({ name }: Wave, note: string): Record<string, string> {
  const lines = note.split(/[\r\n]+/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(colon, 0)).trim();
    return /^[A-Za-z][\w .-]{0,39}$/.test(key) ? [[key, line.slice(colon + 1).trim()]] : [];
  });
  return { ...Object.fromEntries(lines), wave: name, note };
}

/** A title without what says how it was recorded: 'HeightRetrace' and 'Height Backward Down' are the channel 'Height'. */
function nameOf(title: string): string {
  const words = title.replace(/(Re)?trace(Mod\d*)?$/i, '').replace(slowEnd, '');
  return nameOfTitle(words).trim() || title;
}

/** Asylum writes metres for every image; what they are in, by how their names begin. */
const asylumUnits: readonly (readonly [name: RegExp, unit: string])[] = [
  [/^(Height|ZSensor|Deflection|Amplitude)/, 'm'],
  [/^Capacitance/, 'F'],
  [/^Phase/, 'deg'],
  [/^Current/, 'A'],
  [/^Frequency/, 'Hz'],
  [/^(Count|QFactor)/, ''],
];

/** The unit of the image of that name: of those of Asylum, whose note says how it was scanned, by the name. */
function unitOf(name: string, stated: string, header: Record<string, string>): string {
  if (header['ScanSize'] === undefined) return stated;
  return asylumUnits.find(([start]) => start.test(name.replace(/^DAC/, '')))?.[1] ?? 'V';
}

function slowOf(title: string, header: Record<string, string>): Channel['slow'] {
  const word = slowEnd.exec(title)?.[1]?.toLowerCase();
  if (word === 'up' || word === 'down') return word;
  const isDown = header['ScanDown'];
  return isDown === '1' ? 'down' : isDown === '0' ? 'up' : 'unknown';
}

/**
 * Igor binary waves (.ibw, version 5) of one image or several, as Asylum Research, Gwyddion and the export of
 * Omicron's Matrix write them: a wave's first dimension is x, its second y, its third the images, and its scales
 * the size. Throws FormatError.
 * Source: WaveMetrics, Technical Note 003, "Igor Binary Format".
 */
export function readIgor(bytes: Uint8Array, file: string): Scan {
  const little = bytes[0] === 5;
  const cursor = new Cursor(bytes, file, 0, bytes.length, little ? 'little' : 'big');
  const wave = parseWave(cursor);
  const { rows, columns, images, reader } = wave;
  cursor.offset = headerBytes;
  const block = cursor.block(rows * columns * images * reader.size, 'the numbers');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const { note, unit, stepUnits, titles } = parseTexts(cursor, wave);

  const header = headerOf(wave, note);
  const stated = splitUnit(unit || wave.unit);
  const lengthNm = (axis: 0 | 1, points: number) => {
    const { unit: base, scale } = splitUnit(stepUnits[axis] || wave.stepUnits[axis]!);
    return base === 'm' ? metresToNm(Math.abs(wave.steps[axis]!) * points * scale) : null;
  };
  const known = {
    widthNm: lengthNm(0, columns),
    heightNm: lengthNm(1, rows),
    angleDeg: parseNumber(header['ScanAngle']),
  };
  const channels = Array.from({ length: images }, (_, i) => {
    const title = titles[i] || wave.name;
    const name = titles[i] || images === 1 ? nameOf(title) : `${nameOf(title)} ${i}`;
    return makeChannel(name, readImage(view, wave, i, little, stated.scale), rows, columns, {
      ...known,
      unit: unitOf(name, stated.unit, header),
      direction: directionOfTitle(title),
      slow: slowOf(title, header),
    });
  });
  const warnings = known.widthNm === null ? [sizeUnknown] : [];
  return { name: file, format: 'igor', channels, header, warnings };
}

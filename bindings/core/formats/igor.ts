import { type Channel, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, decodeText } from './bytes.ts';
import { directionOfTitle } from './gwy.ts';
import { walk } from './orient.ts';
import { metresToNm, splitUnit } from './units.ts';

export const igorMagics = ['\x05\0', '\0\x05'];

/** Two headers, of the file (64 bytes) and of the wave (320), before the numbers. */
const headerBytes = 384;
const waveAt = 64;
const nameBytes = 32;
const dimensions = 4;

/** The bit of a wave's type that says it is of complex numbers. */
const COMPLEX = 1;
/** By a wave's type; 64 more is unsigned. */
const readers = {
  2: {
    bytes: 4,
    read: (view: DataView, at: number, little: boolean) => view.getFloat32(at, little),
  },
  4: {
    bytes: 8,
    read: (view: DataView, at: number, little: boolean) => view.getFloat64(at, little),
  },
  8: { bytes: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  16: {
    bytes: 2,
    read: (view: DataView, at: number, little: boolean) => view.getInt16(at, little),
  },
  32: {
    bytes: 4,
    read: (view: DataView, at: number, little: boolean) => view.getInt32(at, little),
  },
  72: { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  80: {
    bytes: 2,
    read: (view: DataView, at: number, little: boolean) => view.getUint16(at, little),
  },
  96: {
    bytes: 4,
    read: (view: DataView, at: number, little: boolean) => view.getUint32(at, little),
  },
} as const;
type NumberType = keyof typeof readers;

interface Wave {
  name: string;
  type: NumberType;
  /** Points along x, along y, and images. */
  columns: number;
  rows: number;
  layers: number;
  /** Distance of points along x and y. */
  steps: readonly [number, number];
  unit: string;
  stepUnits: readonly [string, string];
  /** Lengths of what follows the numbers. */
  tail: { formula: number; note: number; unit: number; stepUnits: number[]; labels: number[] };
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

/** A text of so many bytes, or to the first zero. */
function text(cursor: Cursor, length: number, what: string): string {
  const block = cursor.block(length, what);
  const zero = block.indexOf(0);
  return decodeText(zero < 0 ? block : block.subarray(0, zero));
}

function numbers<T>(n: number, next: () => T): T[] {
  return Array.from({ length: n }, next);
}

/** A length: what is negative is no file of Igor's. */
function lengthOf(cursor: Cursor, what: string): number {
  const at = cursor.offset;
  const n = cursor.i32(what);
  return n >= 0 ? n : cursor.fail(`${what} of ${n} bytes`, '0 or more', at);
}

function parseWave(cursor: Cursor): Wave {
  const length = (what: string) => lengthOf(cursor, what);
  cursor.skip(8, 'the version and the size');
  const tail = {
    formula: length('the formula'),
    note: length('the note'),
    unit: length('the unit'),
    stepUnits: numbers(dimensions, () => length('the units of the dimensions')),
    labels: numbers(dimensions, () => length('the labels of the dimensions')),
  };
  cursor.offset = waveAt + 16;
  const typeAt = cursor.offset;
  const type = cursor.u16('the type of the numbers');
  if (!isNumberType(type)) {
    const complex = type & COMPLEX ? ', complex numbers' : '';
    cursor.fail(`type ${type}${complex}`, 'real numbers of 8, 16, 32 or 64 bits', typeAt);
  }
  cursor.offset = waveAt + 28;
  const name = text(cursor, nameBytes, 'the name');
  cursor.offset = waveAt + 68;
  const sizesAt = cursor.offset;
  const [columns, rows, layers, more] = numbers(dimensions, () => cursor.i32('a size'));
  if (!(columns! > 0 && rows! > 0 && layers! >= 0) || more! > 1) {
    const found = [columns, rows, layers, more].join(' x ');
    cursor.fail(`a wave of ${found} points`, 'one image or several of one size', sizesAt);
  }
  const steps = numbers(dimensions, () => cursor.f64('a step'));
  cursor.skip(8 * dimensions, 'the offsets');
  const unit = text(cursor, 4, 'the unit');
  const stepUnits = numbers(dimensions, () => text(cursor, 4, 'the unit of a dimension'));
  return {
    ...{ name, type: type as NumberType, columns: columns!, rows: rows! },
    ...{ layers: Math.max(1, layers!), unit, tail },
    steps: [steps[0]!, steps[1]!],
    stepUnits: [stepUnits[0]!, stepUnits[1]!],
  };
}

function isNumberType(type: number): type is NumberType {
  return Object.hasOwn(readers, type);
}

/**
 * One image: a column of the wave is a line of the image, and along both the scales say which way.
 * Without scales y points up, as in the files of Asylum and the exports of Matrix.
 */
function readLayer(
  view: DataView,
  { type, columns, rows, steps }: Wave,
  layer: number,
  little: boolean,
  scale: number,
): Pixels {
  const { bytes, read } = readers[type];
  const n = rows * columns;
  const pixels = type === 4 ? new Float64Array(n) : new Float32Array(n);
  const { start, rowStep, columnStep } = walk(rows, columns, !(steps[1] < 0), steps[0] < 0);
  let from = layer * n * bytes;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, from += bytes) {
      pixels[start + y * rowStep + x * columnStep] = read(view, from, little) * scale;
    }
  }
  return pixels;
}

/** What follows the numbers, in its order; texts of more characters than fit into the header. */
function parseTail(cursor: Cursor, { tail }: Wave) {
  cursor.skip(tail.formula, 'the formula');
  const note = text(cursor, tail.note, 'the note');
  const unit = text(cursor, tail.unit, 'the unit');
  const stepUnits = tail.stepUnits.map((n) => text(cursor, n, 'the unit of a dimension'));
  const labels = tail.labels.map((n) =>
    numbers(Math.floor(n / nameBytes), () => text(cursor, nameBytes, 'a label')),
  );
  // The first label is the dimension's own.
  return { note, unit, stepUnits, layerNames: labels[2]!.slice(1) };
}

/** 'Key: value' lines of a note, of Asylum's and of Matrix's exports; others are no keys. */
function headerOf(wave: Wave, note: string): Record<string, string> {
  const lines = note.split(/[\r\n]+/).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]] : [];
  });
  return { wave: wave.name, ...Object.fromEntries(lines), note };
}

/** 'I 3 37-1 Backward Down' is the channel 'I 3 37-1'. */
function nameOf(title: string): string {
  const words = title.split(' ').filter((word) => !/^(forward|backward|up|down)$/i.test(word));
  return words.join(' ') || title;
}

function slowOf(title: string): Channel['slow'] {
  if (/\bup\b/i.test(title)) return 'up';
  return /\bdown\b/i.test(title) ? 'down' : 'unknown';
}

/**
 * Igor binary waves (.ibw, version 5) of one image or several, as Asylum Research and the export of Omicron's
 * Matrix write them: a wave's first dimension is x, its second y, its third the images, and its scales the size.
 * Throws FormatError.
 * Source: WaveMetrics, Technical Note 003, "Igor Binary Format".
 */
export function readIgor(bytes: Uint8Array, file: string): Scan {
  const order = bytes[0] === 5 ? 'little' : 'big';
  const cursor = new Cursor(bytes, file, 0, bytes.length, order);
  const wave = parseWave(cursor);
  const { rows, columns, layers, type } = wave;
  cursor.offset = headerBytes;
  const data = cursor.block(rows * columns * layers * readers[type].bytes, 'the numbers');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const { note, unit, stepUnits, layerNames } = parseTail(cursor, wave);

  const values = splitUnit(unit || wave.unit);
  const lengthNm = (axis: 0 | 1, points: number) => {
    const { unit: base, scale } = splitUnit(stepUnits[axis] || wave.stepUnits[axis]);
    return base === 'm' ? metresToNm(Math.abs(wave.steps[axis]) * points * scale) : null;
  };
  const channels = numbers(layers, () => 0).map((_, layer) => {
    const title = layerNames[layer] || (layers > 1 ? `${wave.name} ${layer}` : wave.name);
    const pixels = readLayer(view, wave, layer, order === 'little', values.scale);
    return makeChannel(nameOf(title), pixels, rows, columns, {
      unit: values.unit,
      direction: directionOfTitle(title),
      slow: slowOf(title),
      widthNm: lengthNm(0, columns),
      heightNm: lengthNm(1, rows),
    });
  });
  return { name: file, format: 'igor', channels, header: headerOf(wave, note), warnings: [] };
}

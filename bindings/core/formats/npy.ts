import { makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, count, decodeText, quote } from './bytes.ts';

export const npyMagic = '\x93NUMPY';

/** An array as NumPy saved it: values in C order (last axis fastest), whatever order the file has. */
export interface NpyArray {
  shape: number[];
  values: Pixels;
}

interface Dtype {
  kind: string;
  size: number;
  little: boolean;
}

interface Header {
  dtype: Dtype;
  fortran: boolean;
  shape: number[];
}

type Read = (view: DataView, at: number, little: boolean) => number;

const readers: Record<string, Read> = {
  b1: (view, at) => (view.getUint8(at) ? 1 : 0),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f2: (view, at, little) => halfToNumber(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** What float32 cannot hold exactly is kept as float64. */
const wide = new Set(['i4', 'u4', 'i8', 'u8', 'f8']);

/** IEEE 754 half precision, bit by bit: there is no Float16Array in ES2022. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return (sign * fraction) / (1 << 24);
  const value = sign * (1024 + fraction);
  return exponent >= 25 ? value * (1 << (exponent - 25)) : value / (1 << (25 - exponent));
}

function parseHeader(cursor: Cursor, text: string, at: number): Header {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined) cursor.fail(quote(text), "one plain dtype as 'descr'", at);
  if (order === undefined) cursor.fail(quote(text), "'fortran_order': True or False", at);
  if (shape === undefined) cursor.fail(quote(text), "'shape': a tuple of sizes", at);
  const dtype = /^([<>|=]?)([a-z])(\d+)$/.exec(descr);
  if (!dtype || !readers[`${dtype[2]}${dtype[3]}`]) {
    cursor.fail(`dtype ${quote(descr)}`, 'a bool, integer or float dtype of at most 8 bytes', at);
  }
  return {
    dtype: { kind: dtype[2]! + dtype[3]!, size: Number(dtype[3]), little: dtype[1] !== '>' },
    fortran: order === 'True',
    shape: shape.split(',').flatMap((size) => size.match(/\d+/)?.slice(0, 1).map(Number) ?? []),
  };
}

/** The same array with the last axis fastest, from one with the first axis fastest. */
function fortranToC(values: Pixels, shape: readonly number[]): Pixels {
  const out = values.slice();
  const index = shape.map(() => 0);
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/**
 * Any array of a .npy file (versions 1 to 3; bool, i1-i8, u1-u8, f2, f4, f8; both byte orders).
 * float64 where float32 could not hold the file's values exactly, else float32.
 * Throws FormatError. Format: numpy.lib.format.
 */
export function readNpyArray(bytes: Uint8Array, file: string): NpyArray {
  const cursor = new Cursor(bytes, file);
  cursor.skip(npyMagic.length, 'the magic of a .npy file');
  const major = cursor.u8('the format version');
  if (major < 1 || major > 3) cursor.fail(`version ${major}`, 'version 1, 2 or 3', 6);
  cursor.skip(1, 'the format version');
  const length = major === 1 ? cursor.u16('the header length') : cursor.u32('the header length');
  const at = cursor.offset;
  const { dtype, fortran, shape } = parseHeader(
    cursor,
    decodeText(cursor.block(length, 'the header')),
    at,
  );
  const n = shape.reduce((product, size) => product * size, 1);
  const said = `${count(n * dtype.size, 'byte')} for shape (${shape.join(', ')}) of ${dtype.kind}`;
  if (cursor.left !== n * dtype.size) cursor.fail(count(cursor.left, 'byte'), said);

  const values = wide.has(dtype.kind) ? new Float64Array(n) : new Float32Array(n);
  const view = new DataView(bytes.buffer, bytes.byteOffset + cursor.offset, n * dtype.size);
  const read = readers[dtype.kind]!;
  for (let i = 0; i < n; i++) values[i] = read(view, i * dtype.size, dtype.little);
  return { shape, values: fortran && shape.length > 1 ? fortranToC(values, shape) : values };
}

/**
 * A scan from a .npy array of shape (rows, columns) or (channels, rows, columns), row 0 at the top.
 * NumPy stores neither unit nor size. Throws FormatError.
 */
export function readNpy(bytes: Uint8Array, file: string): Scan {
  const { shape, values } = readNpyArray(bytes, file);
  const [channels, rows, columns] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || !channels || !rows || !columns) {
    const expected = '(rows, columns) or (channels, rows, columns), none of them 0';
    new Cursor(bytes, file, 10).fail(`an array of shape (${shape.join(', ')})`, expected);
  }
  const size = rows * columns;
  return {
    name: file,
    format: 'npy',
    channels: Array.from({ length: channels }, (_, i) =>
      makeChannel(
        `channel ${i}`,
        // Each channel owns its buffer, so that it can be transferred to a worker on its own.
        channels === 1 ? values : values.slice(i * size, (i + 1) * size),
        rows,
        columns,
      ),
    ),
    header: { shape: shape.join(', ') },
    warnings: [],
  };
}

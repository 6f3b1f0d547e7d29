import { ShapeError } from '../errors.ts';

export type NpyValues = Uint8Array | Int32Array | Float32Array | Float64Array;

function descr(values: NpyValues): string {
  if (values instanceof Uint8Array) return '|u1';
  if (values instanceof Int32Array) return '<i4';
  return values instanceof Float32Array ? '<f4' : '<f8';
}

/**
 * A .npy file (version 1.0, C order, little-endian) of values with the given shape.
 * Throws ShapeError when the shape does not hold as many values as there are.
 */
export function writeNpy(values: NpyValues, shape: readonly number[]): Uint8Array {
  const n = shape.reduce((product, size) => product * size, 1);
  if (n !== values.length || shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw new ShapeError(
      `writeNpy: expected ${n} values for shape (${shape.join(', ')}), got ${values.length}.`,
    );
  }
  // A tuple of one is written with a comma in Python.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const entries = `{'descr': '${descr(values)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy pads the header with blanks to a multiple of 64 bytes and ends it with a newline.
  const start = Math.ceil((10 + entries.length + 1) / 64) * 64;
  const header = `${entries.padEnd(start - 11)}\n`;
  const bytes = new Uint8Array(start + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  for (let i = 0; i < header.length; i++) bytes[10 + i] = header.charCodeAt(i);
  // A typed array's own bytes: every machine that runs WebAssembly engines in use is little-endian.
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start);
  return bytes;
}

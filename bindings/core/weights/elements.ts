import { half, plainArithmetic, type WeightArithmetic } from './arithmetic.ts';

/** How one element type lies in a file (little-endian) and how it becomes a number. */
export interface ElementType {
  bytes: number;
  read: (view: DataView, at: number) => number;
}

const integer64 = (view: DataView, at: number): number => Number(view.getBigInt64(at, true));

/** The binary16 nearest to a value, ties to even; what is too large becomes infinity. */
export function toHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (!(size < 65520)) return sign | (size > 0 ? 0x7c00 : 0x7e00);
  // below 2^-14 halves are multiples of 2^-24
  if (size < 6.103515625e-5) return sign | roundToEven(size * 16777216);
  const exponent = ((bits >>> 23) & 255) - 112;
  // a fraction that rounds up to 1024 carries into the exponent
  return sign | ((exponent << 10) + roundToEven((bits & 0x7fffff) / 8192));
}

function roundToEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a binary32. */
function brain(view: DataView, at: number): number {
  word.setUint32(0, view.getUint16(at, true) << 16);
  return word.getFloat32(0);
}

/** Element types by their names in safetensors. */
export const elementTypes = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: brain },
  I64: { bytes: 8, read: integer64 },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
} satisfies Record<string, ElementType>;

/** `count` elements from `at` on as f32. */
export function readElements(
  type: ElementName,
  bytes: Uint8Array,
  at: number,
  count: number,
  arithmetic: WeightArithmetic = plainArithmetic,
): Float32Array {
  const { bytes: step, read } = elementTypes[type];
  const raw = bytes.subarray(at, at + count * step);
  if (type === 'F16') return arithmetic.widenHalves(raw);
  const values = new Float32Array(count);
  if (LITTLE_ENDIAN && type === 'F32') {
    new Uint8Array(values.buffer).set(raw);
  } else {
    const view = viewOf(raw);
    for (let i = 0; i < count; i++) values[i] = read(view, i * step);
  }
  return values;
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export type ElementName = keyof typeof elementTypes;

export function isElementName(name: string): name is ElementName {
  return Object.hasOwn(elementTypes, name);
}

/** Bytes as a DataView, whatever buffer they are a window of. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

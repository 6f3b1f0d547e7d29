/** How one element type lies in a file (little-endian) and how it becomes a number. */
export interface ElementType {
  bytes: number;
  read: (view: DataView, at: number) => number;
}

const integer64 = (view: DataView, at: number): number => Number(view.getBigInt64(at, true));

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  // 2^-24 is the smallest subnormal; a normal number adds the hidden bit and 2^(exponent - 1).
  if (exponent === 0) return sign * fraction * 5.9604644775390625e-8;
  return sign * (fraction + 1024) * 5.9604644775390625e-8 * (1 << (exponent - 1));
}

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

/**
 * `count` elements from `at` on as f32. A network's weights are read at every start, before any
 * compiler has warmed up, so that the two types they come in are not read one call at a time.
 */
export function readElements(
  type: ElementName,
  bytes: Uint8Array,
  at: number,
  count: number,
): Float32Array {
  const { bytes: step, read } = elementTypes[type];
  const values = new Float32Array(count);
  const raw = bytes.subarray(at, at + count * step);
  if (LITTLE_ENDIAN && type === 'F32') {
    new Uint8Array(values.buffer).set(raw);
  } else if (LITTLE_ENDIAN && type === 'F16') {
    const halves = new Uint16Array(count);
    new Uint8Array(halves.buffer).set(raw);
    const words = new Uint32Array(values.buffer);
    for (let i = 0; i < count; i++) {
      const bits = halves[i];
      const exponent = bits & 0x7c00;
      if (exponent === 0 || exponent === 0x7c00) values[i] = half(bits);
      // the same fraction with more zeros behind it, and an exponent that counts from -127
      else words[i] = ((bits & 0x8000) << 16) | (((bits & 0x7fff) + 0x1c000) << 13);
    }
  } else {
    const view = viewOf(bytes);
    for (let i = 0; i < count; i++) values[i] = read(view, at + i * step);
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

/** How one element type lies in a file (little-endian) and how it becomes a number. */
export interface ElementType {
  bytes: number;
  read: (view: DataView, at: number) => number;
}

const integer64 = (view: DataView, at: number): number => Number(view.getBigInt64(at, true));

/** IEEE 754 binary16. */
function half(view: DataView, at: number): number {
  const bits = view.getUint16(at, true);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  // 2^-24 is the smallest subnormal; a normal number adds the hidden bit and 2^(exponent - 1).
  if (exponent === 0) return sign * fraction * 5.9604644775390625e-8;
  return sign * (fraction + 1024) * 5.9604644775390625e-8 * (1 << (exponent - 1));
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
  F16: { bytes: 2, read: half },
  BF16: { bytes: 2, read: brain },
  I64: { bytes: 8, read: integer64 },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
} satisfies Record<string, ElementType>;

export type ElementName = keyof typeof elementTypes;

export function isElementName(name: string): name is ElementName {
  return Object.hasOwn(elementTypes, name);
}

/** Bytes as a DataView, whatever buffer they are a window of. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * What is done to every number of a weights file. A network is loaded before any compiler has warmed up, and loops over
 * a hundred thousand numbers then take longer than its first crops: the kernels do the same to the bit of every number (Kernels has both).
 */
export interface WeightArithmetic {
  /** Little-endian IEEE 754 binary16 as f32. */
  widenHalves(bytes: Uint8Array): Float32Array;
  /** The rows of values (factors, length), each times its factor in f64, in place. */
  scaleRows(values: Float32Array, factors: Float64Array): void;
}

/** In plain numbers, where there are no kernels. */
export const plainArithmetic: WeightArithmetic = {
  widenHalves(bytes) {
    const values = new Float32Array(bytes.length >> 1);
    for (let i = 0; i < values.length; i++) {
      values[i] = half(bytes[2 * i] | (bytes[2 * i + 1] << 8));
    }
    return values;
  },
  scaleRows(values, factors) {
    const length = values.length / factors.length;
    for (let i = 0; i < values.length; i++) values[i] *= factors[Math.floor(i / length)];
  },
};

/** IEEE 754 binary16. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  // 2^-24 is the smallest subnormal; a normal number adds the hidden bit and 2^(exponent - 1).
  if (exponent === 0) return sign * fraction * 5.9604644775390625e-8;
  return sign * (fraction + 1024) * 5.9604644775390625e-8 * (1 << (exponent - 1));
}

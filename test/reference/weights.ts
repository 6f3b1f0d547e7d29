/** IEEE 754 binary16 as numbers: sign, five bits of exponent, ten of fraction. */
export function widenHalves(halves: ArrayLike<number>): Float32Array {
  return Float32Array.from(halves, (bits) => {
    const sign = bits >> 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return exponent === 0
      ? sign * fraction * 2 ** -14
      : sign * (1 + fraction) * 2 ** (exponent - 15);
  });
}

/** The rows of values (factors, length), each times its factor, rounded once. */
export function scaleRows(values: ArrayLike<number>, factors: ArrayLike<number>): Float32Array {
  const length = values.length / factors.length;
  return Float32Array.from(values, (value, i) => value * factors[Math.floor(i / length)]);
}

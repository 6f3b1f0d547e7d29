/** Sum of the rows of values (weights, length), each times its weight: (length). */
export function weightedSum(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  length: number,
): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < weights.length; i++) {
    for (let at = 0; at < length; at++) out[at] += weights[i] * values[i * length + at];
  }
  return out;
}

import { select } from '../select.ts';

/** Scales the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** Enough values for a spread or a percentile of a whole image. */
const SAMPLE = 65536;

/** Median of the first n values (n >= 1); reorders them. */
export function median(values: Float64Array, n = values.length): number {
  const half = n >> 1;
  const upper = select(values, half, n);
  if (n & 1) return upper;
  let lower = -Infinity;
  for (let i = 0; i < half; i++) if (values[i] > lower) lower = values[i];
  return (lower + upper) / 2;
}

/** Robust standard deviation about centre of the first n values; overwrites them. */
export function spread(values: Float64Array, n: number, centre: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const deviation = values[i] - centre;
    values[i] = deviation < 0 ? -deviation : deviation;
    sum += values[i];
  }
  const sigma = MAD_TO_SIGMA * median(values, n);
  // Coarsely quantised values: more than half are equal, so the median deviation says nothing.
  return sigma > 0 ? sigma : (1.2533 * sum) / n;
}

/** Median and robust standard deviation of the valid pixels, from an even sample of them. */
export function centreAndSpread(
  heights: Float64Array,
  valid: Uint8Array,
): { centre: number; sigma: number } {
  const sample = sampleOf(heights, valid);
  if (sample.length === 0) return { centre: 0, sigma: 0 };
  const centre = median(sample);
  return { centre, sigma: spread(sample, sample.length, centre) };
}

/** The given fractions' percentiles of the valid pixels, from an even sample of them. */
export function percentiles(
  heights: Float64Array,
  valid: Uint8Array,
  fractions: readonly number[],
): number[] {
  const sample = sampleOf(heights, valid);
  return fractions.map((f) => select(sample, Math.round(f * (sample.length - 1))));
}

function sampleOf(heights: Float64Array, valid: Uint8Array): Float64Array {
  // An odd stride does not fall in step with image widths, which are powers of two.
  const stride = heights.length > SAMPLE ? Math.ceil(heights.length / SAMPLE) | 1 : 1;
  const sample = new Float64Array(Math.ceil(heights.length / stride));
  let n = 0;
  for (let i = 0; i < heights.length; i += stride) if (valid[i]) sample[n++] = heights[i];
  return sample.subarray(0, n);
}

/** Four significant digits: what a record of findings needs. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

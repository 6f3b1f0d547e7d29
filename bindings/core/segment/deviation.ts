import { select } from '../select.ts';

/** Scales the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** Enough pixels for a spread. */
export const SAMPLE = 20_000;

/** Standard deviation about 0 of a plane's values where a mask of its shape is 0, by their median; never 0. */
export function deviationOutside(plane: Float32Array, mask: Uint8Array): number {
  const stride = Math.ceil(plane.length / SAMPLE) | 1;
  const sizes = new Float32Array(Math.ceil(plane.length / stride));
  let n = 0;
  for (let i = 0; i < plane.length; i += stride) if (!mask[i]) sizes[n++] = Math.abs(plane[i]);
  return deviationOf(sizes, n) || 1e-12;
}

/** The same of the first n sizes, which it reorders; 0 of none. */
export function deviationOf(sizes: Float32Array, n: number): number {
  return n > 0 ? MAD_TO_SIGMA * select(sizes, n >> 1, n) : 0;
}

import type { Kernels } from '../kernels.ts';
import { blur } from './blur.ts';

/** Half-width of what counts as surroundings, row spacings. */
const SURROUNDINGS = 1.2;

/**
 * What takes from a plane's heights, blurred as they may be and changed in place, the mean of the plane where it lies around and
 * is no defect: `around` is 0. (rows, columns) each. In plain loops, and in as few large arrays as will do: a fresh one costs more
 * than what is done with it.
 */
export function overSurroundings(
  kernels: Kernels,
  rows: number,
  columns: number,
  around: Uint8Array,
  spacingPx: number,
): (plane: Float32Array, blurred: Float32Array) => Float32Array {
  const sigma = SURROUNDINGS * spacingPx;
  const weight = new Float32Array(rows * columns);
  for (let i = 0; i < weight.length; i++) weight[i] = 1 - around[i];
  blur(kernels, weight, rows, columns, sigma, weight);
  const sum = new Float32Array(rows * columns);
  return (plane, blurred) => {
    for (let i = 0; i < sum.length; i++) sum[i] = plane[i] * (1 - around[i]);
    blur(kernels, sum, rows, columns, sigma, sum);
    for (let i = 0; i < blurred.length; i++) if (weight[i] > 1e-4) blurred[i] -= sum[i] / weight[i];
    return blurred;
  };
}

import type { Kernels } from '../kernels.ts';
import { blur } from './blur.ts';

/** Half-width of what counts as surroundings, row spacings. */
const SURROUNDINGS = 1.2;

/**
 * What makes of a plane its heights, blurred by a half-width in pixels, over the mean of what lies around and is no defect.
 * In plain loops, and in as few large arrays as will do: a fresh one costs more than what is done with it.
 */
export function overSurroundings(
  kernels: Kernels,
  rows: number,
  columns: number,
  around: Uint8Array,
  spacingPx: number,
): (plane: Float32Array, halfWidth: number) => Float32Array {
  const sigma = SURROUNDINGS * spacingPx;
  const weight = new Float32Array(rows * columns);
  for (let i = 0; i < weight.length; i++) weight[i] = 1 - around[i];
  blur(kernels, weight, rows, columns, sigma, weight);
  const sum = new Float32Array(rows * columns);
  return (plane, halfWidth) => {
    for (let i = 0; i < sum.length; i++) sum[i] = plane[i] * (1 - around[i]);
    blur(kernels, sum, rows, columns, sigma, sum);
    const over = blur(kernels, plane, rows, columns, halfWidth);
    for (let i = 0; i < over.length; i++) if (weight[i] > 1e-4) over[i] -= sum[i] / weight[i];
    return over;
  };
}

import type { Kernels } from '../kernels.ts';

/**
 * Gaussian blur of a plane (rows, columns), cut at three sigma; the border pixels are repeated outwards.
 * `out` takes the result if given; it may be the plane.
 */
export function blur(
  kernels: Kernels,
  plane: Float32Array,
  rows: number,
  columns: number,
  sigma: number,
  out?: Float32Array,
): Float32Array {
  return kernels.blur(plane, 1, rows, columns, gaussian(kernels, sigma), out);
}

/** Weights of a normalised Gaussian of standard deviation sigma pixels: of its middle and of each pixel away. */
function gaussian(kernels: Kernels, sigma: number): Float64Array {
  const weights = new Float64Array(Math.ceil(3 * sigma) + 1).fill(1);
  let sum = 1;
  for (let i = 1; i < weights.length; i++) {
    weights[i] = kernels.exp((-0.5 * i * i) / (sigma * sigma));
    sum += 2 * weights[i];
  }
  return weights.map((weight) => weight / sum);
}

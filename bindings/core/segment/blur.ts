import type { Kernels } from '../kernels.ts';

/** Weights of a normalised Gaussian of standard deviation sigma pixels, cut at three of them. */
export function gaussian(kernels: Kernels, sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const weights = new Float64Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) {
    const weight = sigma > 0 ? kernels.exp((-0.5 * i * i) / (sigma * sigma)) : 1;
    weights[i + radius] = weight;
    sum += weight;
  }
  return weights.map((weight) => weight / sum);
}

/** Gaussian blur of a plane (rows, columns); the border pixels are repeated outwards. */
export function blur(
  kernels: Kernels,
  plane: Float32Array,
  rows: number,
  columns: number,
  sigma: number,
): Float32Array {
  const weights = gaussian(kernels, sigma);
  const across = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  const radius = weights.length >> 1;
  const padded = new Float64Array(columns + 2 * radius);
  for (let y = 0; y < rows; y++) {
    const line = plane.subarray(y * columns, (y + 1) * columns);
    for (let x = 0; x < padded.length; x++) padded[x] = line[clamp(x - radius, columns)];
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * padded[x + i];
      across[y * columns + x] = sum;
    }
  }
  const sums = new Float64Array(columns);
  for (let y = 0; y < rows; y++) {
    sums.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const from = clamp(y + i - radius, rows) * columns;
      const weight = weights[i];
      for (let x = 0; x < columns; x++) sums[x] += weight * across[from + x];
    }
    out.set(sums, y * columns);
  }
  return out;
}

function clamp(index: number, length: number): number {
  return index < 0 ? 0 : index >= length ? length - 1 : index;
}

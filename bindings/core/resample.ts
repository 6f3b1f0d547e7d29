import type { Kernels } from './kernels.ts';

/** Shrinking by more than this folds fine detail into coarse unless it is blurred away first. */
const NEEDS_LOW_PASS = 1.5;

/**
 * Resample plane (rows, columns) to (outRows, outColumns), half-pixel centres. A Gaussian as wide
 * as the new pixel goes before when shrinking by more than 1.5. `out` takes the result if given.
 */
export function resample(
  kernels: Kernels,
  plane: Float32Array,
  rows: number,
  columns: number,
  outRows: number,
  outColumns: number,
  out?: Float32Array,
): Float32Array {
  if (rows === outRows && columns === outColumns) {
    if (!out) return plane.slice();
    out.set(plane);
    return out;
  }
  let soft = plane;
  if (columns / outColumns > NEEDS_LOW_PASS) {
    const weights = gaussian(kernels, columns / outColumns);
    soft = convolve(soft, weights, rows, columns, columns, 1);
  }
  if (rows / outRows > NEEDS_LOW_PASS) {
    const weights = gaussian(kernels, rows / outRows);
    soft = convolve(soft, weights, columns, rows, 1, columns);
  }
  return kernels.resizeBilinear(soft, 1, rows, columns, outRows, outColumns, out);
}

/** Half a Gaussian kernel, weights[k] for distance k, that turns one pixel into `shrink` wide ones. */
function gaussian(kernels: Kernels, shrink: number): Float64Array {
  const variance = (shrink * shrink - 1) / 12 + shrink * shrink * 0.08;
  const radius = Math.ceil(3 * Math.sqrt(variance));
  const weights = new Float64Array(radius + 1);
  let sum = 0;
  for (let k = 0; k <= radius; k++) {
    weights[k] = kernels.exp((-k * k) / (2 * variance));
    sum += k === 0 ? weights[k] : 2 * weights[k];
  }
  return weights.map((w) => w / sum);
}

/** Convolve lines of `length` values, `lines` of them, whose starts are `lineStride` apart. */
function convolve(
  plane: Float32Array,
  weights: Float64Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
): Float32Array {
  const out = new Float32Array(plane.length);
  const last = length - 1;
  for (let l = 0; l < lines; l++) {
    const at = l * lineStride;
    for (let i = 0; i < length; i++) {
      let sum = weights[0] * plane[at + i * stride];
      for (let k = 1; k < weights.length; k++) {
        const before = i > k ? i - k : 0;
        const after = i + k < last ? i + k : last;
        sum += weights[k] * (plane[at + before * stride] + plane[at + after * stride]);
      }
      out[at + i * stride] = sum;
    }
  }
  return out;
}

/** Resample a mask by the same rule; a pixel stays 1 when at least half of it was. */
export function resampleMask(
  kernels: Kernels,
  mask: Uint8Array,
  rows: number,
  columns: number,
  outRows: number,
  outColumns: number,
): Uint8Array {
  if (rows === outRows && columns === outColumns) return mask.slice();
  const hard = new Float32Array(mask);
  return cutAtHalf(resample(kernels, hard, rows, columns, outRows, outColumns));
}

/** 1 where at least one half. A loop: Uint8Array.from takes ten times as long. */
export function cutAtHalf(soft: Float32Array): Uint8Array {
  const hard = new Uint8Array(soft.length);
  for (let i = 0; i < soft.length; i++) hard[i] = soft[i] >= 0.5 ? 1 : 0;
  return hard;
}

import type { Kernels } from '../kernels.ts';

/** Weighted samples of a yes-or-no question. */
export interface Samples {
  /** (n, dimension) */
  vectors: Float64Array;
  dimension: number;
  /** 1 yes, 0 no. (n) */
  answers: Uint8Array;
  /** (n) */
  weights: Float64Array;
}

const MOST_STEPS = 12;
/** Largest change of a coefficient at which the fit stands still. */
const STILL = 1e-5;

/**
 * Logistic regression that stays near given coefficients: minimises the weighted cross-entropy plus
 * half of sum(stiffness * (w - start)^2), by Newton's method. Returns the coefficients (dimension).
 */
export function refit(
  kernels: Kernels,
  { vectors, dimension, answers, weights }: Samples,
  start: Float64Array,
  stiffness: Float64Array,
): Float64Array {
  const w = Float64Array.from(start);
  const n = answers.length;
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = w.map((value, d) => stiffness[d] * (value - start[d]));
    const curvature = new Float64Array(dimension * dimension);
    for (let d = 0; d < dimension; d++) curvature[d * dimension + d] = stiffness[d];
    for (let i = 0; i < n; i++) {
      const x = vectors.subarray(i * dimension, (i + 1) * dimension);
      let sum = 0;
      for (let d = 0; d < dimension; d++) sum += w[d] * x[d];
      const p = 1 / (1 + kernels.exp(-sum));
      const slope = weights[i] * (p - answers[i]);
      const bend = weights[i] * p * (1 - p);
      for (let d = 0; d < dimension; d++) {
        gradient[d] += slope * x[d];
        const scaled = bend * x[d];
        for (let e = 0; e <= d; e++) curvature[d * dimension + e] += scaled * x[e];
      }
    }
    const change = solve(curvature, gradient, dimension);
    let largest = 0;
    for (let d = 0; d < dimension; d++) {
      w[d] -= change[d];
      largest = Math.max(largest, Math.abs(change[d]));
    }
    if (largest < STILL) break;
  }
  return w;
}

/** x of A x = b for a symmetric positive A, of which the lower half (n, n) is given; by Cholesky, in place. */
function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * n + j];
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= a[i * n + k] * x[k];
    x[i] /= a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= a[k * n + i] * x[k];
    x[i] /= a[i * n + i];
  }
  return x;
}

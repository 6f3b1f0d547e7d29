import { solveCholesky } from '../cholesky.ts';
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
/** With less gained by a step, as a part of the loss, the fit stands still. */
const STILL = 1e-5;
/** A smaller part of a step gains nothing any more. */
const SMALLEST_PART = 1e-3;
/** Squared; a flatter direction of the curvature is rounding. */
const SMALLEST_PIVOT = 1e-12;

/**
 * Logistic regression that stays near given coefficients: minimises the weighted cross-entropy plus
 * half of sum(stiffness * (w - start)^2), by Newton's method. Returns the coefficients (dimension).
 */
export function refit(
  kernels: Kernels,
  samples: Samples,
  start: Float64Array,
  stiffness: Float64Array,
): Float64Array {
  let w = Float64Array.from(start);
  let loss = lossOf(kernels, samples, w, start, stiffness);
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = newtonStep(kernels, samples, w, start, stiffness);
    // Where the curve is far from a parabola the full step goes too far.
    let part = 1;
    let next = w.map((value, d) => value - change[d]);
    let nextLoss = lossOf(kernels, samples, next, start, stiffness);
    while (nextLoss > loss && part > SMALLEST_PART) {
      part /= 2;
      next = w.map((value, d) => value - part * change[d]);
      nextLoss = lossOf(kernels, samples, next, start, stiffness);
    }
    if (nextLoss > loss) break;
    const gained = loss - nextLoss;
    w = next;
    loss = nextLoss;
    if (gained < STILL * loss) break;
  }
  return w;
}

function lossOf(
  kernels: Kernels,
  { vectors, dimension, answers, weights }: Samples,
  w: Float64Array,
  start: Float64Array,
  stiffness: Float64Array,
): number {
  let loss = 0;
  for (let d = 0; d < dimension; d++) {
    loss += 0.5 * stiffness[d] * (w[d] - start[d]) * (w[d] - start[d]);
  }
  for (let i = 0; i < answers.length; i++) {
    let sum = 0;
    for (let d = 0; d < dimension; d++) sum += w[d] * vectors[i * dimension + d];
    const against = answers[i] ? -sum : sum;
    loss += weights[i] * (Math.max(0, against) + kernels.log(1 + kernels.exp(-Math.abs(against))));
  }
  return loss;
}

/** What Newton's method takes away from w. */
function newtonStep(
  kernels: Kernels,
  { vectors, dimension, answers, weights }: Samples,
  w: Float64Array,
  start: Float64Array,
  stiffness: Float64Array,
): Float64Array {
  const gradient = w.map((value, d) => stiffness[d] * (value - start[d]));
  const curvature = new Float64Array(dimension * dimension);
  for (let d = 0; d < dimension; d++) curvature[d * dimension + d] = stiffness[d];
  for (let i = 0; i < answers.length; i++) {
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
  return solveCholesky(curvature, gradient, dimension, SMALLEST_PIVOT);
}

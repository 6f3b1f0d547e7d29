import { solveCholesky } from '../cholesky.ts';
import { SupportError } from '../errors.ts';
import type { SupportSet } from './types.ts';

/** Ridge as a fraction of the mean diagonal of the normal equations. */
const RIDGE = 1;

/** Relation score of embeddings a and b: intercept - sum over d of weights[d] (a[d] - b[d])^2. */
export interface FittedRelation {
  /** (dimension), not negative */
  weights: Float32Array;
  intercept: number;
}

/**
 * Fit a relation to the pairs of a support set: least squares of 1 for pairs of one class and 0 for
 * pairs of two, the target of Sung et al. 2018 (eq. 2), on the squared difference in each dimension.
 * First one weight common to all dimensions (that is Euclidean distance), then a ridge
 * regression (Hoerl and Kennard 1970) of what that leaves, so that few examples leave the metric
 * Euclidean and many bend it. Pairs of one and of two classes weigh the same in total. An example
 * without a fellow is paired with itself. Throws SupportError for a single class.
 */
export function fitRelation(support: SupportSet): FittedRelation {
  const { dimension, classes } = support;
  if (classes.length < 2) {
    throw new SupportError(
      'relation: expected at least 2 classes to learn what sets them apart, got 1.',
    );
  }
  const pairs = makePairs(support);
  const { slope, intercept } = fitCommonWeight(pairs);
  const rows = pairs.map(({ features, total, target, weight }) => ({
    features,
    residual: target - (intercept - slope * total),
    weight,
  }));
  const bend = solveRidge(rows, dimension);
  const weights = Float32Array.from(bend, (b) => Math.max(0, slope - b));
  return { weights, intercept };
}

interface Pair {
  /** Squared difference per dimension, and their sum. */
  features: Float64Array;
  total: number;
  target: 0 | 1;
  weight: number;
}

function makePairs({ embeddings, dimension, labels }: SupportSet): Pair[] {
  const pairs: Pair[] = [];
  const add = (i: number, j: number) => {
    const features = new Float64Array(dimension);
    let total = 0;
    for (let d = 0; d < dimension; d++) {
      const difference = embeddings[i * dimension + d] - embeddings[j * dimension + d];
      features[d] = difference * difference;
      total += features[d];
    }
    pairs.push({ features, total, target: labels[i] === labels[j] ? 1 : 0, weight: 0 });
  };
  for (let i = 0; i < labels.length; i++) {
    if (labels.indexOf(labels[i]) === labels.lastIndexOf(labels[i])) add(i, i);
    for (let j = 0; j < i; j++) add(i, j);
  }
  const alike = pairs.filter(({ target }) => target === 1).length;
  for (const pair of pairs) pair.weight = 0.5 / (pair.target ? alike : pairs.length - alike);
  return pairs;
}

/** Weighted least squares of target = intercept - slope * total; slope 0 or more. */
function fitCommonWeight(pairs: readonly Pair[]): { slope: number; intercept: number } {
  let meanTotal = 0;
  let meanTarget = 0;
  for (const { total, target, weight } of pairs) {
    meanTotal += weight * total;
    meanTarget += weight * target;
  }
  let covariance = 0;
  let variance = 0;
  for (const { total, target, weight } of pairs) {
    covariance += weight * (total - meanTotal) * (target - meanTarget);
    variance += weight * (total - meanTotal) * (total - meanTotal);
  }
  const slope = variance > 0 ? Math.max(0, -covariance / variance) : 0;
  return { slope, intercept: meanTarget + slope * meanTotal };
}

/** minimise sum of weight (residual - features . b)^2 + ridge |b|^2, by Cholesky of the normal equations. */
function solveRidge(
  rows: readonly { features: Float64Array; residual: number; weight: number }[],
  dimension: number,
): Float64Array {
  const matrix = new Float64Array(dimension * dimension);
  const right = new Float64Array(dimension);
  for (const { features, residual, weight } of rows) {
    for (let i = 0; i < dimension; i++) {
      const scaled = weight * features[i];
      if (scaled === 0) continue;
      right[i] += scaled * residual;
      for (let j = 0; j <= i; j++) matrix[i * dimension + j] += scaled * features[j];
    }
  }
  let diagonal = 0;
  for (let i = 0; i < dimension; i++) diagonal += matrix[i * dimension + i];
  if (diagonal === 0) return right.fill(0);
  const ridge = (RIDGE * diagonal) / dimension;
  for (let i = 0; i < dimension; i++) matrix[i * dimension + i] += ridge;
  return solveCholesky(matrix, right, dimension);
}

import type { Kernels } from '../kernels.ts';
import { medianOf, nearestDistances } from './confidence.ts';
import { countShots } from './support.ts';
import type { SupportSet } from './types.ts';

const ITERATIONS = 3;
/**
 * What is not labelled counts at most as much as this many examples, where a class has one; the more
 * it has, the less: its prototype needs less help, and what is not labelled errs as before.
 */
const MOST_WEIGHT = 1;
/** Temperature of the shares, in median distances to the nearest class. */
const TEMPERATURE = 0.1;
/** How fast an embedding loses its say beyond the median distance, per median distance. */
const FADING = 3;
/** Shares that are not worth adding. */
const NEGLIGIBLE = 1e-3;
/** Fewer embeddings say nothing of a class, more say no more. */
const FEWEST = 8;
const MOST = 128;

/**
 * Prototypes moved towards what is not labelled but near them: soft k-means (Ren et al. 2018, arXiv
 * 1803.00676, eq. 4) on at most 128 of `unlabelled` (n, dimension), evenly taken. In all they weigh
 * no more than one example per class (a fifth of one where there are five), so that they help where examples are few and cannot carry a
 * prototype off where a class is rare; and what is far from every class has no say.
 * `distances` gives squared distances (m, nWay) to the classes; returns the same to the moved ones.
 */
export function refined(
  kernels: Kernels,
  support: SupportSet,
  unlabelled: Float32Array,
  queries: Float32Array,
  distances: (from: Float32Array) => Float32Array,
): Float32Array {
  const { dimension } = support;
  const nWay = support.classes.length;
  const toOwn = distances(queries);
  const some = evenly(unlabelled, dimension);
  const n = some.length / dimension;
  if (n < FEWEST) return toOwn;
  const shots = countShots(support);
  const own = distances(some);
  let now = own;
  let result = toOwn;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const shares = sharesOf(kernels, now, nWay);
    const { means, totals } = weightedMeans(some, dimension, shares, nWay);
    const toMeans = kernels.squaredEuclidean(some, means, dimension);
    const apart = new Float64Array(nWay);
    for (let i = 0; i < own.length; i++) {
      const c = i % nWay;
      if (shares[i] >= NEGLIGIBLE) apart[c] += (shares[i] / totals[c]) * (own[i] - toMeans[i]);
    }
    // Of a mean of examples and unlabelled, from the distances to either and between them.
    const mixed = (toExamples: Float32Array, toUnlabelled: Float32Array) =>
      toExamples.map((distance, i) => {
        const c = i % nWay;
        const weight = Math.min(totals[c], MOST_WEIGHT) / (shots[c] * shots[c]);
        const between = (weight * Math.max(0, apart[c])) / (1 + weight);
        return Math.max(0, (distance + weight * toUnlabelled[i] - between) / (1 + weight));
      });
    now = mixed(own, toMeans);
    if (iteration === ITERATIONS - 1) {
      result = mixed(toOwn, kernels.squaredEuclidean(queries, means, dimension));
    }
  }
  return result;
}

/** At most MOST rows, evenly taken. */
function evenly(embeddings: Float32Array, dimension: number): Float32Array {
  const step = Math.max(1, Math.ceil(embeddings.length / dimension / MOST));
  if (step === 1) return embeddings;
  const count = Math.ceil(embeddings.length / dimension / step);
  const some = new Float32Array(count * dimension);
  for (let i = 0; i < count; i++) {
    const from = i * step * dimension;
    some.set(embeddings.subarray(from, from + dimension), i * dimension);
  }
  return some;
}

/** How much of each embedding belongs to each class, (n, nWay): less than 1 in all for what is far. */
function sharesOf(kernels: Kernels, distances: Float32Array, nWay: number): Float64Array {
  const nearest = nearestDistances(distances, nWay);
  const usual = medianOf(nearest) || 1;
  const shares = new Float64Array(distances.length);
  nearest.forEach((least, i) => {
    let total = 0;
    for (let c = 0; c < nWay; c++) {
      const share = kernels.exp((least - distances[i * nWay + c]) / (TEMPERATURE * usual));
      shares[i * nWay + c] = share;
      total += share;
    }
    const say = kernels.exp(-FADING * Math.max(0, least / usual - 1)) / total;
    for (let c = 0; c < nWay; c++) shares[i * nWay + c] *= say;
  });
  return shares;
}

/** Mean of the embeddings by their shares of each class, (nWay, dimension), and the shares' sums. */
function weightedMeans(
  embeddings: Float32Array,
  dimension: number,
  shares: Float64Array,
  nWay: number,
): { means: Float32Array; totals: Float64Array } {
  const sums = new Float64Array(nWay * dimension);
  const totals = new Float64Array(nWay);
  // Plain loops: a person waits for each click's answer.
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i];
    if (share < NEGLIGIBLE) continue;
    const row = Math.floor(i / nWay) * dimension;
    let to = (i % nWay) * dimension;
    for (let from = row; from < row + dimension; from++) sums[to++] += share * embeddings[from];
    totals[i % nWay] += share;
  }
  const means = new Float32Array(sums.length);
  for (let c = 0, at = 0; c < nWay; c++) {
    const factor = totals[c] > 0 ? 1 / totals[c] : 0;
    for (let d = 0; d < dimension; d++, at++) means[at] = factor * sums[at];
  }
  return { means, totals };
}

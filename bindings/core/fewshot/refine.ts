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
 * 1803.00676, eq. 4) on the 128 of `unlabelled` (n, dimension) that are nearest to a class; the queries
 * themselves may be among them, or all of them. In all they weigh no more than one example per class
 * (a fifth of one where there are five), so that they help where examples are few and cannot carry a
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
  if (unlabelled.length < FEWEST * dimension) return toOwn;
  const toAll = unlabelled === queries ? toOwn : distances(unlabelled);
  const index = nearestRows(toAll, nWay);
  const some = rowsOf(unlabelled, dimension, index);
  const own = rowsOf(toAll, nWay, index);
  const shots = countShots(support);
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

/** The MOST rows of (n, nWay) with the smallest least distance, or all, in order. */
function nearestRows(distances: Float32Array, nWay: number): Int32Array {
  const least = nearestDistances(distances, nWay);
  const all = Int32Array.from(least.keys());
  if (all.length <= MOST) return all;
  // Equals by their order: every host sorts alike.
  return all
    .sort((a, b) => least[a] - least[b] || a - b)
    .slice(0, MOST)
    .sort();
}

/** Rows of (n, dimension) by index. */
function rowsOf(rows: Float32Array, dimension: number, index: Int32Array): Float32Array {
  const some = new Float32Array(index.length * dimension);
  index.forEach((row, to) => {
    some.set(rows.subarray(row * dimension, (row + 1) * dimension), to * dimension);
  });
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

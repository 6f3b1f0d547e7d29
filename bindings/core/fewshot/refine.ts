import type { Kernels } from '../kernels.ts';
import { type Anchor, type Squares, toMean } from './comparison.ts';
import { medianOf, nearestDistances } from './confidence.ts';
import { evenly } from './evenly.ts';

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
 * 1803.00676, eq. 4) on the rows that are not labelled, see unlabelledRows. In all they weigh
 * no more than one example per class (a fifth of one where there are five), so that they help where examples are few and cannot carry a
 * prototype off where a class is rare; and what is far from every class has no say.
 * `own` are squared distances (rows, nWay) to the classes; returns those to the moved ones.
 */
export function refined(kernels: Kernels, squares: Squares, own: Float32Array): Float32Array {
  const { nWay, shots, unlabelled } = squares;
  if (unlabelled.length < FEWEST) return own;
  const some = (distances: Float32Array) => rowsOf(distances, unlabelled, nWay);
  const ownOfSome = some(own);
  let now = own;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const shares = sharesOf(kernels, some(now), nWay);
    const { toMeans, totals } = weightedMeans(unlabelled, shares, nWay);
    const toMeansOfSome = some(toMeans);
    const apart = new Float64Array(nWay);
    for (let i = 0; i < shares.length; i++) {
      const c = i % nWay;
      if (shares[i] < NEGLIGIBLE) continue;
      apart[c] += (shares[i] / totals[c]) * (ownOfSome[i] - toMeansOfSome[i]);
    }
    // Of a mean of examples and unlabelled, from the distances to either and between them.
    now = own.map((distance, i) => {
      const c = i % nWay;
      const weight = Math.min(totals[c], MOST_WEIGHT) / (shots[c] * shots[c]);
      const between = (weight * Math.max(0, apart[c])) / (1 + weight);
      return Math.max(0, (distance + weight * toMeans[i] - between) / (1 + weight));
    });
  }
  return now;
}

/** At most MOST of n rows, evenly taken: those that may move the prototypes. */
export function unlabelledRows(n: number): number[] {
  return evenly(n, MOST);
}

/** The rows of some anchors out of (rows, nWay). */
function rowsOf(distances: Float32Array, anchors: readonly Anchor[], nWay: number): Float32Array {
  const some = new Float32Array(anchors.length * nWay);
  anchors.forEach(({ row }, i) => {
    some.set(distances.subarray(row * nWay, (row + 1) * nWay), i * nWay);
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

/** Squared distances of all rows to the mean of the anchors by their shares of each class, (rows, nWay), and the shares' sums. */
function weightedMeans(
  anchors: readonly Anchor[],
  shares: Float64Array,
  nWay: number,
): { toMeans: Float32Array; totals: Float64Array } {
  const totals = new Float64Array(nWay);
  const toMeans = new Float32Array(anchors[0].squares.length * nWay);
  const weights = new Float64Array(anchors.length);
  for (let c = 0; c < nWay; c++) {
    for (let a = 0; a < anchors.length; a++) {
      const share = shares[a * nWay + c];
      weights[a] = share < NEGLIGIBLE ? 0 : share;
      totals[c] += weights[a];
    }
    if (totals[c] === 0) continue;
    const total = totals[c];
    toMean(
      anchors,
      weights.map((weight) => weight / total),
    ).forEach((square, row) => {
      toMeans[row * nWay + c] = square;
    });
  }
  return { toMeans, totals };
}

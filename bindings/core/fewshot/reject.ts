import type { Kernels } from '../kernels.ts';
import { type Squares, toMean } from './comparison.ts';
import { medianOf, nearestDistances } from './confidence.ts';
import type { Scored } from './types.ts';

/**
 * Cosine similarity that two centred members of one class have at least. Careful rather than sharp: on six scans with one
 * class left out, 0 to 3 % of known defects are lost (9 % on mirror images), and of the class that has no examples 1 to 13 % is
 * found at one shot, 5 to 19 % at five (46 and 62 % of mirror images).
 */
const LEAST_SIMILARITY = 0.15;
/** Robust standard deviations of log distance at which a query is a stranger whatever its direction. */
const SIGMAS = 5;
/** Fewer queries than this say too little about what distance is usual. */
const FEWEST = 8;
/**
 * Nearer than so many median distances a query is none, whatever its direction: where classes are each other's mirror
 * images, their own members point everywhere.
 */
const FARTHER = 1.2;

/**
 * How far each query falls short of resembling any class, (n): 0 for close enough, else up to 1.
 * Two tests, of which either rejects; both work with one example per class and for every method.
 */
export function shortfalls(kernels: Kernels, squares: Squares, scored: Scored): Float32Array {
  const nearest = nearestDistances(scored.plain ?? scored.distances, squares.nWay);
  const far = beyondUsual(kernels, nearest);
  if (squares.nWay === 1) return far;
  const farther = FARTHER * medianOf(nearest);
  return otherDirection(squares).map((value, q) =>
    nearest[q] > farther ? Math.max(value, far[q]) : far[q],
  );
}

/**
 * By the direction of the centred embedding (centred.ts), which sets strangers apart better than
 * any method's own distance and needs no scale. The cosine similarity of a query with a class's
 * centroid must reach what it would be if all members of the class were alike by
 * LEAST_SIMILARITY r, that is r / sqrt(r + (1 - r) / shots): the centroid of several examples is
 * less noisy than one example. Needs two classes, or the centre is the class.
 */
function otherDirection(squares: Squares): Float32Array {
  const { queries, nWay, shots } = squares;
  const similarities = centredSimilarities(squares);
  const r = LEAST_SIMILARITY;
  const needed = Array.from(shots, (count) => r / Math.sqrt(r + (1 - r) / count));
  return Float32Array.from({ length: queries }, (_, q) => {
    let best = -Infinity;
    for (let c = 0; c < nWay; c++) best = Math.max(best, similarities[q * nWay + c] / needed[c]);
    return best >= 1 ? 0 : Math.min(1, 1 - best);
  });
}

/**
 * By the method's own distance: beyond the median nearest distance of all queries by SIGMAS robust
 * standard deviations of its logarithm (distances of one population spread by a factor). Nothing is
 * rejected among fewer than eight queries.
 */
function beyondUsual(kernels: Kernels, nearest: Float32Array): Float32Array {
  const apart = nearest.filter((distance) => distance > 0);
  if (apart.length < FEWEST) return new Float32Array(nearest.length);
  const centre = medianOf(apart);
  const deviations = apart.map((distance) => Math.abs(kernels.log(distance / centre)));
  const threshold = centre * kernels.exp(SIGMAS * 1.4826 * medianOf(deviations));
  return nearest.map((distance) => (distance > threshold ? 1 - threshold / distance : 0));
}

/**
 * Cosine similarity of every row with the classes' centroids, (rows, nWay), both seen from the centre
 * and the examples as directions: inner products by the law of cosines, out of squared distances. What
 * lies on the centre resembles nothing.
 */
function centredSimilarities({ nWay, labels, shots, examples, middle }: Squares): Float64Array {
  // Midway between the mean prototype and the mean query, as in centred.ts.
  const anchors = [...examples, middle];
  const weights = [...Array.from(labels, (label) => 0.5 / (nWay * shots[label])), 0.5];
  const toCentre = toMean(anchors, weights);
  const rows = toCentre.length;
  const sums = new Float64Array(rows * nWay);
  examples.forEach(({ row, squares }, e) => {
    const away = Math.sqrt(toCentre[row]);
    if (away === 0) return;
    const by = 1 / (2 * away * shots[labels[e]]);
    for (let i = 0, at = labels[e]; i < rows; i++, at += nWay) {
      sums[at] += by * (toCentre[i] + toCentre[row] - squares[i]);
    }
  });
  const lengths = new Float64Array(nWay);
  examples.forEach(({ row }, e) => {
    const c = labels[e];
    const away = Math.sqrt(toCentre[row]);
    if (away > 0) lengths[c] += sums[row * nWay + c] / (away * shots[c]);
  });
  return sums.map((sum, at) => {
    const length = Math.sqrt(Math.max(0, lengths[at % nWay]) * toCentre[Math.floor(at / nWay)]);
    return length > 0 ? sum / length : 0;
  });
}

import type { Kernels } from '../kernels.ts';
import { centreAndNormalise } from './centred.ts';
import { medianOf, nearestDistances } from './confidence.ts';
import { countShots, meanPerClass } from './support.ts';
import type { Scored, SupportSet } from './types.ts';

/**
 * Cosine similarity that two centred members of one class have at least. Chosen on Si(001):H so that
 * 1 % of known defects are lost at one shot; there it finds 23-47 % of the defects of a class that has no
 * examples at one shot and 56-82 % at five, depending on the embedding.
 */
const LEAST_SIMILARITY = 0.15;
/** Robust standard deviations of log distance at which a query is a stranger whatever its direction. */
const SIGMAS = 5;
/** Fewer queries than this say too little about what distance is usual. */
const FEWEST = 8;

/**
 * How far each query falls short of resembling any class, (n): 0 for close enough, else up to 1.
 * Two tests, of which either rejects; both work with one example per class and for every method.
 */
export function shortfalls(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
  scored: Scored,
): Float32Array {
  const far = beyondUsual(kernels, scored, support.classes.length);
  if (support.classes.length === 1) return far;
  return otherDirection(kernels, support, queries).map((value, q) => Math.max(value, far[q]));
}

/**
 * By the direction of the centred embedding (centred.ts), which sets strangers apart better than
 * any method's own distance and needs no scale. The cosine similarity of a query with a class's
 * centroid must reach what it would be if all members of the class were alike by
 * LEAST_SIMILARITY r, that is r / sqrt(r + (1 - r) / shots): the centroid of several examples is
 * less noisy than one example. Needs two classes, or the centre is the class.
 */
function otherDirection(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
): Float32Array {
  const nWay = support.classes.length;
  const centred = centreAndNormalise(support, queries);
  const centroids = meanPerClass(centred.support);
  const similarities = kernels.cosine(centred.queries, centroids, support.dimension);
  const r = LEAST_SIMILARITY;
  const needed = Array.from(countShots(support), (shots) => r / Math.sqrt(r + (1 - r) / shots));
  return Float32Array.from({ length: similarities.length / nWay }, (_, q) => {
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
function beyondUsual(kernels: Kernels, { distances }: Scored, nWay: number): Float32Array {
  const nearest = nearestDistances(distances, nWay);
  const apart = nearest.filter((distance) => distance > 0);
  if (apart.length < FEWEST) return new Float32Array(nearest.length);
  const centre = medianOf(apart);
  const deviations = apart.map((distance) => Math.abs(kernels.log(distance / centre)));
  const threshold = centre * kernels.exp(SIGMAS * 1.4826 * medianOf(deviations));
  return nearest.map((distance) => (distance > threshold ? 1 - threshold / distance : 0));
}

import type { Kernels } from '../kernels.ts';
import { centreOf, directions } from './centred.ts';
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
  const centre = centreOf(support, queries);
  const embeddings = directions(support.embeddings, centre);
  const centroids = meanPerClass({ ...support, embeddings });
  const similarities = similaritiesFrom(kernels, centre, centroids, queries);
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

/** Examples whose distance tells how far apart things are. */
const FEW = 16;

/**
 * Cosine similarity of queries seen from a centre with directions, (n, nWay): from squared distances
 * to the centre and to a point some way off in each direction, by the law of cosines, so that the
 * queries, which are many, need not be centred.
 */
function similaritiesFrom(
  kernels: Kernels,
  centre: Float64Array,
  towards: Float32Array,
  queries: Float32Array,
): Float32Array {
  const dimension = centre.length;
  const nWay = towards.length / dimension;
  const origin = Float32Array.from(centre);
  const some = queries.subarray(0, FEW * dimension);
  const reach = Math.sqrt(medianOf(kernels.squaredEuclidean(some, origin, dimension))) || 1;
  const points = new Float32Array((nWay + 1) * dimension);
  points.set(origin);
  for (let c = 0; c < nWay; c++) {
    const direction = towards.subarray(c * dimension, (c + 1) * dimension);
    let square = 0;
    for (const value of direction) square += value * value;
    const by = reach / (Math.sqrt(square) || 1);
    const at = (c + 1) * dimension;
    for (let d = 0; d < dimension; d++) points[at + d] = origin[d] + by * direction[d];
  }
  const distances = kernels.squaredEuclidean(queries, points, dimension);
  return Float32Array.from({ length: (queries.length / dimension) * nWay }, (_, i) => {
    const row = Math.floor(i / nWay) * (nWay + 1);
    const own = distances[row];
    const cosine = (own + reach * reach - distances[row + 1 + (i % nWay)]) / (2 * reach);
    return own > 0 ? cosine / Math.sqrt(own) : 0;
  });
}

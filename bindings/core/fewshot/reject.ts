import type { Kernels } from '../kernels.ts';
import { centreAndNormalise } from './centred.ts';
import { medianOf, nearestDistances } from './confidence.ts';
import { countShots, meanPerClass } from './support.ts';
import type { Scored, SupportSet } from './types.ts';

/** Cosine similarity that two centred members of one class have at least; measured, see docs/fewshot.md. */
const LEAST_SIMILARITY = 0.15;
/** For a single class: robust standard deviations of log distance, and the fewest queries to tell them from. */
const SIGMAS = 3;
const FEWEST = 8;

/**
 * How far each query falls short of resembling any class, (n): 0 for close enough, else up to 1.
 * Whatever the method, closeness is judged by the direction of the centred embedding (centred.ts),
 * which sets strangers apart better than any method's own distance and needs no scale: the cosine
 * similarity of a query with a class's centroid must reach what it would be if all members of the
 * class were alike by LEAST_SIMILARITY r, that is r / sqrt(r + (1 - r) / shots), since the centroid
 * of several examples is less noisy than one example. With a single class nothing can be centred:
 * then a query is too far when its distance exceeds the median of all queries by 3 robust standard
 * deviations of its logarithm, and nothing is rejected among fewer than eight queries.
 */
export function shortfalls(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
  scored: Scored,
): Float32Array {
  const nWay = support.classes.length;
  if (nWay === 1) return beyondUsual(kernels, scored);
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

function beyondUsual(kernels: Kernels, { distances }: Scored): Float32Array {
  const nearest = nearestDistances(distances, 1);
  const apart = nearest.filter((distance) => distance > 0);
  if (apart.length < FEWEST) return new Float32Array(nearest.length);
  const centre = medianOf(apart);
  const deviations = apart.map((distance) => Math.abs(kernels.log(distance / centre)));
  const threshold = centre * kernels.exp(SIGMAS * 1.4826 * medianOf(deviations));
  return nearest.map((distance) => (distance > threshold ? 1 - threshold / distance : 0));
}

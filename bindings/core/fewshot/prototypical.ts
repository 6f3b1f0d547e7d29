import { meanPerClass } from './support.ts';
import type { Classifier } from './types.ts';

/**
 * Prototypical networks: Snell, Swersky and Zemel 2017, arXiv 1703.05175.
 * A class is represented by its prototype, the mean embedding of its examples (eq. 1). A query's
 * score is minus its squared Euclidean distance to the prototype (eq. 2 before the softmax), so the
 * nearest prototype wins. With `distance: 'cosine'` the score is the cosine similarity instead.
 */
export const prototypical: Classifier = (kernels, support, queries, options) => {
  const { dimension } = support;
  const prototypes = meanPerClass(support);
  if (options.distance === 'cosine') {
    const scores = kernels.cosine(queries, prototypes, dimension);
    return { scores, distances: scores.map((similarity) => Math.max(0, 1 - similarity)) };
  }
  const distances = kernels.squaredEuclidean(queries, prototypes, dimension);
  return { scores: distances.map((distance) => -distance), distances };
};

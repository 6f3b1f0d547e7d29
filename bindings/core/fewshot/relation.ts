import { fitRelation } from './relationFit.ts';
import { scoreRelations } from './relationModule.ts';
import { meanPerClass } from './support.ts';
import type { Classifier } from './types.ts';

/**
 * Relation networks: Sung et al. 2018, arXiv 1711.06025.
 * A relation module compares a query's feature maps with those of each class and returns a score,
 * 1 for the same class and 0 for another; the largest wins (eq. 1 and 2). With a learned module
 * (`relation`, see relationModule.ts) this is their method, the class's maps being the sum over its
 * examples. Nobody has published such weights for STM, so without a module the relation is fitted
 * to the support set itself in closed form (relationFit.ts): a real, learned similarity, but not
 * their network, and reports should call it 'relation (fitted to the examples)'.
 */
export const relation: Classifier = (kernels, support, queries, options) => {
  if (options.relation) return scoreRelations(kernels, options.relation, support, queries);
  const { weights, intercept } = fitRelation(support);
  const roots = weights.map(Math.sqrt);
  const stretch = (embeddings: Float32Array) =>
    embeddings.map((value, i) => value * roots[i % support.dimension]);
  const distances = kernels.squaredEuclidean(
    stretch(queries),
    stretch(meanPerClass(support)),
    support.dimension,
  );
  return { scores: distances.map((distance) => intercept - distance), distances };
};

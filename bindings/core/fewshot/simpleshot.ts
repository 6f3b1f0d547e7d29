import { centreAndNormalise } from './centred.ts';
import { meanPerClass } from './support.ts';
import type { Classifier } from './types.ts';

/**
 * SimpleShot, the variant CL2N: Wang, Chao, Weinberger and van der Maaten 2019, arXiv 1911.04623.
 * Every embedding is centred and divided by its Euclidean norm, then the nearest class centroid
 * wins. The paper centres by the mean of its training classes, which no weights file carries; here
 * the centre comes from the labelled examples and the unlabelled candidates (`centre`, centred.ts),
 * so that a label may depend on the other candidates.
 */
export const simpleshot: Classifier = (kernels, support, queries, options) => {
  const centred = centreAndNormalise(support, queries, options.centre);
  const centroids = meanPerClass(centred.support);
  const distances = kernels.squaredEuclidean(centred.queries, centroids, support.dimension);
  return { scores: distances.map((distance) => -distance), distances };
};

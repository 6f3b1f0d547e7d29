import type { Kernels } from '../kernels.ts';
import { refined } from './refine.ts';
import { countShots, meanPerClass } from './support.ts';
import type { Classifier, SupportSet } from './types.ts';

/**
 * Prototypical networks: Snell, Swersky and Zemel 2017, arXiv 1703.05175.
 * A class is represented by its prototype, the mean embedding of its examples (eq. 1). A query's
 * score is minus its squared Euclidean distance to the prototype (eq. 2 before the softmax), so the
 * nearest prototype wins. With `distance: 'cosine'` the score is the cosine similarity instead.
 * Examples that are known from beside as well count as seen from where they resemble the query most;
 * `unlabelled` embeddings move the prototypes (refine.ts).
 */
export const prototypical: Classifier = (kernels, support, queries, options) => {
  const { dimension, beside } = support;
  if (options.distance === 'cosine') {
    const scores = kernels.cosine(queries, meanPerClass(support), dimension);
    return { scores, distances: scores.map((similarity) => Math.max(0, 1 - similarity)) };
  }
  const distancesOf = (from: Float32Array) =>
    beside?.length
      ? tolerantDistances(kernels, support, beside, from)
      : kernels.squaredEuclidean(from, meanPerClass(support), dimension);
  const distances = options.unlabelled
    ? refined(kernels, support, options.unlabelled, queries, distancesOf)
    : distancesOf(queries);
  return { scores: distances.map((distance) => -distance), distances };
};

/**
 * Squared distance to a prototype out of distances to its examples, each the least over the places
 * that the example is seen from: the mean over the examples minus half the mean over their pairs,
 * which with one place is the squared distance to their mean. (n, nWay)
 */
function tolerantDistances(
  kernels: Kernels,
  support: SupportSet,
  beside: readonly Float32Array[],
  queries: Float32Array,
): Float32Array {
  const { embeddings, dimension, labels, classes } = support;
  const examples = labels.length;
  const nWay = classes.length;
  const toExamples = (from: Float32Array): Float32Array => {
    const least = kernels.squaredEuclidean(from, embeddings, dimension);
    for (const seen of beside) {
      kernels.squaredEuclidean(from, seen, dimension).forEach((distance, i) => {
        least[i] = Math.min(least[i], distance);
      });
    }
    return least;
  };
  const shots = countShots(support);
  const within = new Float64Array(nWay);
  toExamples(embeddings).forEach((distance, i) => {
    const label = labels[i % examples];
    if (labels[Math.floor(i / examples)] !== label) return;
    within[label] += distance / (2 * shots[label] * shots[label]);
  });
  const sums = new Float64Array((queries.length / dimension) * nWay);
  toExamples(queries).forEach((distance, i) => {
    const label = labels[i % examples];
    sums[Math.floor(i / examples) * nWay + label] += distance / shots[label];
  });
  return Float32Array.from(sums, (sum, i) => Math.max(0, sum - within[i % nWay]));
}

import type { Kernels } from '../kernels.ts';
import type { Squares } from './comparison.ts';
import { refined } from './refine.ts';
import { meanPerClass } from './support.ts';
import type { MethodOptions, Scored, Vectors } from './types.ts';

/**
 * Prototypical networks: Snell, Swersky and Zemel 2017, arXiv 1703.05175.
 * A class is represented by its prototype, the mean embedding of its examples (eq. 1). A query's
 * score is minus its squared Euclidean distance to the prototype (eq. 2 before the softmax), so the
 * nearest prototype wins. With `distance: 'cosine'` the score is the cosine similarity instead.
 * Examples that are known from beside as well count as seen from where they resemble the query most;
 * `unlabelled` embeddings move the prototypes (refine.ts).
 */
export function prototypical(
  kernels: Kernels,
  squares: Squares,
  options: MethodOptions,
  vectors: () => Vectors,
): Scored {
  if (options.distance === 'cosine') {
    const { support, queries } = vectors();
    const scores = kernels.cosine(queries, meanPerClass(support), support.dimension);
    return { scores, distances: scores.map((similarity) => Math.max(0, 1 - similarity)) };
  }
  const own = toPrototypes(squares);
  const distances = refined(kernels, squares, own);
  return { scores: distances.map((distance) => -distance), distances };
}

/**
 * Squared distance of every row to a prototype out of distances to its examples, each the least over
 * the places that the example is seen from: the mean over the examples minus half the mean over their
 * pairs, which with one place is the squared distance to their mean. (rows, nWay)
 */
export function toPrototypes({ nWay, labels, shots, examples, tolerant }: Squares): Float32Array {
  const within = new Float64Array(nWay);
  const sums = new Float64Array((tolerant[0]?.length ?? 0) * nWay);
  tolerant.forEach((squares, e) => {
    const label = labels[e];
    for (let i = 0, at = label; i < squares.length; i++, at += nWay) {
      sums[at] += squares[i] / shots[label];
    }
    examples.forEach(({ row }, other) => {
      if (labels[other] !== label) return;
      within[label] += squares[row] / (2 * shots[label] * shots[label]);
    });
  });
  return Float32Array.from(sums, (sum, i) => Math.max(0, sum - within[i % nWay]));
}

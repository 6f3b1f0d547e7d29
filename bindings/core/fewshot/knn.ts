import { OptionError } from '../errors.ts';
import { countShots } from './support.ts';
import type { Classifier } from './types.ts';

const DEFAULT_K = 3;

/**
 * k nearest neighbours: Cover and Hart 1967, with votes weighted by inverse distance (Dudani 1976).
 * The k examples nearest to a query (Euclidean distance) vote for their classes; a class's score is
 * its share of the votes. k is at most the smallest class's shots unless asked for, so that a class
 * with few examples can win.
 */
export const knn: Classifier = (kernels, support, queries, options) => {
  const { dimension, labels, classes } = support;
  const examples = labels.length;
  const nWay = classes.length;
  const n = queries.length / dimension;
  const k = options.k ?? Math.min(DEFAULT_K, ...countShots(support));
  if (!(Number.isInteger(k) && k >= 1 && k <= examples)) {
    throw new OptionError(
      `knn: expected k of 1 to ${examples} (the support set's size), got ${k}.`,
    );
  }
  const squares = kernels.squaredEuclidean(queries, support.embeddings, dimension);
  const scores = new Float32Array(n * nWay);
  const distances = new Float32Array(n * nWay).fill(Infinity);
  for (let q = 0; q < n; q++) {
    const square = squares.subarray(q * examples, (q + 1) * examples);
    square.forEach((value, i) => {
      const at = q * nWay + labels[i];
      distances[at] = Math.min(distances[at], value);
    });
    const order = Array.from(labels.keys()).sort((a, b) => square[a] - square[b] || a - b);
    const nearest = Math.sqrt(square[order[0]]);
    const votes = order.slice(0, k).map((i) => {
      const distance = Math.sqrt(square[i]);
      return { label: labels[i], weight: distance > 0 ? nearest / distance : 1 };
    });
    const total = votes.reduce((sum, { weight }) => sum + weight, 0);
    for (const { label, weight } of votes) scores[q * nWay + label] += weight / total;
  }
  return { scores, distances };
};

import { countShots } from './support.ts';
import type { Classifier } from './types.ts';

/**
 * Matching networks: Vinyals et al. 2016, arXiv 1606.04080, without full context embeddings.
 * A query attends to every example by a softmax over cosine similarities; a class's score is the
 * attention on its examples, so that scores of a query sum to one (eq. 1). With unequal shots the
 * attention is averaged per class, not summed, or the class with most examples would always win.
 */
export const matching: Classifier = (kernels, support, queries) => {
  const { dimension, labels, classes } = support;
  const examples = labels.length;
  const nWay = classes.length;
  const n = queries.length / dimension;
  const shots = countShots(support);
  const similarities = kernels.cosine(queries, support.embeddings, dimension);
  const scores = new Float32Array(n * nWay);
  const distances = new Float32Array(n * nWay).fill(Infinity);
  const attention = new Float64Array(nWay);
  for (let q = 0; q < n; q++) {
    attention.fill(0);
    let total = 0;
    for (let i = 0; i < examples; i++) {
      const similarity = similarities[q * examples + i];
      // Cosines lie within -1..1: the exponential needs no shift to stay in range.
      const weight = kernels.exp(similarity) / shots[labels[i]];
      attention[labels[i]] += weight;
      total += weight;
      const at = q * nWay + labels[i];
      distances[at] = Math.min(distances[at], Math.max(0, 1 - similarity));
    }
    for (let c = 0; c < nWay; c++) scores[q * nWay + c] = attention[c] / total;
  }
  return { scores, distances };
};

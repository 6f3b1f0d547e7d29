import { ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';

/** A loss, what it wants of its inputs, and the share of right answers. */
export interface Loss {
  loss: number;
  accuracy: number;
  gradient: Float32Array;
}

/**
 * The loss of prototypical networks (Snell et al. 2017, equation 2): cross-entropy of the softmax over
 * minus the squared Euclidean distances, here their mean over the dimension, from each query to the
 * classes' mean examples. embeddings (n, dimension), labels (n) from 0, the first `support` the
 * examples. gradient: (n, dimension). Every query counts the same.
 */
export function prototypicalLoss(
  kernels: Kernels,
  embeddings: Float32Array,
  dimension: number,
  labels: Int32Array,
  support: number,
): Loss {
  const n = labels.length;
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const shots = new Int32Array(classes);
  for (let i = 0; i < support; i++) shots[labels[i]]++;
  if (n <= support || shots.includes(0)) {
    throw new ShapeError(
      `episode: expected an example of each of ${classes} classes and at least one query, got ${support} examples and ${n - support} queries.`,
    );
  }
  const prototypes = new Float64Array(classes * dimension);
  for (let i = 0; i < support; i++) {
    const to = labels[i] * dimension;
    for (let d = 0; d < dimension; d++) {
      prototypes[to + d] += embeddings[i * dimension + d] / shots[labels[i]];
    }
  }

  const gradient = new Float32Array(embeddings.length);
  const toPrototypes = new Float64Array(prototypes.length);
  const each = 1 / (n - support);
  const scale = 2 / dimension;
  const logits = new Float64Array(classes);
  let loss = 0;
  let right = 0;
  for (let q = support; q < n; q++) {
    const at = q * dimension;
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let d = 0; d < dimension; d++) {
        const difference = embeddings[at + d] - prototypes[c * dimension + d];
        sum += difference * difference;
      }
      logits[c] = -sum / dimension;
    }
    const best = logits.indexOf(Math.max(...logits));
    if (best === labels[q]) right++;
    const highest = logits[best];
    let total = 0;
    for (const logit of logits) total += kernels.exp(logit - highest);
    loss += each * (kernels.log(total) + highest - logits[labels[q]]);
    for (let c = 0; c < classes; c++) {
      const softmax = kernels.exp(logits[c] - highest) / total;
      const g = (softmax - (c === labels[q] ? 1 : 0)) * each * scale;
      const prototype = c * dimension;
      for (let d = 0; d < dimension; d++) {
        // the queries' own terms cancel over the classes
        gradient[at + d] += g * prototypes[prototype + d];
        toPrototypes[prototype + d] += g * (embeddings[at + d] - prototypes[prototype + d]);
      }
    }
  }
  for (let i = 0; i < support; i++) {
    const from = labels[i] * dimension;
    for (let d = 0; d < dimension; d++) {
      gradient[i * dimension + d] = toPrototypes[from + d] / shots[labels[i]];
    }
  }
  return { loss, accuracy: right * each, gradient };
}

import { expect, test } from 'vitest';
import { classify } from '../../../bindings/core/fewshot/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeClusters } from './clusters.ts';

const kernels = createKernels();
const { embeddings, labels, dimension } = makeClusters(kernels, 3, 6, 0.8);
const support = { embeddings, labels, dimension, classes: ['a', 'b', 'c'] };
const queries = makeClusters(kernels, 3, 20, 0.8, 2).embeddings;

test('an example seen from its own place only is an ordinary example', () => {
  const plain = classify(kernels, 'prototypical', support, queries);
  const same = classify(kernels, 'prototypical', { ...support, beside: [embeddings] }, queries);
  expect(same.nearest).toEqual(plain.nearest);
  plain.scores.forEach((score, i) => {
    expect(Math.abs(same.scores[i] - score)).toBeLessThan(1e-4 * Math.abs(score));
  });
});

test('a query is compared with the place that resembles it', () => {
  const one = (...values: number[]) => Float32Array.from(values);
  const example = { dimension: 2, labels: Int32Array.of(0, 1), classes: ['a', 'b'] };
  const centred = { ...example, embeddings: one(0, 0, 3, 3) };
  const query = one(2, 2);
  expect(classify(kernels, 'prototypical', centred, query).nearest[0]).toBe(1);
  const besides = { ...centred, beside: [one(2.1, 2, 4, 4)] };
  const { nearest, scores } = classify(kernels, 'prototypical', besides, query);
  expect(nearest[0]).toBe(0);
  expect(scores[0]).toBeCloseTo(-0.01, 5);
  expect(scores[1]).toBeCloseTo(-2, 5);
});

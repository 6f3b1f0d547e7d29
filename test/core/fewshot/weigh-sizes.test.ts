import { describe, expect, test } from 'vitest';
import { classify } from '../../../bindings/core/fewshot/index.ts';
import type { SupportSet } from '../../../bindings/core/fewshot/types.ts';
import { scaleSizes, weightsOfSizes } from '../../../bindings/core/fewshot/weigh-sizes.ts';
import { createKernels } from '../../../bindings/node/index.ts';

const kernels = createKernels();

/** Two classes that the first size tells apart, and the second does not. */
const support: SupportSet = {
  embeddings: Float32Array.of(0, 0, /**/ 0, 3, /**/ 4, 0, /**/ 3, 0),
  dimension: 4,
  labels: Int32Array.of(0, 1),
  classes: ['left', 'right'],
  sizes: 2,
};
const queries = Float32Array.from([
  ...[0.3, 0, 3, 0],
  ...[0, 0.2, 4, 1],
  ...[0.1, -0.2, -3, 0],
  ...[4.2, 0, 0, 3],
  ...[3.9, 0.1, 0, -4],
  ...[4, 0.3, 1, 4],
]);

describe('weightsOfSizes', () => {
  test('the size that tells the classes apart counts for more; the mean square is 1', () => {
    const [first, second] = weightsOfSizes(kernels, support, queries);
    expect(first).toBeGreaterThan(10 * second);
    expect((first * first + second * second) / 2).toBeCloseTo(1, 6);
  });

  test('one size, one class, hardly a query, and queries that all are examples: nothing is weighed', () => {
    const even = [1, 1];
    expect([...weightsOfSizes(kernels, { ...support, sizes: 1 }, queries)]).toEqual([1]);
    const one = { ...support, labels: Int32Array.of(0, 0), classes: ['one'] };
    expect([...weightsOfSizes(kernels, one, queries)]).toEqual(even);
    expect([...weightsOfSizes(kernels, support, queries.subarray(0, 8))]).toEqual(even);
    const same = Float32Array.from([...support.embeddings, ...support.embeddings]);
    expect([...weightsOfSizes(kernels, support, same)]).toEqual(even);
  });
});

test('scaleSizes multiplies each part of each row and leaves its argument alone', () => {
  const rows = Float32Array.of(1, 2, 3, 4);
  expect([...scaleSizes(rows, 4, Float64Array.of(2, 10))]).toEqual([2, 4, 30, 40]);
  expect([...scaleSizes(rows, 2, Float64Array.of(2, 10))]).toEqual([2, 20, 6, 40]);
  expect([...rows]).toEqual([1, 2, 3, 4]);
});

describe('classify', () => {
  const truth = [0, 0, 0, 1, 1, 1];

  test('is right by the size that tells, where all sizes alike mislead', () => {
    const named = (sizes: number) =>
      classify(kernels, 'prototypical', { ...support, sizes }, queries, { reject: false });
    expect([...named(2).labels]).toEqual(truth);
    expect([...named(1).labels]).not.toEqual(truth);
  });

  test('weighs also what is seen from beside and what is not labelled', () => {
    const beside = [support.embeddings.map((value) => value + 0.01)];
    const options = { reject: false, unlabelled: queries };
    const named = classify(kernels, 'prototypical', { ...support, beside }, queries, options);
    expect([...named.labels]).toEqual(truth);
  });

  test('refuses sizes that do not divide the dimension', () => {
    expect(() => classify(kernels, 'knn', { ...support, sizes: 3 }, queries)).toThrow(/sizes/);
  });
});

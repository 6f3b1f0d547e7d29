import { describe, expect, test } from 'vitest';
import { compare } from '../../../bindings/core/fewshot/classify.ts';
import { classify } from '../../../bindings/core/fewshot/index.ts';
import type { SupportSet } from '../../../bindings/core/fewshot/types.ts';
import { scaleParts, weightsOfParts } from '../../../bindings/core/fewshot/weigh-parts.ts';
import { createKernels } from '../../../bindings/node/index.ts';

const kernels = createKernels();

/** Two classes that the first part tells apart, and the second does not. */
const support: SupportSet = {
  embeddings: Float32Array.of(0, 0, /**/ 0, 3, /**/ 4, 0, /**/ 3, 0),
  dimension: 4,
  labels: Int32Array.of(0, 1),
  classes: ['left', 'right'],
  parts: [2, 2],
};
const queries = Float32Array.from([
  ...[0.3, 0, 3, 0],
  ...[0, 0.2, 4, 1],
  ...[0.1, -0.2, -3, 0],
  ...[4.2, 0, 0, 3],
  ...[3.9, 0.1, 0, -4],
  ...[4, 0.3, 1, 4],
]);

const weightsOf = (examples: SupportSet, of: Float32Array) =>
  weightsOfParts(compare(kernels, examples, of, undefined));

describe('weightsOfParts', () => {
  test('the part that tells the classes apart counts for more; the mean square is 1', () => {
    const [first, second] = weightsOf(support, queries);
    expect(first).toBeGreaterThan(10 * second);
    expect((first * first + second * second) / 2).toBeCloseTo(1, 6);
  });

  test('one part, one class, hardly a query, and queries that all are examples: nothing is weighed', () => {
    const even = [1, 1];
    expect([...weightsOf({ ...support, parts: [4] }, queries)]).toEqual([1]);
    const one = { ...support, labels: Int32Array.of(0, 0), classes: ['one'] };
    expect([...weightsOf(one, queries)]).toEqual(even);
    expect([...weightsOf(support, queries.subarray(0, 8))]).toEqual(even);
    const same = Float32Array.from([...support.embeddings, ...support.embeddings]);
    expect([...weightsOf(support, same)]).toEqual(even);
  });
});

test('scaleParts multiplies each part of each row and leaves its argument alone', () => {
  const rows = Float32Array.of(1, 2, 3, 4);
  expect([...scaleParts(rows, [2, 2], Float64Array.of(2, 10))]).toEqual([2, 4, 30, 40]);
  expect([...scaleParts(rows, [1, 1], Float64Array.of(2, 10))]).toEqual([2, 20, 6, 40]);
  expect([...rows]).toEqual([1, 2, 3, 4]);
});

describe('classify', () => {
  const truth = [0, 0, 0, 1, 1, 1];

  test('is right by the part that tells, where all parts alike mislead', () => {
    const named = (parts: number[]) =>
      classify(kernels, 'prototypical', { ...support, parts }, queries, { reject: false });
    expect([...named([2, 2]).labels]).toEqual(truth);
    expect([...named([4]).labels]).not.toEqual(truth);
  });

  test('weighs also what is seen from beside and what is not labelled', () => {
    const beside = [support.embeddings.map((value) => value + 0.01)];
    const options = { reject: false, unlabelled: queries };
    const named = classify(kernels, 'prototypical', { ...support, beside }, queries, options);
    expect([...named.labels]).toEqual(truth);
  });

  test('refuses parts that do not make up the dimension', () => {
    expect(() => classify(kernels, 'knn', { ...support, parts: [2, 1] }, queries)).toThrow(/parts/);
  });
});

import { describe, expect, test } from 'vitest';
import { doubtOf } from '../../../bindings/core/fewshot/doubt.ts';
import {
  classify,
  makeSupport,
  methodNames,
  UNKNOWN,
} from '../../../bindings/core/fewshot/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeClusters } from './clusters.ts';

const kernels = createKernels();
const none = () => false;
const doubt = (distances: number[][], isExample: (query: number) => boolean = none) => [
  ...doubtOf(
    kernels,
    { scores: new Float32Array(), distances: Float32Array.from(distances.flat()) },
    distances[0].length,
    isExample,
  ),
];
/** What is usual: beside class 0. */
const usual = Array.from({ length: 9 }, () => [1, 5]);

describe('doubt', () => {
  test('is least beside a class, more between two, and the more the farther from all', () => {
    const [between, far, farther, farthest, near] = doubt([
      ...[
        [1, 1],
        [4, 9],
        [9, 9],
        [1e30, 1e30],
        [0.1, 6],
      ],
      ...usual,
    ]);
    expect(near).toBeLessThan(0.05);
    expect(between).toBeGreaterThan(0.4);
    expect(far).toBeGreaterThan(between);
    expect(farther).toBeGreaterThan(far);
    expect(farthest).toBeGreaterThan(farther);
    expect(farthest).toBeLessThanOrEqual(1);
  });

  test('grows with the distance where one class alone has examples', () => {
    const values = doubt([[0], [0.5], [1], [1], [1.5], [3]]);
    for (let i = 1; i < values.length; i++) {
      expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]);
    }
    expect(values[5]).toBeGreaterThan(values[4]);
  });

  test('does not depend on how many of the queries are examples', () => {
    const examples = Array.from({ length: 40 }, () => [0.001, 5]);
    const all = doubt([[2, 5], ...usual, ...examples], (query) => query > usual.length);
    expect(all[0]).toBe(doubt([[2, 5], ...usual])[0]);
    expect(all[0]).not.toBe(doubt([[2, 5], ...usual, ...examples])[0]);
  });

  test('is finite where all is alike, or nothing is left to ask for', () => {
    const zeros = [
      [0, 0],
      [0, 0],
    ];
    for (const value of [...doubt(zeros), ...doubt(zeros, () => true)]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  });
});

test.each(methodNames)('%s asks first for the class that has no example', (method) => {
  const { embeddings, labels, dimension } = makeClusters(kernels, 3, 12, 0.2, 1, 32);
  const known = [0, 12];
  const row = (i: number) => embeddings.subarray(i * dimension, (i + 1) * dimension);
  const support = makeSupport(
    Float32Array.from(known.flatMap((i) => [...row(i)])),
    dimension,
    known.map((i) => `class ${labels[i]}`),
  );
  const { doubt } = classify(kernels, method, support, embeddings, { unlabelled: embeddings });
  const first = doubt.indexOf(Math.max(...doubt));
  expect(labels[first]).toBe(2);
});

test('what is called unknown tells more than the same that is not', () => {
  const { embeddings, dimension } = makeClusters(kernels, 3, 12, 0.2, 1, 32);
  const support = makeSupport(embeddings.slice(0, 2 * dimension), dimension, ['a', 'b']);
  const known = classify(kernels, 'prototypical', support, embeddings, { reject: false });
  const { labels, doubt } = classify(kernels, 'prototypical', support, embeddings);
  expect(labels).toContain(UNKNOWN);
  labels.forEach((label, i) => {
    if (label === UNKNOWN) expect(doubt[i]).toBeGreaterThan(known.doubt[i]);
    else expect(doubt[i]).toBe(known.doubt[i]);
  });
});

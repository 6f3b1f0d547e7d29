import { describe, expect, test } from 'vitest';
import { classify } from '../../../bindings/core/fewshot/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeClusters } from './clusters.ts';

const kernels = createKernels();
const { embeddings, labels, dimension } = makeClusters(kernels, 3, 40, 1);
const all = Array.from(labels.keys());
const rows = (index: number[]) =>
  Float32Array.from(
    index.flatMap((i) => [...embeddings.subarray(i * dimension, (i + 1) * dimension)]),
  );

/** Right answers when the example of each class is its k-th, and `unlabelled` is known besides. */
function right(k: number, unlabelled?: Float32Array): number {
  const support = {
    embeddings: rows([k, 40 + k, 80 + k]),
    dimension,
    labels: Int32Array.of(0, 1, 2),
    classes: ['a', 'b', 'c'],
  };
  const options = unlabelled ? { unlabelled } : {};
  const { nearest } = classify(kernels, 'prototypical', support, embeddings, options);
  return nearest.filter((label, i) => label === labels[i]).length;
}

describe('unlabelled embeddings', () => {
  test('correct examples that are not typical', () => {
    const tried = Array.from({ length: 12 }, (_, k) => k);
    const plain = tried.reduce((sum, k) => sum + right(k), 0);
    const refined = tried.reduce((sum, k) => sum + right(k, embeddings), 0);
    expect(plain / (120 * 12)).toBeLessThan(0.95);
    expect(refined - plain).toBeGreaterThan(0.03 * 120 * 12);
  });

  test('of one class for the most part do not take the others’ members away', () => {
    const tried = Array.from({ length: 12 }, (_, k) => k);
    const lost = (others: number) => {
      const most = rows(all.filter((i) => labels[i] === 0 || i % 40 >= 40 - others));
      return tried.reduce((sum, k) => sum + right(k) - right(k, most), 0) / (120 * 12);
    };
    // A class that nothing but its example belongs to is the worst case; with four members of forty nothing is lost.
    expect(lost(0)).toBeLessThan(0.15);
    expect(lost(2)).toBeLessThan(0.05);
    expect(lost(4)).toBeLessThan(0);
  });

  test('far from every class, or too few, change nothing that matters', () => {
    const far = Float32Array.from(rows(all.slice(0, 10)), (value) => value + 400);
    const mixed = new Float32Array(embeddings.length + far.length);
    mixed.set(embeddings);
    mixed.set(far, embeddings.length);
    expect(Math.abs(right(2, mixed) - right(2, embeddings))).toBeLessThan(4);
    expect(right(2, rows([1, 2, 3]))).toBe(right(2));
    expect(right(2, new Float32Array())).toBe(right(2));
  });
});

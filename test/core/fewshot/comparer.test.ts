import { describe, expect, test } from 'vitest';
import { SupportError } from '../../../bindings/core/errors.ts';
import { Comparer } from '../../../bindings/core/fewshot/comparer.ts';
import { classify } from '../../../bindings/core/fewshot/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeClusters } from './clusters.ts';

const kernels = createKernels();
const { embeddings, labels, dimension } = makeClusters(kernels, 3, 40, 0.8);
const parts = [dimension / 2, dimension / 2];
const names = ['a', 'b', 'c'];
const vector = (of: Float32Array, i: number) => of.subarray(i * dimension, (i + 1) * dimension);
const rows = (of: Float32Array, index: readonly number[]) =>
  Float32Array.from(index.flatMap((i) => [...vector(of, i)]));
/** Seen from two places beside them: a little of the next and of the one after. */
const places = [1, 2].map((step) =>
  embeddings.map(
    (value, i) => value + 0.1 * embeddings[(i + step * dimension) % embeddings.length],
  ),
);
let looks = 0;
const points = {
  embeddings,
  dimension,
  parts,
  fromBeside(index: readonly number[]) {
    looks += index.length;
    return places.map((place) => rows(place, index));
  },
};
const exampleOf = (point: number) => ({ point, label: names[labels[point]] });
const some = [0, 50, 100, 3, 45].map(exampleOf);

describe('Comparer', () => {
  test('names as classify does with the same vectors', () => {
    const index = some.map(({ point }) => point);
    const support = {
      embeddings: rows(embeddings, index),
      beside: places.map((place) => rows(place, index)),
      dimension,
      parts,
      labels: Int32Array.from(index, (i) => labels[i]),
      classes: names,
    };
    const expected = classify(kernels, 'prototypical', support, embeddings, {
      unlabelled: embeddings,
    });
    const found = new Comparer(kernels, points).classify('prototypical', some, null, {});
    expect(found.classes).toEqual(names);
    expect(found.labels).toEqual(expected.labels);
    found.scores.forEach((score, i) => {
      expect(Math.abs(score - expected.scores[i])).toBeLessThan(1e-5 * Math.abs(score) + 1e-5);
    });
  });

  test('gives the same bits whatever was asked before, and looks at an example once', () => {
    const fresh = new Comparer(kernels, points).classify('prototypical', some, null, {});
    const used = new Comparer(kernels, points);
    looks = 0;
    for (let i = 1; i <= some.length; i++) {
      used.classify('prototypical', some.slice(0, i), null, {});
    }
    used.classify('simpleshot', some, null, {});
    used.classify('prototypical', [exampleOf(20), exampleOf(70)], null, {});
    expect(used.classify('prototypical', some, null, {})).toEqual(fresh);
    expect(looks).toBe(some.length + 2);
  });

  test('a library’s vectors are examples too, and can be taken away', () => {
    const comparer = new Comparer(kernels, points);
    const alone = comparer.classify('prototypical', some, null, {});
    const library = { embeddings: vector(embeddings, 110).slice(), labels: ['other'] };
    const both = comparer.classify('prototypical', some, library, {});
    expect(both.classes).toEqual([...names, 'other']);
    expect(both.labels[110]).toBe(3);
    const only = comparer.classify('prototypical', [], library, { reject: false });
    expect(only.labels).toEqual(new Int32Array(120));
    expect(comparer.classify('prototypical', some, null, {})).toEqual(alone);
  });

  test('refuses no examples and vectors that are not finite', () => {
    const classify = () => new Comparer(kernels, points).classify('knn', [], null, {});
    expect(classify).toThrow(SupportError);
    const broken = { ...points, embeddings: embeddings.map((v, i) => (i === 7 ? Number.NaN : v)) };
    expect(() => new Comparer(kernels, broken)).toThrow(/finite/);
  });
});

import { describe, expect, test } from 'vitest';
import {
  OptionError,
  ShapeError,
  SupportError,
  WeightsError,
} from '../../../bindings/core/errors.ts';
import {
  classify,
  loadRelation,
  type Method,
  makeSupport,
  methodNamed,
  methodNames,
  UNKNOWN,
} from '../../../bindings/core/fewshot/index.ts';
import { Random } from '../../../bindings/core/random.ts';
import type { Tensor } from '../../../bindings/core/weights/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeClusters } from './clusters.ts';

const kernels = createKernels();
const all = methodNames;
const { embeddings, labels, dimension } = makeClusters(kernels, 3, 24, 0.3, 1, 64);
const rows = (index: number[]) =>
  Float32Array.from(
    index.flatMap((i) => [...embeddings.subarray(i * dimension, (i + 1) * dimension)]),
  );
const index = (label: number, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => label * 24 + from + i);
const names = ['vacancy', 'dangling bond', 'anomaly'];
/** 3, 1 and 2 shots. */
const supportIndex = [...index(0, 0, 3), ...index(1, 0, 1), ...index(2, 0, 2)];
const support = makeSupport(
  rows(supportIndex),
  dimension,
  supportIndex.map((i) => names[labels[i]]),
);
const queryIndex = [...index(0, 4, 24), ...index(1, 4, 24), ...index(2, 4, 24)];
const queries = rows(queryIndex);
const truth = queryIndex.map((i) => labels[i]);

describe.each(all)('%s', (method) => {
  test('names clusters that lie apart, with unequal shots', () => {
    const result = classify(kernels, method, support, queries);
    expect([...result.labels]).toEqual(truth);
    expect(result.scores.length).toBe(60 * 3);
    expect(result.confidence.every((c) => c > 0.5 && c <= 1)).toBe(true);
  });

  test('permuting queries permutes the answers', () => {
    const order = new Random(3).shuffle([...queryIndex.keys()]);
    const result = classify(kernels, method, support, queries);
    const permuted = classify(kernels, method, support, rows(order.map((q) => queryIndex[q])));
    expect([...permuted.labels]).toEqual(order.map((q) => result.labels[q]));
    order.forEach((q, i) => {
      expect(permuted.confidence[i]).toBeCloseTo(result.confidence[q], 4);
    });
  });

  test('renaming classes renames the answers', () => {
    const turned = { ...support, labels: support.labels.map((l) => (l + 1) % 3) };
    const result = classify(kernels, method, turned, queries);
    expect([...result.labels]).toEqual(truth.map((l) => (l + 1) % 3));
  });

  test('a stranger is unknown, unless rejection is off', () => {
    const stranger = makeClusters(kernels, 1, 1, 0.3, 99, dimension).embeddings;
    const mixed = Float32Array.from([...queries, ...stranger]);
    const result = classify(kernels, method, support, mixed);
    expect(result.labels[60]).toBe(UNKNOWN);
    expect(result.confidence[60]).toBeGreaterThan(0);
    expect([...result.labels.subarray(0, 60)]).toEqual(truth);
    const kept = classify(kernels, method, support, mixed, { reject: false });
    expect(kept.labels[60]).toBeGreaterThanOrEqual(0);
    expect(kept.labels).toEqual(result.nearest);
  });

  test('no queries are a valid question; inputs stay as they are', () => {
    expect(classify(kernels, method, support, new Float32Array(0)).labels.length).toBe(0);
    const before = [support.embeddings.slice(), queries.slice()];
    classify(kernels, method, support, queries);
    expect([support.embeddings, queries]).toEqual(before);
  });

  test('identical embeddings everywhere stay finite', () => {
    const same = new Float32Array(4 * dimension).fill(2);
    const twins = makeSupport(same.slice(0, 2 * dimension), dimension, ['a', 'b']);
    const { scores, confidence } = classify(kernels, method, twins, same);
    expect([...scores, ...confidence].every(Number.isFinite)).toBe(true);
  });
});

describe('scores', () => {
  test('prototypical: minus the squared distance to the class mean', () => {
    const s = makeSupport(Float32Array.of(0, 0, 2, 0, 0, 4), 2, ['a', 'a', 'b']);
    const { scores } = classify(kernels, 'prototypical', s, Float32Array.of(1, 1), {
      reject: false,
    });
    expect([...scores]).toEqual([-1, -10]);
  });

  test('matching: attention sums to one and, with equal shots, is the softmax of cosines', () => {
    const s = makeSupport(Float32Array.of(1, 0, 0, 1), 2, ['a', 'b']);
    const { scores } = classify(kernels, 'matching', s, Float32Array.of(3, 0), { reject: false });
    expect(scores[0]).toBeCloseTo(Math.E / (Math.E + 1), 6);
    expect(scores[0] + scores[1]).toBeCloseTo(1, 6);
  });

  test('matching: repeating an example of one class changes nothing', () => {
    const once = makeSupport(Float32Array.of(1, 0, 0, 1), 2, ['a', 'b']);
    const twice = makeSupport(Float32Array.of(1, 0, 0, 1, 0, 1), 2, ['a', 'b', 'b']);
    const query = Float32Array.of(1, 0.9);
    const a = classify(kernels, 'matching', once, query).scores;
    const b = classify(kernels, 'matching', twice, query).scores;
    expect(b[0]).toBeCloseTo(a[0], 6);
  });

  test('simpleshot: adding one offset to everything and scaling it changes no score', () => {
    const move = (values: Float32Array) => values.map((v) => 4 * v + 1);
    const plain = classify(kernels, 'simpleshot', support, queries);
    const moved = classify(
      kernels,
      'simpleshot',
      { ...support, embeddings: move(support.embeddings) },
      move(queries),
    );
    plain.scores.forEach((score, i) => {
      expect(Math.abs(moved.scores[i] - score)).toBeLessThan(1e-4);
    });
  });

  test('knn: three near neighbours outvote a nearer one; k is checked', () => {
    const s = makeSupport(Float32Array.of(0.9, 2, 2.1, 2.2), 1, ['a', 'b', 'b', 'b']);
    const query = Float32Array.of(1.5);
    const label = (k: number) => classify(kernels, 'knn', s, query, { k, reject: false }).labels[0];
    expect(label(1)).toBe(1);
    const nearer = Float32Array.of(1.4);
    expect(classify(kernels, 'knn', s, nearer, { k: 1 }).labels[0]).toBe(0);
    expect(classify(kernels, 'knn', s, nearer, { k: 4 }).labels[0]).toBe(1);
    expect(() => label(5)).toThrow(OptionError);
  });

  test('relation: the fit learns which dimension tells the classes apart', () => {
    const random = new Random(6);
    const vector = (label: number) => [label, 3 * kernels.normal(random)];
    const given = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1];
    const s = makeSupport(Float32Array.from(given.flatMap(vector)), 2, given.map(String));
    const asked = Array.from({ length: 200 }, (_, i) => i % 2);
    const q = Float32Array.from(asked.flatMap(vector));
    const right = (method: Method) => {
      const result = classify(kernels, method, s, q, { reject: false }).labels;
      return asked.filter((label, i) => result[i] === label).length;
    };
    expect(right('relation')).toBeGreaterThan(right('prototypical'));
    expect(right('relation')).toBeGreaterThan(150);
  });

  test('confidence is higher far from the boundary and independent of scale', () => {
    const s = makeSupport(Float32Array.of(0, 10), 1, ['a', 'b']);
    const q = Float32Array.of(1, 2, 3, 4, 4.9);
    const { confidence } = classify(kernels, 'prototypical', s, q, { reject: false });
    for (let i = 1; i < 5; i++) expect(confidence[i]).toBeLessThanOrEqual(confidence[i - 1]);
    expect(confidence[4]).toBeLessThan(0.75);
    const scaled = classify(
      kernels,
      'prototypical',
      { ...s, embeddings: s.embeddings.map((v) => v * 64) },
      q.map((v) => v * 64),
      { reject: false },
    );
    expect(scaled.confidence).toEqual(confidence);
  });
});

test('one class: what resembles it, and what does not', () => {
  const one = makeSupport(rows(index(0, 0, 1)), dimension, ['vacancy']);
  const q = Float32Array.from([...rows(index(0, 4, 24)), ...rows(index(2, 4, 6))]);
  const result = classify(kernels, 'prototypical', one, q);
  expect([...result.labels]).toEqual([...new Array(20).fill(0), UNKNOWN, UNKNOWN]);
  // No other class, no certainty that it is this one.
  expect([...result.confidence.subarray(0, 20)].every(Number.isNaN)).toBe(true);
  expect([...result.confidence.subarray(20)].every((c) => c > 0 && c <= 1)).toBe(true);
  expect(() => classify(kernels, 'relation', one, q)).toThrow(SupportError);
});

describe('bad input', () => {
  const good = {
    embeddings: Float32Array.of(0, 0, 1, 1),
    dimension: 2,
    labels: Int32Array.of(0, 1),
    classes: ['a', 'b'],
  };
  const query = Float32Array.of(0, 0);
  const classifyWith =
    (change: Partial<typeof good>, q = query) =>
    () =>
      classify(kernels, 'prototypical', { ...good, ...change }, q);
  test.each([
    [
      'no class',
      { classes: [], labels: new Int32Array(0), embeddings: new Float32Array(0) },
      SupportError,
      /at least one class/,
    ],
    ['a class without examples', { classes: ['a', 'b', 'c'] }, SupportError, /none of c/],
    ['a label outside', { labels: Int32Array.of(0, 2) }, SupportError, /got 2 for example 2/],
    ['a negative label', { labels: Int32Array.of(0, -1) }, SupportError, /got -1/],
    ['the same name twice', { classes: ['a', 'a'] }, SupportError, /different class names/],
    ['a class called unknown', { classes: ['a', 'unknown'] }, SupportError, /unknown/],
    ['a class called too large', { classes: ['a', 'too large'] }, SupportError, /too large/],
    ['NaN', { embeddings: Float32Array.of(0, 0, 1, NaN) }, SupportError, /NaN in number 2/],
    ['too few embeddings', { embeddings: Float32Array.of(0, 0) }, ShapeError, /got 2 values/],
  ])('%s', (_, change, error, message) => {
    expect(classifyWith(change)).toThrow(error);
    expect(classifyWith(change)).toThrow(message);
  });

  test('queries of another dimension, or not finite, or an unknown method', () => {
    expect(classifyWith({}, Float32Array.of(1, 2, 3))).toThrow(ShapeError);
    expect(classifyWith({}, Float32Array.of(1, Infinity))).toThrow(/queries.*Infinity/);
    expect(() => methodNamed('protypical')).toThrow(/prototypical, matching/);
    expect(() => methodNamed('constructor')).toThrow(OptionError);
  });
});

describe('a learned relation module', () => {
  /** Two 1x2x2 embeddings a, b: the convolution passes |a - b| as relu(a - b) + relu(b - a), the linear layer adds up. */
  const tensor = (shape: number[], values: number[]): Tensor => ({
    shape,
    values: Float32Array.from(values),
  });
  const centre = (v: number) => [0, 0, 0, 0, v, 0, 0, 0, 0];
  const tensors = () =>
    new Map<string, Tensor>([
      [
        'layer1.0.weight',
        tensor([2, 2, 3, 3], [...centre(1), ...centre(-1), ...centre(-1), ...centre(1)]),
      ],
      ['layer1.1.running_mean', tensor([2], [0, 0])],
      ['layer1.1.running_var', tensor([2], [1 - 1e-5, 1 - 1e-5])],
      ['fc1.weight', tensor([1, 8], new Array(8).fill(-1))],
      ['fc1.bias', tensor([1], [2])],
    ]);
  const file = (t: Map<string, Tensor>) => ({
    name: 'relation',
    format: 'pth' as const,
    tensors: t,
    metadata: {},
  });

  test('is run as its layers say: sigmoid(2 - |a - b|)', () => {
    const relation = loadRelation(kernels, file(tensors()), 4);
    const s = makeSupport(Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0), 4, ['a', 'b']);
    const query = Float32Array.of(1, 1, 1, 0.5);
    const { scores, labels: found } = classify(kernels, 'relation', s, query, {
      relation,
      reject: false,
    });
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    expect(scores[0]).toBeCloseTo(sigmoid(2 - 0.5), 5);
    expect(scores[1]).toBeCloseTo(sigmoid(2 - 3.5), 5);
    expect(found[0]).toBe(0);
  });

  test('weights that are no relation module, or do not fit the embedding, are refused', () => {
    const without = tensors();
    without.delete('fc1.weight');
    expect(() => loadRelation(kernels, file(without), 4)).toThrow(WeightsError);
    expect(() => loadRelation(kernels, file(tensors()), 256)).toThrow(/8 values/);
    expect(() => loadRelation(kernels, file(tensors()), 5)).toThrow(WeightsError);
  });
});

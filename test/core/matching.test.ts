import { expect, test } from 'vitest';
import { matchPositions } from '../../bindings/core/matching.ts';
import { Random } from '../../bindings/core/random.ts';

const at = (x: number, y = 0) => ({ x, y });

test('each position belongs to one pair at the most, the nearest first', () => {
  const { pairs, precision, recall } = matchPositions([at(0), at(1), at(9)], [at(0.9), at(1.2)], 2);
  expect(pairs.sort()).toEqual([
    [0, 1],
    [1, 0],
  ]);
  expect(precision).toBeCloseTo(2 / 3);
  expect(recall).toBe(1);
});

test('the limit is a distance, and counts', () => {
  expect(matchPositions([at(3, 4)], [at(0)], 5).f1).toBe(1);
  expect(matchPositions([at(3, 4)], [at(0)], 4.99).f1).toBe(0);
});

test('nothing to find and nothing found is perfect; one of them is not', () => {
  expect(matchPositions([], [], 1)).toMatchObject({ precision: 1, recall: 1, f1: 1 });
  expect(matchPositions([at(0)], [], 1).f1).toBe(0);
  expect(matchPositions([], [at(0)], 1).f1).toBe(0);
});

test('swapping found and truth swaps precision and recall', () => {
  const random = new Random(5);
  const some = (n: number) =>
    Array.from({ length: n }, () => at(random.between(0, 30), random.between(0, 30)));
  const a = some(40);
  const b = some(25);
  const forward = matchPositions(a, b, 3);
  const backward = matchPositions(b, a, 3);
  expect(forward.precision).toBe(backward.recall);
  expect(forward.f1).toBe(backward.f1);
  expect(new Set(forward.pairs.map(([, t]) => t)).size).toBe(forward.pairs.length);
});

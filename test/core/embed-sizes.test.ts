import { expect, test } from 'vitest';
import { embedAtSizes, type Look } from '../../bindings/core/embed-sizes.ts';
import { Random } from '../../bindings/core/random.ts';

const random = new Random(8);
const levelled = {
  rows: 60,
  columns: 70,
  planes: [Float32Array.from({ length: 60 * 70 }, () => random.uniform())],
};
const points = Array.from({ length: 9 }, (_, i) => ({ x: 5 + 7 * i, y: 8 + 5 * i }));
const pixels = (crops: Float32Array, n: number) => ({
  embeddings: crops,
  dimension: crops.length / n,
});
const looks = (sizes: number[]): Look[] => sizes.map((sizePx) => ({ sizePx, ways: [pixels] }));
const embed = (sizes: number[], displaced = 0) =>
  embedAtSizes(levelled, points, looks(sizes), 'scan', displaced);

test('one size is what the network gives, untouched', () => {
  let given = new Float32Array();
  const look: Look = {
    sizePx: 9,
    ways: [
      (crops, n) => {
        given = crops.slice();
        return pixels(crops, n);
      },
    ],
  };
  const { embeddings } = embedAtSizes(levelled, points, [look], 'scan');
  expect(embeddings).toEqual(given);
});

test('every size has the same variance and keeps its place', () => {
  const small = embed([6]);
  const { embeddings, dimension } = embed([6, 15]);
  expect(dimension).toBe(2 * small.dimension);
  for (const from of [0, small.dimension]) {
    let variance = 0;
    for (let d = from; d < from + small.dimension; d++) {
      const values = points.map((_, i) => embeddings[i * dimension + d]);
      const mean = values.reduce((sum, value) => sum + value) / points.length;
      variance += values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / points.length;
    }
    expect(variance).toBeCloseTo(1, 4);
  }
  const ratio = embeddings[0] / small.embeddings[0];
  for (let d = 0; d < small.dimension; d += 97) {
    expect(embeddings[4 * dimension + d]).toBeCloseTo(
      ratio * small.embeddings[4 * small.dimension + d],
      4,
    );
  }
});

test('points seen from beside are on the scale of the others, at the scan’s edge too', () => {
  const { beside, dimension, embeddings } = embed([6, 15], 4);
  expect(beside.map(({ length }) => length)).toEqual(Array(8).fill(4 * dimension));
  const apart = (a: Float32Array, i: number) => {
    let sum = 0;
    for (let d = 0; d < dimension; d++) sum += (a[d] - embeddings[i * dimension + d]) ** 2;
    return sum;
  };
  // A step of a twenty-seventh of the crop changes less than another place does.
  for (const seen of beside) expect(apart(seen, 0)).toBeLessThan(apart(embeddings, 4));
  const corner = embedAtSizes(levelled, [{ x: 0, y: 0 }], looks([9]), 'scan', 1);
  expect(corner.beside.every((seen) => seen.every(Number.isFinite))).toBe(true);
});

test('no points, and points that are all alike, are no error', () => {
  expect(embedAtSizes(levelled, [], looks([6, 9]), 'scan').embeddings.length).toBe(0);
  const twice = embedAtSizes(levelled, [points[0], points[0]], looks([6, 9]), 'scan');
  expect(twice.embeddings.every(Number.isFinite)).toBe(true);
});

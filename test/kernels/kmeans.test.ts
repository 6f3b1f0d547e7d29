import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../bindings/core/random.ts';
import { squaredDistance } from '../reference/distances.ts';
import * as reference from '../reference/kmeans.ts';
import { packPoints } from '../reference/pack.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();
const { wasm } = memory;

/** Bytes of a label or distance per point, to a whole block of sixteen. */
function padded(n: number): number {
  return Math.ceil(n / 16) * 64;
}

/** The assignment before a step (labels, -1: none; sums and counts that agree), or after it. */
type Assignment = Omit<reference.Step, 'inertia'>;

function step(
  points: Float32Array,
  centres: Float32Array,
  n: number,
  k: number,
  dimension: number,
  offsets = [0, 0, 0],
  before?: Assignment,
): Assignment & { squares: number } {
  const blocksAt = memory.input(packPoints(points, n, dimension, 16), offsets[0]);
  const centresAt = memory.input(centres, offsets[1]);
  const labelsAt = memory.output(padded(n), offsets[2]);
  const sumsAt = memory.output(k * dimension * 8, offsets[2]);
  const countsAt = memory.output(k * 4, offsets[2]);
  const planesAt = memory.output(k * (dimension + 1) * 4, offsets[1]);
  const { buffer } = wasm.memory;
  new Uint8Array(buffer, labelsAt, padded(n)).fill(0xff);
  new Uint8Array(buffer, sumsAt, k * dimension * 8).fill(0);
  new Uint8Array(buffer, countsAt, k * 4).fill(0);
  if (before) {
    const bytes = ({ buffer: of }: Int32Array | Float64Array) => new Uint8Array(of);
    new Uint8Array(buffer).set(bytes(before.labels), labelsAt);
    new Uint8Array(buffer).set(bytes(before.sums), sumsAt);
    new Uint8Array(buffer).set(bytes(before.counts), countsAt);
  }
  // biome-ignore format: one call, one line
  const squares = wasm.kmeansStep(
    labelsAt, sumsAt, countsAt, planesAt, blocksAt, centresAt, n, k, dimension, true,
  );
  const result = {
    labels: memory.i32(labelsAt, n),
    sums: memory.f64(sumsAt, k * dimension),
    counts: memory.i32(countsAt, k),
    squares,
  };
  memory.verify(`kmeansStep ${n} x ${dimension}, k ${k}`);
  return result;
}

/**
 * Rounding of what is compared: of distances less that to the first centre c, |x - b|^2 - |x - c|^2 =
 * 2 (x . (c - b) + (b . b - c . c) / 2). The differences and the last term are rounded once, products and sums each.
 */
function slack(
  points: Float32Array,
  centres: Float32Array,
  i: number,
  j: number,
  dimension: number,
): number {
  const at = (index: number, d: number) => centres[index * dimension + d];
  let offset = 0;
  let terms = 0;
  for (let d = 0; d < dimension; d++) {
    offset += (at(j, d) ** 2 - at(0, d) ** 2) / 2;
    terms += Math.abs(points[i * dimension + d] * (at(0, d) - at(j, d)));
  }
  return 2 * bound(dimension + 2, Math.abs(offset) + terms);
}

/**
 * Labels may differ from the reference only between centres whose distances agree within their
 * slack; counts and sums must then follow from the labels exactly.
 */
function check(n: number, k: number, dimension: number, offsets?: number[]): void {
  const what = `kmeansStep ${n} x ${dimension}, k ${k}, offsets ${offsets}`;
  const points = values(n * dimension, 31);
  const centres = values(k * dimension, 32);
  const fresh = step(points, centres, n, k, dimension, offsets);
  // from any other assignment it comes to the same but for the rounding of what was taken away
  const other = step(points, values(k * dimension, 33), n, k, dimension, offsets);
  const moved = step(points, centres, n, k, dimension, offsets, other);
  expectSame(`${what}: labels again`, moved.labels, fresh.labels);
  expectSame(`${what}: counts again`, moved.counts, fresh.counts);
  expectSame(`${what}: squares again`, [moved.squares], [fresh.squares]);
  expectClose(`${what}: sums again`, moved.sums, fresh.sums, () => 2 * n * n * 2 ** -53);
  const { labels, sums, counts, squares } = fresh;
  const expectedSums = new Float64Array(k * dimension);
  const expectedCounts = new Int32Array(k);
  for (let i = 0; i < n; i++) {
    const all = upTo(k - 1).map((j) => squaredDistance(points, i, centres, j, dimension));
    const least = Math.min(...all);
    const slacks = [labels[i], all.indexOf(least)].map((j) =>
      slack(points, centres, i, j, dimension),
    );
    if (!(all[labels[i]] <= least + slacks[0] + slacks[1])) {
      throw new Error(`${what}: point ${i} is ${all[labels[i]]} from its centre, not ${least}`);
    }
    expectedCounts[labels[i]]++;
    for (let d = 0; d < dimension; d++) {
      expectedSums[labels[i] * dimension + d] += points[i * dimension + d];
    }
  }
  expectSame(`${what}: counts`, counts, expectedCounts);
  expectSame(`${what}: sums`, sums, expectedSums);
  const expectedSquares = points.reduce((sum, value) => sum + value * value, 0);
  expectClose(`${what}: squares`, [squares], [expectedSquares], () => points.length * 2 ** -50);
}

describe('kmeansStep', () => {
  it('all numbers of points', () => {
    for (const n of upTo(67)) {
      for (const dimension of [1, 2, 3, 8]) {
        for (const k of [1, 2, 5]) check(n, k, dimension);
      }
    }
  });

  it('all dimensions, every offset', () => {
    for (const dimension of upTo(67).slice(1)) {
      for (const a of upTo(3)) {
        for (const b of upTo(3)) check(7, 3, dimension, [a, b, (a + b) % 4]);
      }
    }
  });

  it('many centres', () => {
    for (const k of upTo(67).slice(1)) {
      check(70, k, 1);
      check(70, k, 5);
    }
  });

  it('ties go to the lower index', () => {
    for (const dimension of [1, 4, 9]) {
      const centres = new Float32Array(4 * dimension).fill(0.25);
      const { labels, counts } = step(values(11 * dimension), centres, 11, 4, dimension);
      expect([...labels]).toEqual(new Array(11).fill(0));
      expect([...counts]).toEqual([11, 0, 0, 0]);
    }
  });

  it('the sum of squares is infinite when a point is not finite, and memory is left alone', () => {
    for (const dimension of [1, 3, 8]) {
      for (const value of [NaN, Infinity, 1e30]) {
        for (const spoilt of upTo(9)) {
          const points = values(10 * dimension);
          points[spoilt * dimension] = value;
          expect(step(points, values(2 * dimension), 10, 2, dimension).squares).toBe(Infinity);
        }
      }
    }
  });

  it('Lloyd iterations by hand follow the float64 reference and never raise the inertia', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 300 }),
        fc.constantFrom(1, 2, 5, 16),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(1e6),
        (n, dimension, k, seed) => {
          const points = values(n * dimension, seed);
          const centres = points.slice(0, k * dimension);
          let before = Infinity;
          for (let t = 0; t < 10; t++) {
            const { labels, sums, counts } = step(points, centres, n, k, dimension);
            const inertia = labels.reduce(
              (sum, label, i) => sum + squaredDistance(points, i, centres, label, dimension),
              0,
            );
            // a mean rounded to f32 by u |centre| <= u adds dimension u^2 per point to the true fall
            const slack = 2 * bound(dimension + 4, inertia) + n * dimension * 2 ** -48;
            expect(inertia).toBeLessThanOrEqual(before + slack);
            before = inertia;
            const expected = reference.lloyd(points, centres, n, k, dimension, 1).centres;
            for (let j = 0; j < k; j++) {
              for (let d = 0; d < dimension && counts[j] > 0; d++) {
                centres[j * dimension + d] = sums[j * dimension + d] / counts[j];
              }
            }
            // random points meet no tie within rounding (seeded, so this cannot flicker)
            expectClose('centres', centres, expected, () => 2 ** -24);
          }
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });
});

describe('kmeansSeeds', () => {
  function seeds(points: Float32Array, n: number, k: number, dimension: number, seed: number) {
    const random = new Random(seed);
    const uniforms = Float64Array.from({ length: k }, () => random.uniform());
    const offsets = [n % 4, dimension % 4, (n >> 2) % 4];
    const blocksAt = memory.input(packPoints(points, n, dimension, 16), offsets[0]);
    const uniformsAt = memory.input(new Float32Array(uniforms.buffer), offsets[1]);
    const centresAt = memory.output(k * dimension * 4, offsets[1]);
    const nearestAt = memory.output(padded(n), offsets[2]);
    wasm.kmeansSeeds(centresAt, nearestAt, blocksAt, uniformsAt, n, k, dimension);
    const centres = memory.f32(centresAt, k * dimension);
    memory.verify('kmeansSeeds');
    return centres;
  }

  it('draws the same points as the reference: all numbers of points and dimensions', () => {
    for (const dimension of [...upTo(17), 64, 67].slice(1)) {
      for (const n of upTo(67).slice(1)) {
        const k = Math.min(n, 5);
        const points = values(n * dimension, n);
        const expected = reference
          .kmeansSeeds(points, dimension, k, n + dimension)
          .flatMap((i) => [...points.subarray(i * dimension, (i + 1) * dimension)]);
        expectSame('seeds', seeds(points, n, k, dimension, n + dimension), expected);
      }
    }
  });

  it('with fewer distinct points than seeds repeats some', () => {
    for (const dimension of [1, 3]) {
      const points = new Float32Array(20 * dimension).fill(2, 10 * dimension);
      const centres = seeds(points, 20, 5, dimension, 1);
      expect(new Set(centres)).toEqual(new Set([0, 2]));
    }
  });
});

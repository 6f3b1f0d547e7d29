import { describe, expect, test } from 'vitest';
import { Scratch, type Squares } from '../../../bindings/core/fewshot/comparison.ts';
import { discriminated } from '../../../bindings/core/fewshot/discriminant.ts';
import { toPrototypes } from '../../../bindings/core/fewshot/prototypes.ts';
import { Random } from '../../../bindings/core/random.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const DIMENSION = 24;
const PER_CLASS = 20;

/**
 * Two classes that differ by 4 along the first axis, whose members differ among themselves by 2 along the second and third and
 * little along the others; the first members are off along these.
 */
function scattered(seed: number): Float64Array[] {
  const random = new Random(seed);
  return Array.from({ length: 2 * PER_CLASS }, (_, i) =>
    Float64Array.from({ length: DIMENSION }, (_, d) => {
      const own = i < PER_CLASS ? -2 : 2;
      const wide = i % PER_CLASS === 0 ? (i < PER_CLASS ? 1.5 : -1.5) : 2 * kernels.normal(random);
      return (d === 0 ? own : 0) + (d === 1 || d === 2 ? wide : 0.5 * kernels.normal(random));
    }),
  );
}

const square = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, d) => sum + (value - b[d]) ** 2, 0);

function squaresOf(points: Float64Array[], examples: number[], beside: Float64Array[][]): Squares {
  const anchor = (row: number) => ({
    row,
    squares: Float64Array.from(points, (point) => square(point, points[row])),
  });
  const own = examples.map(anchor);
  const places = beside.map((each) =>
    each.map((place) => Float64Array.from(points, (point) => square(point, place))),
  );
  return {
    queries: points.length,
    nWay: examples.length,
    labels: Int32Array.from(examples, (_, e) => e),
    shots: new Int32Array(examples.length).fill(1),
    examples: own,
    places,
    tolerant: own.map(({ squares }, e) =>
      squares.map((value, i) => Math.min(value, ...places[e].map((place) => place[i]))),
    ),
    middle: anchor(0),
    unlabelled: points.map((_, row) => anchor(row)),
    scratch: new Scratch(),
  };
}

const toExamples = ({ examples }: Squares) =>
  Float32Array.from({ length: examples[0].squares.length * examples.length }, (_, i) => {
    const e = i % examples.length;
    return examples[e].squares[Math.floor(i / examples.length)];
  });

const rightOf = (distances: Float32Array) =>
  Array.from({ length: 2 * PER_CLASS }, (_, i) => {
    const first = distances[2 * i] < distances[2 * i + 1];
    return first === i < PER_CLASS ? 1 : 0;
  }).reduce<number>((sum, one) => sum + one, 0);

describe('the scatter of what is not labelled', () => {
  test('tells what sets classes apart from how their members vary', () => {
    let before = 0;
    let after = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const squares = squaresOf(scattered(seed), [0, PER_CLASS], [[], []]);
      const own = toExamples(squares);
      before += rightOf(own);
      after += rightOf(discriminated(kernels, squares, own));
    }
    const all = 8 * 2 * PER_CLASS;
    expect(before / all).toBeLessThan(0.95);
    expect(after / all).toBeGreaterThan(before / all + 0.03);
  });

  test('is Mahalanobis’ distance with a ridge, as worked out from the vectors', () => {
    const points = scattered(3);
    const examples = [1, PER_CLASS + 1];
    const beside = examples.map((e) => [points[e].map((value) => value + 0.3)]);
    const squares = squaresOf(points, examples, beside);
    const made = discriminated(kernels, squares, toExamples(squares));
    // two rounds with explicit vectors: the scatter of the surest half of each class and the example
    let distances = toExamples(squares);
    for (let round = 1; round <= 2; round++) {
      const residuals = [0, 1].flatMap((c) => {
        const margin = (i: number) => distances[2 * i + (1 - c)] / distances[2 * i + c];
        const fallen = points.map((_, i) => i).filter((i) => margin(i) > 1);
        fallen.sort((a, b) => margin(b) - margin(a) || a - b);
        const members = [...fallen.slice(0, Math.ceil(fallen.length / 2)), examples[c]];
        const mean = points[0].map(
          (_, d) => members.reduce((sum, i) => sum + points[i][d], 0) / members.length,
        );
        return members.map((i) =>
          points[i].map((value, d) => (value - mean[d]) / Math.sqrt(Math.max(6, members.length))),
        );
      });
      const trace = residuals.reduce((sum, r) => sum + r.reduce((s, v) => s + v * v, 0), 0);
      const ridge = (0.4 * trace) / residuals.length;
      const scatter = Array.from({ length: DIMENSION }, (_, a) =>
        Float64Array.from({ length: DIMENSION }, (_, b) =>
          residuals.reduce((sum, r) => sum + r[a] * r[b], a === b ? ridge : 0),
        ),
      );
      const measure = (x: Float64Array, y: Float64Array) => {
        const difference = x.map((value, d) => value - y[d]);
        return ridge * solve(scatter, difference).reduce((sum, v, d) => sum + v * difference[d], 0);
      };
      distances = Float32Array.from({ length: 2 * points.length }, (_, at) => {
        const [point, e] = [points[Math.floor(at / 2)], at % 2];
        const own = measure(point, points[examples[e]]);
        return round === 1 ? own : Math.min(own, measure(point, beside[e][0]));
      });
    }
    for (let i = 0; i < made.length; i++) {
      expect(Math.abs(made[i] - distances[i])).toBeLessThan(1e-3 * (1 + distances[i]));
    }
  });

  test('changes nothing where there is none, or next to nothing', () => {
    const points = scattered(1);
    const squares = squaresOf(points, [0, PER_CLASS], [[], []]);
    const own = toExamples(squares);
    expect(
      discriminated(kernels, { ...squares, unlabelled: squares.unlabelled.slice(0, 3) }, own),
    ).toBe(own);
    expect(discriminated(kernels, { ...squares, unlabelled: [] }, own)).toBe(own);
    const alike = squaresOf(
      points.map(() => points[0]),
      [0, 1],
      [[], []],
    );
    const zero = toExamples(alike);
    expect(discriminated(kernels, alike, zero)).toBe(zero);
  });

  test('gives the same bits with memory that was used for other rows before', () => {
    const squares = squaresOf(scattered(5), [0, PER_CLASS], [[], []]);
    const alone = discriminated(kernels, squares, toExamples(squares)).slice();
    const { scratch } = squares;
    const other = { ...squaresOf(scattered(6).slice(4), [3, PER_CLASS], [[], []]), scratch };
    discriminated(kernels, other, toExamples(other));
    expect(discriminated(kernels, squares, toExamples(squares))).toEqual(alone);
  });

  test('takes no more than a few of many examples', () => {
    const points = Array.from({ length: 30 }, (_, i) => scattered(i + 1)).flat();
    const examples = points.map((_, i) => i);
    const squares = {
      ...squaresOf(
        points,
        examples,
        examples.map(() => []),
      ),
      nWay: 2,
      labels: Int32Array.from(examples, (i) => (i % (2 * PER_CLASS) < PER_CLASS ? 0 : 1)),
      shots: Int32Array.of(points.length / 2, points.length / 2),
    };
    const own = toPrototypes(squares);
    squares.unlabelled = squares.unlabelled.slice(0, 100);
    discriminated(kernels, squares, own);
    // members squared, in f64
    expect(squares.scratch.f64('factor', 1).buffer.byteLength).toBeLessThan(8 * 1.5 * 70 * 70);
  });
});

/** x of A x = b by Gauss's elimination. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const rows = matrix.map((row, i) => Float64Array.of(...row, right[i]));
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return Float64Array.from(rows, (row, i) => row[n] / row[i]);
}

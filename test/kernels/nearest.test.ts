import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../bindings/core/errors.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';
import { distances, nearest, type Vectors } from './pairs.ts';

const memory = new Guarded();

/** The first least of each row of a matrix (n, m) below infinity. */
function leastOfRows(matrix: Float32Array, n: number, m: number) {
  const index = new Int32Array(n).fill(-1);
  const distance = new Float32Array(n).fill(Infinity);
  for (let i = 0; i < n * m; i++) {
    const q = Math.floor(i / m);
    if (matrix[i] < distance[q]) {
      distance[q] = matrix[i];
      index[q] = i % m;
    }
  }
  return { index, distance };
}

for (const form of ['differences', 'expanded'] as const) {
  const check = (vectors: Vectors, offsets?: number[]) => {
    const { n, m, dimension } = vectors;
    const what = `${n} x ${m} x ${dimension}, offsets ${offsets}`;
    const found = nearest(memory, form, vectors, offsets);
    const expected = leastOfRows(distances(memory, form, vectors), n, m);
    expectSame(`index, ${what}`, found.index, expected.index);
    expectSame(`distance, ${what}`, found.distance, expected.distance);
  };
  const random = (n: number, m: number, dimension: number): Vectors => {
    const queries = values(n * dimension, 51);
    return { queries, prototypes: values(m * dimension, 52), n, m, dimension };
  };

  describe(`nearest, ${form}: the least of each row of the matrix, to the bit`, () => {
    it('all numbers of queries and prototypes', () => {
      for (const n of upTo(67)) {
        check(random(n, 7, 9));
        check(random(6, n, 9));
        check(random(n, n, 5));
      }
    });

    it('all dimensions, every offset', () => {
      for (const dimension of upTo(67)) {
        for (const a of upTo(3)) {
          for (const b of upTo(3)) check(random(5, 11, dimension), [a, b, (a + b) % 4]);
        }
      }
    });

    it('more prototypes than one pass keeps in the cache', () => {
      check(random(5, 43, 4000));
    });

    it('the lowest of equals, on both sides of a block of eight', () => {
      for (const dimension of [1, 5]) {
        const vectors = random(20, 30, dimension);
        const { queries, prototypes } = vectors;
        for (let j = 0; j < 30; j++) {
          const from = (j % 7) * dimension;
          prototypes.copyWithin(j * dimension, from, from + dimension);
        }
        check(vectors);
        queries.set(prototypes.subarray(0, 7 * dimension));
        check(vectors);
        const found = nearest(memory, form, vectors).index;
        expectSame('equals', found.subarray(0, 7), upTo(6));
      }
    });

    it('NaN and infinity are nearest to nothing', () => {
      const vectors = random(9, 12, 4);
      vectors.queries[4] = NaN;
      vectors.queries[9] = Infinity;
      vectors.prototypes[3] = NaN;
      check(vectors);
      const { index, distance } = nearest(memory, form, vectors);
      expectSame('index', index.subarray(1, 3), [-1, -1]);
      expectSame('distance', distance.subarray(1, 3), [Infinity, Infinity]);
      expect(index.includes(0)).toBe(false);
    });
  });
}

describe('Kernels.nearest', () => {
  const kernels = createKernels();

  it('is the arg-min of squaredEuclidean, for few and many prototypes and in several turns', () => {
    for (const [n, m, dimension] of [
      [500, 4, 7],
      [50, 32, 5],
      [50, 33, 5],
      [9001, 70, 16],
    ]) {
      const queries = values(n * dimension, 61);
      const prototypes = values(m * dimension, 62);
      const found = kernels.nearest(queries, prototypes, dimension);
      const matrix = kernels.squaredEuclidean(queries, prototypes, dimension);
      expect(found).toEqual(leastOfRows(matrix, n, m));
    }
  });

  it('accepts none of either, refuses parts of vectors, leaves nothing behind', () => {
    const none = new Float32Array(0);
    expect(kernels.nearest(none, values(6), 3).index.length).toBe(0);
    expect([...kernels.nearest(values(6), none, 3).index]).toEqual([-1, -1]);
    const { used } = kernels.memory();
    expect(() => kernels.nearest(values(7), values(6), 3)).toThrow(ShapeError);
    expect(() => kernels.nearest(values(6), values(7), 3)).toThrow(ShapeError);
    expect(kernels.memory().used).toBe(used);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosine, squaredEuclidean } from '../reference/distances.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();
const { wasm } = memory;

const references = { squaredEuclidean, cosine };
type Kernel = keyof typeof references;

function distances(
  kernel: Kernel,
  queries: Float32Array,
  prototypes: Float32Array,
  n: number,
  m: number,
  dimension: number,
  offsets = [0, 0, 0],
): Float32Array {
  const q = memory.input(queries, offsets[0]);
  const p = memory.input(prototypes, offsets[1]);
  const norms = memory.output(m * 4, offsets[2]);
  const to = memory.output(n * m * 4, offsets[2]);
  if (kernel === 'cosine') wasm.cosine(to, q, p, n, m, dimension, norms);
  else wasm.squaredEuclidean(to, q, p, n, m, dimension);
  const out = memory.f32(to, n * m);
  memory.verify(`${kernel} ${n} x ${m} x ${dimension}`);
  return out;
}

/**
 * Squared Euclidean: all terms are positive, so that their sum is the value; a difference's error
 * doubles in its square: dimension + 3 roundings.
 * Cosine: dimension roundings of the product relative to sum|q p| / (|q| |p|) (the magnitude,
 * at least the cosine itself), half as many in each length, and a root, product and quotient.
 */
function check(kernel: Kernel, n: number, m: number, dimension: number, offsets?: number[]): void {
  const queries = values(n * dimension, 21);
  const prototypes = values(m * dimension, 22);
  const reference = references[kernel];
  const expected = reference(queries, prototypes, n, m, dimension);
  const magnitudes = reference(
    kernel === 'cosine' ? queries.map(Math.abs) : queries,
    kernel === 'cosine' ? prototypes.map(Math.abs) : prototypes,
    n,
    m,
    dimension,
  );
  const roundings = kernel === 'cosine' ? 2 * dimension + 8 : dimension + 3;
  expectClose(
    `${kernel} ${n} x ${m} x ${dimension}, offsets ${offsets}`,
    distances(kernel, queries, prototypes, n, m, dimension, offsets),
    expected,
    (i) => bound(roundings, magnitudes[i]),
  );
}

for (const kernel of ['squaredEuclidean', 'cosine'] as const) {
  describe(kernel, () => {
    it('all dimensions, every offset of every operand', () => {
      for (const dimension of upTo(67)) {
        for (const a of upTo(3)) {
          for (const b of upTo(3)) {
            for (const c of upTo(3)) check(kernel, 5, 3, dimension, [a, b, c]);
          }
        }
      }
    });

    it('all numbers of queries and prototypes', () => {
      for (const n of upTo(67)) {
        check(kernel, n, 7, 9);
        check(kernel, 6, n, 9);
        check(kernel, n, n, 5);
      }
    });

    it('a NaN spoils its own row and column only', () => {
      for (const dimension of [1, 3, 4, 11, 16]) {
        for (let spoilt = 0; spoilt < dimension; spoilt++) {
          const queries = values(6 * dimension);
          queries[2 * dimension + spoilt] = NaN;
          const out = distances(kernel, queries, values(5 * dimension, 2), 6, 5, dimension);
          for (let i = 0; i < 30; i++) expect(Number.isNaN(out[i])).toBe(Math.floor(i / 5) === 2);
          const turned = distances(kernel, values(5 * dimension, 2), queries, 5, 6, dimension);
          for (let i = 0; i < 30; i++) expect(Number.isNaN(turned[i])).toBe(i % 6 === 2);
        }
      }
    });

    it('is symmetric to the bit, and a pair has the same bits wherever it lies', () => {
      const size = fc.integer({ min: 1, max: 12 });
      fc.assert(
        fc.property(size, size, fc.nat(40), fc.nat(1000), (n, m, dimension, seed) => {
          const queries = values(n * dimension, seed);
          const prototypes = values(m * dimension, seed + 1);
          const all = distances(kernel, queries, prototypes, n, m, dimension);
          const turned = distances(kernel, prototypes, queries, m, n, dimension);
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < m; j++) {
              expect(turned[j * n + i]).toBe(all[i * m + j]);
              const alone = distances(
                kernel,
                queries.subarray(i * dimension, (i + 1) * dimension),
                prototypes.subarray(j * dimension, (j + 1) * dimension),
                1,
                1,
                dimension,
              );
              expect(alone[0]).toBe(all[i * m + j]);
            }
          }
        }),
        { numRuns: 50 },
      );
    });
  });
}

describe('squaredEuclidean of equals', () => {
  it('is exactly zero, for random and for constant vectors', () => {
    for (const dimension of upTo(67)) {
      const queries = values(3 * dimension);
      const out = distances('squaredEuclidean', queries, queries, 3, 3, dimension);
      expectSame('diagonal', [out[0], out[4], out[8]], [0, 0, 0]);
      queries.fill(1e-10);
      const flat = distances('squaredEuclidean', queries, queries, 3, 3, dimension);
      expectSame('constant', flat, new Float32Array(9));
    }
  });
});

describe('cosine of special vectors', () => {
  it('is 0 for a zero vector and 1 for parallel ones', () => {
    for (const dimension of upTo(67).slice(1)) {
      const queries = new Float32Array(2 * dimension);
      queries.set(values(dimension), dimension);
      const prototypes = queries.map((v) => v * 4);
      const out = distances('cosine', queries, prototypes, 2, 2, dimension);
      expectClose('cosine', out, [0, 0, 0, 1], () => bound(2 * dimension + 8, 1));
    }
  });
});

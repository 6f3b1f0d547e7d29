import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../bindings/core/errors.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import * as reference from '../reference/distances.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';
import { distances, type Form, forms, type Vectors } from './pairs.ts';

const memory = new Guarded();

function random(n: number, m: number, dimension: number, seed = 21): Vectors {
  const queries = values(n * dimension, seed);
  return { queries, prototypes: values(m * dimension, seed + 1), n, m, dimension };
}

/**
 * Differences: all terms are positive, so that their sum is the value; a difference's error
 * doubles in its square: dimension + 3 roundings.
 * Expanded: dimension roundings of each norm and of the product, and two sums, relative to
 * |q|^2 + |p|^2 + 2 sum|q p| = the squared distance of |q| to -|p|, component by component.
 * Cosine: dimension roundings of the product relative to sum|q p| / (|q| |p|) (the magnitude,
 * at least the cosine itself), half as many in each length, and a root, product and quotient.
 */
function tolerance(form: Form, { queries, prototypes, n, m, dimension }: Vectors) {
  const positive = queries.map(Math.abs);
  if (form === 'cosine') {
    const terms = reference.cosine(positive, prototypes.map(Math.abs), n, m, dimension);
    return (i: number) => bound(2 * dimension + 8, terms[i]);
  }
  const negative = prototypes.map((v) => -Math.abs(v));
  const sums = form === 'differences' ? [queries, prototypes] : [positive, negative];
  const terms = reference.squaredEuclidean(sums[0], sums[1], n, m, dimension);
  return (i: number) => bound(dimension + 3, terms[i]);
}

function expected(form: Form, { queries, prototypes, n, m, dimension }: Vectors): Float64Array {
  const kernel = form === 'cosine' ? reference.cosine : reference.squaredEuclidean;
  return kernel(queries, prototypes, n, m, dimension);
}

function check(form: Form, n: number, m: number, dimension: number, offsets?: number[]): void {
  const vectors = random(n, m, dimension);
  expectClose(
    `${form} ${n} x ${m} x ${dimension}, offsets ${offsets}`,
    distances(memory, form, vectors, offsets),
    expected(form, vectors),
    tolerance(form, vectors),
  );
}

for (const form of Object.keys(forms) as Form[]) {
  describe(form, () => {
    it('all dimensions, every offset of every operand', () => {
      for (const dimension of upTo(67)) {
        for (const a of upTo(3)) {
          for (const b of upTo(3)) {
            for (const c of upTo(3)) check(form, 5, 3, dimension, [a, b, c]);
          }
        }
      }
    });

    it('all numbers of queries and prototypes', () => {
      for (const n of upTo(67)) {
        check(form, n, 7, 9);
        check(form, 6, n, 9);
        check(form, n, n, 5);
      }
    });

    it('more prototypes than one pass keeps in the cache', () => {
      check(form, 5, 43, 4000);
    });

    it('a NaN spoils its own row and column only', () => {
      for (const dimension of [1, 3, 4, 11, 16]) {
        for (let spoilt = 0; spoilt < dimension; spoilt++) {
          const vectors = random(6, 5, dimension);
          vectors.queries[2 * dimension + spoilt] = NaN;
          const out = distances(memory, form, vectors);
          for (let i = 0; i < 30; i++) expect(Number.isNaN(out[i])).toBe(Math.floor(i / 5) === 2);
          const turned = distances(memory, form, turn(vectors));
          for (let i = 0; i < 30; i++) expect(Number.isNaN(turned[i])).toBe(i % 6 === 2);
        }
      }
    });

    it('is symmetric to the bit, and a pair has the same bits wherever it lies', () => {
      const size = fc.integer({ min: 1, max: 12 });
      fc.assert(
        fc.property(size, size, fc.nat(40), fc.nat(1000), (n, m, dimension, seed) => {
          const vectors = random(n, m, dimension, seed);
          const { queries, prototypes } = vectors;
          const all = distances(memory, form, vectors);
          const turned = distances(memory, form, turn(vectors));
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < m; j++) {
              expect(turned[j * n + i]).toBe(all[i * m + j]);
              const alone = distances(memory, form, {
                queries: queries.subarray(i * dimension, (i + 1) * dimension),
                prototypes: prototypes.subarray(j * dimension, (j + 1) * dimension),
                n: 1,
                m: 1,
                dimension,
              });
              expect(alone[0]).toBe(all[i * m + j]);
            }
          }
        }),
        { numRuns: 50 },
      );
    });
  });
}

function turn({ queries, prototypes, n, m, dimension }: Vectors): Vectors {
  return { queries: prototypes, prototypes: queries, n: m, m: n, dimension };
}

for (const form of ['differences', 'expanded'] as const) {
  describe(`${form} of equals`, () => {
    it('is exactly zero, for random and for constant vectors', () => {
      for (const dimension of upTo(67)) {
        const queries = values(3 * dimension);
        const vectors = { queries, prototypes: queries, n: 3, m: 3, dimension };
        const out = distances(memory, form, vectors);
        expectSame('diagonal', [out[0], out[4], out[8]], [0, 0, 0]);
        queries.fill(1e-10);
        expectSame('constant', distances(memory, form, vectors), new Float32Array(9));
      }
    });
  });
}

describe('expanded', () => {
  it('is never negative, however near two vectors far from the origin are', () => {
    for (const dimension of [1, 3, 16, 67]) {
      const prototypes = values(40 * dimension).map((v) => 100 + v);
      const queries = prototypes.map((v, i) => v + (i % 3) * 2 ** -17);
      const out = distances(memory, 'expanded', { queries, prototypes, n: 40, m: 40, dimension });
      expect(out.every((v) => v >= 0)).toBe(true);
    }
  });
});

describe('cosine of special vectors', () => {
  it('is 0 for a zero vector and 1 for parallel ones', () => {
    for (const dimension of upTo(67).slice(1)) {
      const queries = new Float32Array(2 * dimension);
      queries.set(values(dimension), dimension);
      const prototypes = queries.map((v) => v * 4);
      const out = distances(memory, 'cosine', { queries, prototypes, n: 2, m: 2, dimension });
      expectClose('cosine', out, [0, 0, 0, 1], () => bound(2 * dimension + 8, 1));
    }
  });
});

describe('Kernels', () => {
  const kernels = createKernels();

  it('takes differences to any number when told so, the same bits whichever are the prototypes', () => {
    const { queries, prototypes, n, m, dimension } = random(5, 70, 33);
    const there = kernels.squaredDifferences(queries, prototypes, dimension);
    expectSame('differences', there, distances(memory, 'differences', random(5, 70, 33)));
    const back = kernels.squaredDifferences(prototypes, queries, dimension);
    const turned = there.map((_, i) => back[(i % m) * n + Math.floor(i / m)]);
    expectSame('turned', turned, there);
    expect(kernels.squaredDifferences(values(0), prototypes, dimension).length).toBe(0);
    expect(kernels.squaredDifferences(queries, values(0), dimension).length).toBe(0);
    expect(() => kernels.squaredDifferences(queries, values(34), dimension)).toThrow(ShapeError);
  });

  it('to few prototypes, takes differences; to many, expands', () => {
    for (const [m, form] of [
      [1, 'differences'],
      [32, 'differences'],
      [33, 'expanded'],
      [70, 'expanded'],
    ] as const) {
      const vectors = random(37, m, 19);
      const { queries, prototypes, dimension } = vectors;
      const out = kernels.squaredEuclidean(queries, prototypes, dimension);
      expectSame(`${m} prototypes`, out, distances(memory, form, vectors));
    }
  });

  it('give a query the same bits alone and among so many that they pass in several turns', () => {
    const dimension = 3;
    const m = 41;
    const n = 7001;
    const { queries, prototypes } = random(n, m, dimension);
    for (const kernel of ['squaredEuclidean', 'cosine'] as const) {
      const all = kernels[kernel](queries, prototypes, dimension);
      for (let i = 0; i < n; i += 97) {
        const one = queries.subarray(i * dimension, (i + 1) * dimension);
        const row = all.subarray(i * m, (i + 1) * m);
        expectSame(`query ${i}`, kernels[kernel](one, prototypes, dimension), row);
      }
    }
  });
});

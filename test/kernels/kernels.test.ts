import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AdatomError, OptionError, ShapeError } from '../../bindings/core/errors.ts';
import type { ConvLayer, Kernels, LoadedNetwork } from '../../bindings/core/kernels.ts';
import { prefersWinograd } from '../../bindings/core/layers.ts';
import { Random } from '../../bindings/core/random.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import * as conv2d from '../reference/conv2d.ts';
import { kmeansSeeds, kmeansStep, lloyd } from '../reference/kmeans.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { upTo, values } from './guarded.ts';

let kernels: Kernels;
beforeEach(() => {
  kernels = createKernels();
});

function layer(inChannels: number, outChannels: number, extra: Partial<ConvLayer> = {}): ConvLayer {
  const weights = values(inChannels * outChannels * 9, inChannels * 100 + outChannels);
  return { inChannels, outChannels, weights, ...extra };
}

/** Conv4 in small: every epilogue and pool once. */
const network: ConvLayer[] = [
  layer(2, 9, { bias: values(9), reluAfter: true, pool: true }),
  layer(9, 4, { bias: values(4), scale: values(4, 2), shift: values(4, 3), reluBefore: true }),
  layer(4, 13, { reluAfter: true, pool: true }),
];

describe('networks', () => {
  /** Errors of earlier layers pass through later ones as their own terms do, so the bounds add up. */
  it('equal the reference layer after layer, for every small size', () => {
    const loaded = kernels.load(network);
    const roundings = network.reduce((sum, l) => sum + 9 * l.inChannels + 3, 0);
    for (const rows of upTo(9)) {
      for (const columns of [0, 1, 4, 5, 11]) {
        const planes = values(3 * 2 * rows * columns, rows);
        const result = kernels.run(loaded, planes, 3, rows, columns);
        expect([result.rows, result.columns]).toEqual([rows >> 2, columns >> 2]);
        const outImage = 13 * result.rows * result.columns;
        expect(result.planes.length).toBe(3 * outImage);
        for (let i = 0; i < 3; i++) {
          const image = planes.subarray(i * 2 * rows * columns, (i + 1) * 2 * rows * columns);
          const positive = image.map(Math.abs);
          const terms = conv2d.run(network.map(conv2d.magnitude), positive, rows, columns);
          expectClose(
            `image ${i}, ${rows} x ${columns}`,
            result.planes.subarray(i * outImage, (i + 1) * outImage),
            conv2d.run(network, image, rows, columns),
            (at) => bound(roundings, terms[at]),
          );
        }
      }
    }
  });

  it('each image has the same bits alone and in a batch', () => {
    const loaded = kernels.load(network);
    const planes = values(5 * 2 * 12 * 9);
    const batch = kernels.run(loaded, planes, 5, 12, 9).planes;
    const length = batch.length / 5;
    for (let i = 0; i < 5; i++) {
      const alone = kernels.run(loaded, planes.subarray(i * 216, (i + 1) * 216), 1, 12, 9);
      expectSame('image', alone.planes, batch.subarray(i * length, (i + 1) * length));
    }
  });

  it('of every kind of layer equal the reference, direct and Winograd, alone and in any batch', () => {
    const up = { kind: 'up2x2', inChannels: 8, outChannels: 4, weights: values(128, 5) } as const;
    const last = { kind: '1x1', inChannels: 4, outChannels: 2, weights: values(8, 6) } as const;
    const layers: ConvLayer[] = [
      layer(2, 8, { bias: values(8), reluAfter: true, pool: true }),
      layer(8, 8, { bias: values(8, 2), reluBefore: true }),
      { ...up, bias: values(4, 3) },
      { ...last, bias: values(2, 4), scale: values(2, 7), shift: values(2, 8) },
    ];
    const [rows, columns] = [25, 31];
    expect(prefersWinograd(layers[1], 12, 15)).toBe(true);
    const loaded = kernels.load(layers);
    const image = 2 * rows * columns;
    const planes = values(40 * image);
    const result = kernels.run(loaded, planes, 40, rows, columns);
    expect([result.rows, result.columns]).toEqual([24, 30]);
    const outImage = 2 * 24 * 30;
    for (const i of [0, 21, 39]) {
      const one = planes.subarray(i * image, (i + 1) * image);
      const out = result.planes.subarray(i * outImage, (i + 1) * outImage);
      expectSame(`image ${i}`, kernels.run(loaded, one, 1, rows, columns).planes, out);
      const terms = conv2d.run(layers.map(conv2d.magnitude), one.map(Math.abs), rows, columns);
      // Winograd's sums are larger than the direct ones by the norms of its matrices, under 100 here
      const allowed = (at: number) => bound(100 * 200, terms[at]);
      expectClose(`image ${i}`, out, conv2d.run(layers, one, rows, columns), allowed);
    }
  });

  it('of one layer have the same bits in strips as on the whole image', () => {
    const [rows, columns] = [203, 131];
    const kinds: Partial<ConvLayer>[] = [
      {},
      { pool: true },
      { inChannels: 11, weights: values(1188, 5) }, // no vectors of four: direct
      { inChannels: 11, weights: values(1188, 5), pool: true },
      { kind: '1x1', weights: values(144, 2) },
      { kind: 'up2x2', weights: values(576, 3) },
    ];
    const planes = values(12 * rows * columns);
    // large enough to be cut
    expect(planes.byteLength).toBeGreaterThan(2 ** 20);
    for (const extra of kinds) {
      const one = { ...layer(12, 12), bias: values(12, 4), reluAfter: true, ...extra };
      // a second layer that changes nothing keeps the image whole
      const identity = Float32Array.from({ length: 144 }, (_, i) => +(i % 13 === 0));
      const two = [
        one,
        { kind: '1x1', inChannels: 12, outChannels: 12, weights: identity } as const,
      ];
      const image = planes.subarray(0, one.inChannels * rows * columns);
      const strips = kernels.convolve(one, image, rows, columns);
      const whole = kernels.run(kernels.load(two), image, 1, rows, columns).planes;
      expectSame(`${one.kind ?? '3x3'} from ${one.inChannels} channels`, strips, whole);
    }
  });

  it('n = 0 gives nothing, in the right shape', () => {
    const result = kernels.run(kernels.load(network), new Float32Array(0), 0, 40, 40);
    expect(result).toEqual({ planes: new Float32Array(0), rows: 10, columns: 10 });
  });
});

describe('wrong shapes', () => {
  const wrong: [string, (k: Kernels, loaded: LoadedNetwork) => unknown][] = [
    ['no layers', (k) => k.load([])],
    ['layers that do not meet', (k) => k.load([layer(2, 3), layer(4, 2)])],
    ['too few weights', (k) => k.load([layer(2, 3, { weights: values(53) })])],
    ['a short bias', (k) => k.load([layer(2, 3, { bias: values(2) })])],
    ['scale without shift', (k) => k.load([layer(2, 3, { scale: values(3) })])],
    ['negative channels', (k) => k.load([{ inChannels: -1, outChannels: -1, weights: values(9) }])],
    ['an unknown kind', (k) => k.load([{ ...layer(2, 3), kind: '5x5' as '3x3' }])],
    ['3x3 weights for 1x1', (k) => k.load([{ ...layer(2, 3), kind: '1x1' }])],
    [
      'a pool after 1x1',
      (k) => k.load([{ ...layer(2, 3), kind: '1x1', weights: values(6), pool: true }]),
    ],
    ['planes of another size', (k, loaded) => k.run(loaded, values(99), 1, 7, 7)],
    ['negative sizes', (k, loaded) => k.run(loaded, values(8), 1, -2, -2)],
    ['fractional sizes', (k, loaded) => k.run(loaded, values(20), 1, 2.5, 4)],
    ['a short plane for convolve', (k) => k.convolve(layer(2, 3), values(31), 4, 4)],
    ['a short plane for the pool', (k) => k.maxPool2x2(values(31), 2, 4, 4)],
    ['negative pool sizes', (k) => k.maxPool2x2(values(4), 1, -2, -2)],
    ['a short plane to resize', (k) => k.resizeBilinear(values(31), 2, 4, 4, 8, 8)],
    ['a negative size to resize to', (k) => k.resizeBilinear(values(16), 1, 4, 4, -1, 8)],
    ['a fractional size to resize to', (k) => k.resizeBilinear(values(16), 1, 4, 4, 2, 0.5)],
    ['nothing to resize from', (k) => k.resizeBilinear(values(0), 1, 0, 4, 8, 8)],
    ['part of a query', (k) => k.squaredEuclidean(values(7), values(6), 3)],
    ['part of a prototype', (k) => k.cosine(values(6), values(7), 3)],
    ['dimension 0', (k) => k.squaredEuclidean(values(6), values(6), 0)],
    ['part of a point', (k) => k.kmeans(values(7), 3, 1)],
  ];
  for (const [name, call] of wrong) {
    it(`${name} throws a ShapeError and leaves nothing behind`, () => {
      const loaded = kernels.load(network);
      const { used } = kernels.memory();
      expect(() => call(kernels, loaded)).toThrow(ShapeError);
      expect(kernels.memory().used).toBe(used);
    });
  }

  it('k out of range throws an OptionError', () => {
    for (const k of [0, 4, 1.5, NaN, -1]) {
      expect(() => kernels.kmeans(values(9), 3, k)).toThrow(OptionError);
    }
    expect(() => kernels.kmeans(values(0), 3, 1)).toThrow(OptionError);
    const labels = new Int32Array(2);
    expect(() => kernels.kmeans(values(9), 3, 1, { labels })).toThrow(ShapeError);
  });

  it('points that are not finite throw', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      for (const k of [1, 3]) {
        const points = values(12);
        points[5] = value;
        expect(() => kernels.kmeans(points, 1, k)).toThrow(AdatomError);
        expect(() => kernels.kmeans(points, 3, k)).toThrow(AdatomError);
      }
    }
  });
});

/** One call of every kernel with inputs from seed; what matters is that it is always the same. */
function everything(k: Kernels, seed: number, size = 9): ArrayLike<number>[] {
  const planes = values(2 * size * size, seed);
  const vectors = values(size * 6, seed + 1);
  const prototypes = values(4 * 6, seed + 2);
  const inputs = [planes, vectors, prototypes];
  const copies = inputs.map((input) => input.slice());
  const l = layer(2, 5, { bias: values(5), pool: true });
  const weights = l.weights.slice();
  const clusters = k.kmeans(vectors, 6, 3);
  const results = [
    k.convolve(l, planes, size, size),
    k.maxPool2x2(planes, 2, size, size),
    k.resizeBilinear(planes, 2, size, size, size + 5, size - 2),
    k.squaredEuclidean(vectors, prototypes, 6),
    k.cosine(vectors, prototypes, 6),
    clusters.centres,
    clusters.labels,
    clusters.counts,
    [clusters.inertia, clusters.iterations],
    k.kmeans(planes, 1, 4, { seed }).labels,
  ];
  for (const [i, input] of inputs.entries()) expectSame('input', input, copies[i]);
  expectSame('weights', l.weights, weights);
  return results;
}

describe('unload', () => {
  const sizes = [8, 64, 16, 32];
  const [small, large, middle, other] = sizes.map((size) => [layer(size, size)]);

  it('gives all memory back once every network is gone, in whatever order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const networks = [small, large, middle, other].map((layers) => kernels.load(layers));
        for (const i of order) kernels.unload(networks[i]);
        expect(kernels.memory().used).toBe(0);
      }),
    );
  });

  it('lets networks be replaced for ever, the new one loaded before the old one goes', () => {
    const kept = kernels.load(middle);
    const planes = values(16 * 36);
    const before = kernels.run(kept, planes, 1, 6, 6).planes;
    let current = kernels.load(large);
    let most = 0;
    for (let i = 0; i < 20; i++) {
      const next = kernels.load(large);
      kernels.unload(current);
      current = next;
      most = Math.max(most, kernels.memory().used);
      if (i === 2) expect(kernels.memory().used).toBe(most);
    }
    kernels.unload(current);
    kernels.unload(current);
    expectSame('kept', kernels.run(kept, planes, 1, 6, 6).planes, before);
    expect(most).toBeLessThan(3 * 64 * 64 * 45 * 4);
  });

  it('a network that is gone is refused by run', () => {
    const gone = kernels.load(small);
    kernels.unload(gone);
    expect(() => kernels.run(gone, values(8 * 36), 1, 6, 6)).toThrow(/unloaded/);
  });
});

describe('calls', () => {
  it('modify no input and do not depend on earlier calls', () => {
    const first = everything(kernels, 1);
    everything(kernels, 2, 40);
    kernels.load(network);
    const again = everything(kernels, 1);
    for (const [i, result] of first.entries()) expectSame(`result ${i}`, again[i], result);
    const fresh = everything(createKernels(), 1);
    for (const [i, result] of first.entries()) expectSame(`result ${i}`, fresh[i], result);
  });

  it('release what they took', () => {
    const loaded = kernels.load(network);
    const { used } = kernels.memory();
    everything(kernels, 1, 30);
    kernels.run(loaded, values(2 * 30 * 30), 1, 30, 30);
    expect(kernels.memory().used).toBe(used);
  });

  it('outgrow the first memory ten-fold, with a loaded network and earlier results intact', () => {
    const loaded = kernels.load(network);
    const planes = values(2 * 16 * 16);
    const before = kernels.run(loaded, planes, 1, 16, 16).planes;
    const kept = before.slice();
    const first = kernels.memory().reserved;
    const large = everything(kernels, 1, 300);
    expect(kernels.memory().reserved).toBeGreaterThan(10 * first);
    expectSame('kept result', before, kept);
    expectSame('network', kernels.run(loaded, planes, 1, 16, 16).planes, kept);
    // and the results that made it grow are those of memory that is large already
    for (const [i, result] of everything(kernels, 1, 300).entries()) {
      expectSame(`result ${i}`, large[i], result);
    }
  });

  it('that need more memory than there is throw one sentence and leave the instance usable', () => {
    const loaded = kernels.load([layer(1, 64), layer(64, 1)]);
    const { used } = kernels.memory();
    // 64 channels of 4096 x 4096 pixels are 4 GiB on their own
    const planes = new Float32Array(4096 * 4096);
    expect(() => kernels.run(loaded, planes, 1, 4096, 4096)).toThrow(/^out of memory: .*\.$/);
    expect(kernels.memory().used).toBe(used);
    everything(kernels, 1);
  });

  it('accept zero lengths', () => {
    const none = new Float32Array(0);
    expect(kernels.squaredEuclidean(none, values(6), 3)).toEqual(none);
    expect(kernels.squaredEuclidean(values(6), none, 3)).toEqual(none);
    expect(kernels.cosine(none, values(6), 3)).toEqual(none);
    expect(kernels.cosine(values(6), none, 3)).toEqual(none);
    expect(kernels.maxPool2x2(none, 0, 4, 4)).toEqual(none);
    expect(kernels.maxPool2x2(none, 3, 0, 4)).toEqual(none);
    expect(kernels.maxPool2x2(values(3), 3, 1, 1)).toEqual(none);
    expect(kernels.resizeBilinear(none, 0, 4, 4, 8, 8)).toEqual(none);
    expect(kernels.resizeBilinear(values(16), 1, 4, 4, 0, 8)).toEqual(none);
    expect(kernels.convolve(layer(2, 3), none, 0, 5)).toEqual(none);
  });
});

describe('squaredEuclidean', () => {
  it('permuting queries permutes rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(1000), (n, seed) => {
        const queries = values(n * 5, seed);
        const prototypes = values(3 * 5, seed + 1);
        const order = new Random(seed).shuffle(upTo(n - 1));
        const rows = (q: Float32Array) => kernels.squaredEuclidean(q, prototypes, 5);
        const shuffled = Float32Array.from(
          order.flatMap((i) => [...queries.subarray(i * 5, i * 5 + 5)]),
        );
        const before = rows(queries);
        const after = rows(shuffled);
        for (const [to, from] of order.entries()) {
          expectSame(
            'row',
            after.subarray(to * 3, to * 3 + 3),
            before.subarray(from * 3, from * 3 + 3),
          );
        }
      }),
    );
  });
});

/** n points around each of k corners, far apart: (k n, dimension) with their corner's number. */
function clouds(k: number, n: number, dimension: number, seed = 1): Float32Array {
  const noise = values(k * n * dimension, seed);
  return noise.map((v, i) => 1000 * (Math.floor(i / dimension) % k) + v);
}

describe('kmeans', () => {
  it('from its own seeds follows the float64 reference', () => {
    for (const dimension of [1, 2, 16, 33]) {
      for (const seed of [1, 2, 3]) {
        const n = 500;
        const k = 5;
        const points = values(n * dimension, seed);
        const iterations = 6;
        const seeds = kmeansSeeds(points, dimension, k, seed);
        const start = Float32Array.from(
          seeds.flatMap((i) => [...points.subarray(i * dimension, (i + 1) * dimension)]),
        );
        const expected = lloyd(points, start, n, k, dimension, iterations).centres;
        const options = { seed, maxIterations: iterations, tolerance: -1 };
        const { centres } = kernels.kmeans(points, dimension, k, options);
        // each iteration rounds the centres once, and no point lies within rounding of two centres
        expectClose('centres', centres, expected, () => iterations * 2 ** -24);
      }
    }
  });

  it('moves an empty cluster to the farthest point, as the reference does', () => {
    // From seeds (-4, 6), (4, 8.1) and (-4, 0), the third cluster is (-4, 0) and (4, 0): both are
    // nearer to the others' means than to their own, far from either, and it is left empty.
    const corners = [-4, 6, 4, 8.1, -4, 0, 4, 0];
    const crowd = [0, 1, 2, 3, 4, 5].flatMap((i) => [-4 + i / 50, 3.1, 4, 1 + i / 70]);
    const points = Float32Array.from([...corners, ...crowd]);
    const n = points.length / 2;
    let moved = 0;
    for (let seed = 0; seed < 3000; seed++) {
      const seeds = kmeansSeeds(points, 2, 3, seed);
      const start = seeds.flatMap((at) => [...points.subarray(at * 2, at * 2 + 2)]);
      const expected = lloyd(points, start, n, 3, 2, 3);
      const { centres } = kernels.kmeans(points, 2, 3, { seed, maxIterations: 3, tolerance: -10 });
      expectClose('centres', centres, expected.centres, () => bound(3, 10));
      moved += expected.moved;
    }
    expect(moved).toBeGreaterThan(0);
  });

  it('settles where every centre is the mean of its points and every point is at its nearest centre', () => {
    for (const dimension of [1, 3, 8]) {
      const n = 400;
      const k = 4;
      const points = values(n * dimension, 7);
      const result = kernels.kmeans(points, dimension, k, { tolerance: 0, maxIterations: 1000 });
      expect(result.iterations).toBeLessThan(1000);
      const { labels, sums, counts, inertia } = kmeansStep(points, result.centres, n, k, dimension);
      expectSame('labels', result.labels, labels);
      expectSame('counts', result.counts, counts);
      expectClose('inertia', [result.inertia], [inertia], () => bound(dimension + 4, inertia));
      const means = sums.map((sum, i) => sum / counts[Math.floor(i / dimension)]);
      expectClose('centres', result.centres, means, () => 2 ** -24);
    }
  });

  it('more iterations never end higher', () => {
    const points = values(600, 9);
    let before = Infinity;
    for (let maxIterations = 1; maxIterations < 15; maxIterations++) {
      const { inertia } = kernels.kmeans(points, 2, 6, { maxIterations, tolerance: -1 });
      expect(inertia).toBeLessThanOrEqual(before + 2 * bound(6, inertia) + 600 * 2 ** -48);
      before = inertia;
    }
  });

  it('is the same for the same seed, and the seed matters', () => {
    const points = values(1000, 3);
    const run = (seed: number) => kernels.kmeans(points, 2, 7, { seed, maxIterations: 1 });
    expect(run(5)).toEqual(run(5));
    const distinct = new Set(upTo(9).map((seed) => run(seed).inertia));
    expect(distinct.size).toBeGreaterThan(1);
  });

  it('k = n puts every point in a cluster of its own', () => {
    for (const dimension of [1, 2, 5]) {
      for (const n of [1, 2, 9, 40]) {
        const points = values(n * dimension, n);
        const room = new Int32Array(n).fill(-1);
        const { inertia, labels, counts } = kernels.kmeans(points, dimension, n, { labels: room });
        expect(labels).toBe(room);
        expect(labels).toEqual(kernels.kmeans(points, dimension, n).labels);
        // A difference of sums of squares up to 4, in f64.
        expect(inertia).toBeLessThan(n * dimension * 2 ** -48);
        expect(new Set(labels).size).toBe(n);
        expectSame('counts', counts, new Int32Array(n).fill(1));
      }
    }
  });

  it('k = 1 finds the mean, also far from the origin', () => {
    const points = values(3000, 4).map((v) => v + 1000);
    const { centres, counts, inertia } = kernels.kmeans(points, 3, 1);
    const { sums } = kmeansStep(points, new Float32Array(3), 1000, 1, 3);
    expectClose(
      'mean',
      centres,
      sums.map((s) => s / 1000),
      (i) => bound(1, sums[i] / 1000),
    );
    expect(counts[0]).toBe(1000);
    // the variance of [-1, 1) is 1/3 in each of three dimensions
    expect(inertia / 1000).toBeGreaterThan(0.9);
    expect(inertia / 1000).toBeLessThan(1.1);
  });

  it('does the same wherever the points lie', () => {
    for (const dimension of [1, 7, 64]) {
      const n = 2000;
      // On a grid of 2^-8 that far away as well, so that nothing is rounded.
      const points = values(n * dimension, 6).map((v) => Math.round(v * 256) / 256);
      const options = { seed: 2, maxIterations: 20 };
      const near = kernels.kmeans(points, dimension, 5, options);
      const moved = points.map((v) => v + 2 ** 14);
      const far = kernels.kmeans(moved, dimension, 5, options);
      expectSame('labels', far.labels, near.labels);
      expectSame('inertia', [far.inertia], [near.inertia]);
      expectClose(
        'centres',
        far.centres,
        near.centres.map((c) => c + 2 ** 14),
        () => 2 ** -9,
      );
    }
  });

  it('survives duplicates: fewer distinct points than clusters leaves clusters empty', () => {
    for (const dimension of [1, 3]) {
      const points = new Float32Array(20 * dimension);
      points.fill(2, 10 * dimension);
      const { inertia, counts, labels, centres } = kernels.kmeans(points, dimension, 5);
      expect(inertia).toBe(0);
      expect([...counts].sort((a, b) => a - b)).toEqual([0, 0, 0, 10, 10]);
      expect(new Set(labels).size).toBe(2);
      expect(centres.every(Number.isFinite)).toBe(true);
      const same = kernels.kmeans(new Float32Array(20).fill(-3), 1, 4);
      expect(same.inertia).toBe(0);
      expect(same.counts[same.labels[0]]).toBe(20);
    }
  });

  it('finds every one of eight far clouds from any seed', () => {
    // uniform seeding would do so once in 400 times: 8! / 8^8; here the chance to miss is 1e-6
    const points = clouds(8, 30, 2);
    for (let seed = 0; seed < 50; seed++) {
      const { counts } = kernels.kmeans(points, 2, 8, { seed });
      expectSame('counts', counts, new Int32Array(8).fill(30));
    }
  });

  it('draws seeds in proportion to the squared distance', () => {
    // All points at 0 but one at distance 1 and one at distance 2, in a right angle. The second
    // seed is one of the two, and keeps its cluster for itself: 1 : 4 times.
    const points = new Float32Array(2 * 1000);
    points[2 * 300] = 1;
    points[2 * 700 + 1] = 2;
    const draws = 1000;
    let near = 0;
    for (let seed = 0; seed < draws; seed++) {
      const { labels, counts } = kernels.kmeans(points, 2, 2, { seed });
      if (counts[labels[300]] === 1) near++;
      else expect(counts[labels[700]]).toBe(1);
    }
    // binomial with p = 1/5: 200 of 1000, standard deviation 12.6; five of them, or one in 2e6
    expect(Math.abs(near - draws / 5)).toBeLessThan(5 * Math.sqrt(draws * 0.2 * 0.8));
  });

  it('moving all points moves the centres', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom(1, 2, 4), (seed, dimension) => {
        // whole numbers up to 2^12: distances and sums are exact, so the labels cannot differ
        const points = values(60 * dimension, seed).map((v) => Math.round(v * 100));
        const moved = points.map((v) => v + 512);
        const options = { seed, maxIterations: 1 };
        const a = kernels.kmeans(points, dimension, 3, options);
        const b = kernels.kmeans(moved, dimension, 3, options);
        expectClose(
          'centres',
          b.centres,
          a.centres.map((v) => v + 512),
          () => 2 * 612 * 2 ** -24,
        );
      }),
    );
  });
});

describe('a result array of the caller’s', () => {
  it('takes the same bits, and must have the right length', () => {
    const kernels = createKernels();
    const weights = values(8 * 4 * 9, 1);
    const network = kernels.load([{ inChannels: 4, outChannels: 8, weights, pool: true }]);
    const planes = values(3 * 4 * 21 * 18, 2);
    const out = new Float32Array(3 * 8 * 10 * 9).fill(Number.NaN);
    const given = kernels.run(network, planes, 3, 21, 18, out);
    expect(given.planes).toBe(out);
    expect(out).toEqual(kernels.run(network, planes, 3, 21, 18).planes);
    expect(() => kernels.run(network, planes, 3, 21, 18, out.subarray(1))).toThrow(ShapeError);

    const queries = values(37 * 5, 3);
    const prototypes = values(41 * 5, 4);
    const matrix = new Float32Array(37 * 41).fill(Number.NaN);
    expect(kernels.squaredEuclidean(queries, prototypes, 5, matrix)).toBe(matrix);
    expect(matrix).toEqual(kernels.squaredEuclidean(queries, prototypes, 5));
    expect(kernels.cosine(queries, prototypes, 5, matrix)).toEqual(
      kernels.cosine(queries, prototypes, 5),
    );
    expect(() => kernels.cosine(queries, prototypes, 5, new Float32Array(1))).toThrow(ShapeError);
  });
});

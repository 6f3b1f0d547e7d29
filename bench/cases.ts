import type { ConvLayer, Kernels } from '../bindings/core/kernels.ts';
import { Random } from '../bindings/core/random.ts';
import { conv1x1 } from '../test/reference/conv1x1.ts';
import * as conv2d from '../test/reference/conv2d.ts';
import { squaredDistance } from '../test/reference/distances.ts';
import { kmeansSeeds, lloyd } from '../test/reference/kmeans.ts';
import { resizeBilinear } from '../test/reference/resize.ts';
import { bound, expectClose } from '../test/reference/tolerance.ts';
import { upConv2x2 } from '../test/reference/upconv2d.ts';
import { weightedSum } from '../test/reference/weighted-sum.ts';
import type { Work } from './peers/work.ts';
import { segmentCase } from './segment-case.ts';
import { trainingCase } from './training-case.ts';

/**
 * One row of the table. prepare makes the seeded input and returns the timed call, whose result
 * check compares with the float64 reference before anything is timed. A peer (see peers/) takes
 * the same input and its result passes the same check.
 */
export interface Case<Input> {
  name: string;
  /** Floating-point operations of the textbook algorithm, whatever the kernel really does. */
  flop: number;
  input(): Input;
  run(kernels: Kernels, input: Input): () => ArrayLike<number>;
  /** Throws when the result is wrong. */
  check(input: Input, result: ArrayLike<number>): void;
  /** The same input for the peers; without it the case has none. */
  work?(input: Input): Work;
}

interface Images {
  layers: ConvLayer[];
  planes: Float32Array;
}

interface Vectors {
  queries: Float32Array;
  prototypes: Float32Array;
}

/** Compared with the reference at this many places where all of them would take minutes. */
const SAMPLES = 2000;

/** Conv4 as few-shot papers use it: four times 64 channels, batch-norm folded, ReLU, pool. */
function conv4(crops: number): Case<Images> {
  const side = 40;
  const image = 2 * side * side;
  const outImage = 64 * 2 * 2;
  const sizes = [side, side >> 1, side >> 2, side >> 3];
  const widths = [2, 64, 64, 64, 64];
  return {
    name: `Conv4, ${crops} crops 2x40x40`,
    flop: crops * sizes.reduce((sum, s, i) => sum + 18 * widths[i] * widths[i + 1] * s * s, 0),
    input: () => ({
      layers: sizes.map((_, i) => layer(widths[i], widths[i + 1], i, true)),
      planes: values(crops * image, 10),
    }),
    run: (kernels, { layers, planes }) => {
      const network = kernels.load(layers);
      return () => kernels.run(network, planes, crops, side, side).planes;
    },
    check: ({ layers, planes }, result) => {
      const roundings = layers.reduce((sum, l) => sum + 9 * l.inChannels + 3, 0);
      const embeddings = Float32Array.from(result);
      for (const i of [0, crops - 1]) {
        const crop = planes.subarray(i * image, (i + 1) * image);
        const terms = conv2d.run(layers.map(conv2d.magnitude), crop.map(Math.abs), side, side);
        expectClose(
          `crop ${i}`,
          embeddings.subarray(i * outImage, (i + 1) * outImage),
          conv2d.run(layers, crop, side, side),
          (at) => bound(roundings, terms[at]),
        );
      }
    },
    work: (input) => ({ kind: 'convolution', ...input, n: crops, rows: side, columns: side }),
  };
}

function dense(side: number, channels: number): Case<Images> {
  return {
    name: `conv 3x3, ${side}x${side}, ${channels} to ${channels}`,
    flop: 18 * channels * channels * side * side,
    input: () => ({
      layers: [layer(channels, channels, 20, false)],
      planes: values(channels * side * side, 21),
    }),
    run: (kernels, { layers, planes }) => {
      const network = kernels.load(layers);
      // As whoever filters one scan after the other would call it.
      const out = new Float32Array(channels * side * side);
      return () => kernels.run(network, planes, 1, side, side, out).planes;
    },
    check: ({ layers: [l], planes }, result) => {
      const positive = conv2d.magnitude(l);
      const absolute = planes.map(Math.abs);
      checkSample(result, SAMPLES, (at) => {
        const x = at % side;
        const y = Math.floor(at / side) % side;
        const o = Math.floor(at / (side * side));
        const terms = conv2d.conv3x3At(positive, absolute, side, side, o, y, x);
        return {
          expected: conv2d.conv3x3At(l, planes, side, side, o, y, x),
          tolerance: bound(9 * channels + 3, terms),
        };
      });
    },
    work: (input) => ({ kind: 'convolution', ...input, n: 1, rows: side, columns: side }),
  };
}

/** The kernels that look at one pixel at a time: 1x1 convolution and 2x2 up-convolution. */
function pointwise(
  kind: '1x1' | 'up2x2',
  side: number,
  inChannels: number,
  outChannels: number,
): Case<Images> {
  const taps = kind === 'up2x2' ? 4 : 1;
  const reference = kind === 'up2x2' ? upConv2x2 : conv1x1;
  return {
    name: `conv ${kind}, ${side}x${side}, ${inChannels} to ${outChannels}`,
    flop: 2 * taps * inChannels * outChannels * side * side,
    input: () => {
      const weights = values(outChannels * inChannels * taps, 25);
      const bias = values(outChannels, 26);
      return {
        layers: [{ kind, inChannels, outChannels, weights, bias, reluAfter: true }],
        planes: values(inChannels * side * side, 27),
      };
    },
    run: (kernels, { layers, planes }) => {
      const network = kernels.load(layers);
      return () => kernels.run(network, planes, 1, side, side).planes;
    },
    check: ({ layers: [l], planes }, result) => {
      const terms = reference(conv2d.magnitude(l), planes.map(Math.abs), side, side);
      const expected = reference(l, planes, side, side);
      expectClose(kind, result, expected, (at) => bound(inChannels + 3, terms[at]));
    },
  };
}

/** Exactly ten Lloyd iterations after k-means++; the last assignment makes it eleven passes. */
function kmeans(n: number, dimension: number): Case<Float32Array> {
  const k = 5;
  const iterations = 10;
  const seed = 30;
  return {
    name: `k-means, ${n} points, D = ${dimension}, k = ${k}, ${iterations} iterations`,
    flop: 3 * n * k * dimension * (iterations + 1),
    // Overlapping clouds: without any, Lloyd steps magnify the rounding of a single label.
    input: () => clouds(n, k, dimension),
    run: (kernels, points) => {
      const labels = new Int32Array(n);
      const options = { seed, maxIterations: iterations, tolerance: -1, labels };
      return () => kernels.kmeans(points, dimension, k, options).centres;
    },
    check: (points, centres) => {
      const start = seedCentres(points, dimension, k, seed);
      // a point within rounding of two centres may go either way and moves a mean by about k / n
      expectClose(
        'centres',
        centres,
        lloyd(points, start, n, k, dimension, iterations).centres,
        () => 1e-3,
      );
    },
    work: (points) => {
      const centres = seedCentres(points, dimension, k, seed);
      return { kind: 'kmeans', points, dimension, k, centres, iterations };
    },
  };
}

function distances(n: number, m: number, dimension: number): Case<Vectors> {
  return {
    name: `squared distances, ${n}x${dimension} to ${m}x${dimension}`,
    flop: 2 * n * m * dimension,
    input: () => ({ queries: values(n * dimension, 40), prototypes: values(m * dimension, 41) }),
    run: (kernels, { queries, prototypes }) => {
      const out = new Float32Array(n * m);
      return () => kernels.squaredEuclidean(queries, prototypes, dimension, out);
    },
    check: ({ queries, prototypes }, result) => {
      checkSample(result, SAMPLES * 10, (at) => {
        const q = Math.floor(at / m);
        const expected = squaredDistance(queries, q, prototypes, at % m, dimension);
        return { expected, tolerance: expandedBound(queries, q, prototypes, at % m, dimension) };
      });
    },
    work: (input) => ({ kind: 'distances', ...input, dimension }),
  };
}

/** The same without the matrix: each query's nearest prototype only. */
function nearest(n: number, m: number, dimension: number): Case<Vectors> {
  return {
    name: `nearest, ${n}x${dimension} to ${m}x${dimension}`,
    flop: 2 * n * m * dimension,
    input: () => ({ queries: values(n * dimension, 40), prototypes: values(m * dimension, 41) }),
    run:
      (kernels, { queries, prototypes }) =>
      () =>
        kernels.nearest(queries, prototypes, dimension).index,
    check: ({ queries, prototypes }, result) => {
      checkSample(result, SAMPLES / 10, (q) => {
        let best = 0;
        let least = Infinity;
        for (let p = 0; p < m; p++) {
          const distance = squaredDistance(queries, q, prototypes, p, dimension);
          if (distance < least) [least, best] = [distance, p];
        }
        // two within rounding of each other may both be called the nearest
        const chosen = squaredDistance(queries, q, prototypes, result[q], dimension);
        const doubt = 2 * expandedBound(queries, q, prototypes, best, dimension);
        return { expected: chosen - least <= doubt ? result[q] : best, tolerance: 0 };
      });
    },
    work: (input) => ({ kind: 'nearest', ...input, dimension }),
  };
}

/** Of |q|^2 + |p|^2 - 2 q.p, relative to |q|^2 + |p|^2 + 2 sum|q p|; see test/kernels/distances.test.ts. */
function expandedBound(
  queries: Float32Array,
  q: number,
  prototypes: Float32Array,
  p: number,
  dimension: number,
): number {
  const positive = queries.subarray(q * dimension, (q + 1) * dimension).map(Math.abs);
  const negative = prototypes.subarray(p * dimension, (p + 1) * dimension).map((v) => -Math.abs(v));
  return bound(dimension + 3, squaredDistance(positive, 0, negative, 0, dimension));
}

function resize(side: number, outSide: number): Case<Float32Array> {
  return {
    name: `resize, ${side}x${side} to ${outSide}x${outSide}`,
    flop: 9 * outSide * outSide,
    input: () => values(side * side, 50),
    run: (kernels, plane) => () => kernels.resizeBilinear(plane, 1, side, side, outSide, outSide),
    check: (plane, result) => {
      const expected = resizeBilinear(plane, side, side, outSide, outSide);
      expectClose('resize', result, expected, () => bound(16, 1));
    },
  };
}

/** What a click costs per example and place: 14 parts' distances of 1000 defects, added up. */
function weighted(calls: number, n: number, length: number): Case<Float32Array> {
  const weights = Float64Array.from(values(n, 61));
  return {
    name: `weighted sum, ${calls} times ${n}x${length}`,
    flop: 2 * calls * n * length,
    input: () => values(n * length, 60),
    run: (kernels, rows) => () => {
      const out = new Float64Array(length);
      for (let i = 0; i < calls; i++) kernels.weightedSum(rows, weights, out);
      return out;
    },
    check: (rows, result) => {
      expectClose('weighted sum', result, weightedSum(rows, weights, length), () => 0);
    },
  };
}

export const cases: readonly Case<unknown>[] = [
  conv4(100),
  conv4(1000),
  dense(512, 32),
  pointwise('1x1', 128, 64, 64),
  pointwise('up2x2', 64, 64, 32),
  kmeans(262144, 1),
  kmeans(262144, 16),
  kmeans(262144, 64),
  distances(5000, 5000, 256),
  nearest(5000, 5000, 256),
  resize(512, 1024),
  weighted(100, 14, 1000),
  trainingCase,
  segmentCase,
] as Case<unknown>[];

/** Seeded values in [-1, 1). */
function values(n: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: n }, () => random.between(-1, 1));
}

/** n points (n, dimension), each in [-1, 1) around one of k corners. */
function clouds(n: number, k: number, dimension: number): Float32Array {
  const corners = values(k * dimension, 31);
  const random = new Random(32);
  const points = values(n * dimension, 33);
  for (let i = 0; i < n; i++) {
    const corner = random.below(k);
    for (let d = 0; d < dimension; d++)
      points[i * dimension + d] += corners[corner * dimension + d];
  }
  return points;
}

/** The centres (k, dimension) that the kernel's own k-means++ starts from. */
function seedCentres(
  points: Float32Array,
  dimension: number,
  k: number,
  seed: number,
): Float32Array {
  const chosen = kmeansSeeds(points, dimension, k, seed);
  return Float32Array.from(
    chosen.flatMap((i) => [...points.subarray(i * dimension, (i + 1) * dimension)]),
  );
}

/** Weights scaled so that activations keep their size from layer to layer (He et al. 2015). */
function layer(inChannels: number, outChannels: number, seed: number, pool: boolean): ConvLayer {
  const size = Math.sqrt(6 / (9 * inChannels));
  const weights = values(outChannels * inChannels * 9, seed).map((w) => w * size);
  const bias = values(outChannels, seed + 1).map((b) => b / 10);
  return { inChannels, outChannels, weights, bias, reluAfter: true, pool };
}

function checkSample(
  result: ArrayLike<number>,
  samples: number,
  reference: (at: number) => { expected: number; tolerance: number },
): void {
  const random = new Random(1);
  for (let i = 0; i < samples; i++) {
    // the ends, where tails and borders are, and places in between
    const at = i < 100 ? i : i < 200 ? result.length - i + 99 : random.below(result.length);
    const { expected, tolerance } = reference(at);
    expectClose(`value ${at}`, [result[at]], [expected], () => tolerance);
  }
}

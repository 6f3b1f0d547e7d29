import { Arena } from './arena.ts';
import { AdatomError, OptionError, ShapeError } from './errors.ts';
import { Random } from './random.ts';
import type { WasmExports } from './wasm.ts';

const RELU_BEFORE = 1;
const AFFINE = 2;
const RELU_AFTER = 4;

/**
 * One 3x3 convolution and what follows it, in this order: + bias, ReLU (`reluBefore`),
 * * scale + shift per channel, ReLU (`reluAfter`), 2x2 max-pool (`pool`).
 * Cross-correlation, stride 1, zero border, as PyTorch's Conv2d(padding=1).
 */
export interface ConvLayer {
  inChannels: number;
  outChannels: number;
  /** (outChannels, inChannels, 3, 3) */
  weights: Float32Array;
  /** (outChannels), zero when absent */
  bias?: Float32Array;
  /** (outChannels) each; both or neither */
  scale?: Float32Array;
  shift?: Float32Array;
  reluBefore?: boolean;
  reluAfter?: boolean;
  pool?: boolean;
}

/** Result of k-means: centres (k, dimension), labels (n), and the sum of squared distances. */
export interface Clusters {
  centres: Float32Array;
  labels: Int32Array;
  counts: Int32Array;
  inertia: number;
  iterations: number;
}

export interface KmeansOptions {
  seed?: number;
  maxIterations?: number;
  /** Stop when the inertia falls by less than this fraction of itself. */
  tolerance?: number;
}

interface PackedLayer {
  layer: ConvLayer;
  weights: number;
  parameters: number;
  flags: number;
}

/** A network whose packed weights lie in the module's memory. */
export interface LoadedNetwork {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly pools: number;
  /** @internal */
  readonly layers: readonly PackedLayer[];
}

/**
 * The kernels as functions of typed arrays. The only file that passes addresses: check shapes,
 * copy in, call, copy out. Inputs are never modified and results are the caller's own.
 */
export class Kernels {
  private readonly wasm: WasmExports;
  private readonly arena: Arena;

  constructor(wasm: WasmExports) {
    this.wasm = wasm;
    this.arena = new Arena(wasm);
  }

  /** Bytes of WebAssembly memory in use by loaded networks, and reserved in all. */
  memory(): { used: number; reserved: number } {
    return this.arena.usage();
  }

  /** e^x, ln x, sin x, cos x with the same bits on every host; Math's own differ between engines. */
  exp(x: number): number {
    return this.wasm.exp(x);
  }

  log(x: number): number {
    return this.wasm.log(x);
  }

  sin(x: number): number {
    return this.wasm.sin(x);
  }

  cos(x: number): number {
    return this.wasm.cos(x);
  }

  /** Normal deviate (Marsaglia and Bray 1964), mean 0, standard deviation 1. */
  normal(random: Random): number {
    for (;;) {
      const u = random.between(-1, 1);
      const v = random.between(-1, 1);
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * this.wasm.log(s)) / s);
    }
  }

  /** Pack a network's weights into memory, once; they stay there for the life of the instance. */
  load(layers: readonly ConvLayer[]): LoadedNetwork {
    if (layers.length === 0)
      throw new ShapeError('network: expected at least one layer, got none.');
    for (let i = 0; i < layers.length; i++) {
      checkLayer(layers[i], i);
      if (i > 0 && layers[i].inChannels !== layers[i - 1].outChannels) {
        throw new ShapeError(
          `network: layer ${i} takes ${layers[i].inChannels} channels, but layer ${i - 1} gives ${layers[i - 1].outChannels}.`,
        );
      }
    }
    const mark = this.arena.mark();
    try {
      return {
        inChannels: layers[0].inChannels,
        outChannels: layers[layers.length - 1].outChannels,
        pools: layers.filter((layer) => layer.pool).length,
        layers: layers.map((layer) => this.pack(layer)),
      };
    } catch (error) {
      this.arena.release(mark); // out of memory half-way: keep nothing
      throw error;
    }
  }

  /**
   * Run a network on n images. planes (n, inChannels, rows, columns); returns
   * (n, outChannels, rows / 2^pools, columns / 2^pools), each halving rounded down.
   * Intermediates stay inside the module.
   */
  run(
    network: LoadedNetwork,
    planes: Float32Array,
    n: number,
    rows: number,
    columns: number,
  ): { planes: Float32Array; rows: number; columns: number } {
    const { arena, wasm } = this;
    expectSizes('run', { n, rows, columns });
    const image = network.inChannels * rows * columns;
    expectLength('run: planes', planes, n * image);
    const outRows = halve(rows, network.pools);
    const outColumns = halve(columns, network.pools);
    const outImage = network.outChannels * outRows * outColumns;
    if (n * outImage === 0) {
      return { planes: new Float32Array(0), rows: outRows, columns: outColumns };
    }

    const mark = arena.mark();
    try {
      let largest = 0;
      let r = rows;
      let c = columns;
      for (const { layer } of network.layers) {
        largest = Math.max(
          largest,
          bordered(r, c, layer.inChannels),
          bordered(r, c, layer.outChannels),
        );
        if (layer.pool) {
          r >>= 1;
          c >>= 1;
        }
      }
      // planes pass through the buffer that is free at the time
      const aAt = arena.alloc(largest);
      const bAt = arena.alloc(largest);
      const out = new Float32Array(n * outImage);
      for (let i = 0; i < n; i++) {
        let from = aAt;
        let to = bAt;
        r = rows;
        c = columns;
        arena.f32(to, image).set(planes.subarray(i * image, (i + 1) * image));
        wasm.planesToPixels(from, to, network.inChannels, r, c);
        for (const { layer, weights, parameters, flags } of network.layers) {
          wasm.conv3x3(
            to,
            from,
            weights,
            parameters,
            r,
            c,
            layer.inChannels,
            layer.outChannels,
            flags,
          );
          [from, to] = [to, from];
          if (layer.pool) {
            wasm.maxPool2x2(to, from, r, c, layer.outChannels);
            [from, to] = [to, from];
            r >>= 1;
            c >>= 1;
          }
        }
        wasm.pixelsToPlanes(to, from, network.outChannels, r, c);
        out.set(arena.f32(to, outImage), i * outImage);
      }
      return { planes: out, rows: outRows, columns: outColumns };
    } finally {
      arena.release(mark);
    }
  }

  /** One convolution layer on one image (inChannels, rows, columns) -> (outChannels, rows, columns), pooled if the layer says so. */
  conv3x3(layer: ConvLayer, planes: Float32Array, rows: number, columns: number): Float32Array {
    checkLayer(layer, 0);
    const mark = this.arena.mark();
    try {
      return this.run(this.load([layer]), planes, 1, rows, columns).planes;
    } finally {
      this.arena.release(mark);
    }
  }

  /** 2x2 maximum with stride 2: planes (channels, rows, columns) -> (channels, rows/2, columns/2), rounded down. */
  maxPool2x2(planes: Float32Array, channels: number, rows: number, columns: number): Float32Array {
    expectSizes('maxPool2x2', { channels, rows, columns });
    expectLength('maxPool2x2: planes', planes, channels * rows * columns);
    const outRows = rows >> 1;
    const outColumns = columns >> 1;
    const { arena, wasm } = this;
    const mark = arena.mark();
    try {
      const at = arena.put(planes);
      const pixels = arena.alloc(bordered(rows, columns, channels));
      const pooled = arena.alloc(bordered(outRows, outColumns, channels));
      const out = arena.alloc(channels * outRows * outColumns * 4);
      wasm.planesToPixels(pixels, at, channels, rows, columns);
      wasm.maxPool2x2(pooled, pixels, rows, columns, channels);
      wasm.pixelsToPlanes(out, pooled, channels, outRows, outColumns);
      return arena.f32(out, channels * outRows * outColumns).slice();
    } finally {
      arena.release(mark);
    }
  }

  /**
   * Bilinear resize with half-pixel centres: planes (channels, rows, columns) ->
   * (channels, outRows, outColumns). No low-pass: blur first when shrinking by more than two.
   */
  resizeBilinear(
    planes: Float32Array,
    channels: number,
    rows: number,
    columns: number,
    outRows: number,
    outColumns: number,
  ): Float32Array {
    expectSizes('resizeBilinear', { channels, rows, columns, outRows, outColumns });
    expectLength('resizeBilinear: planes', planes, channels * rows * columns);
    if (planes.length === 0 && channels * outRows * outColumns > 0) {
      throw new ShapeError(
        `resizeBilinear: expected at least one pixel, got ${rows} x ${columns}.`,
      );
    }
    const { arena, wasm } = this;
    const image = rows * columns;
    const outImage = outRows * outColumns;
    const result = new Float32Array(channels * outImage);
    const mark = arena.mark();
    try {
      const from = arena.alloc(image * 4);
      const to = arena.alloc(outImage * 4);
      const index = arena.alloc(outColumns * 4);
      const weight = arena.alloc(outColumns * 4);
      for (let c = 0; c < channels; c++) {
        arena.f32(from, image).set(planes.subarray(c * image, (c + 1) * image));
        wasm.resizeBilinear(to, from, rows, columns, outRows, outColumns, index, weight);
        result.set(arena.f32(to, outImage), c * outImage);
      }
    } finally {
      arena.release(mark);
    }
    return result;
  }

  /** Squared Euclidean distances: queries (n, dimension), prototypes (m, dimension) -> (n, m). */
  squaredEuclidean(
    queries: Float32Array,
    prototypes: Float32Array,
    dimension: number,
  ): Float32Array {
    const [n, m] = vectorCounts('squaredEuclidean', queries, prototypes, dimension);
    const { arena, wasm } = this;
    const mark = arena.mark();
    try {
      const q = arena.put(queries);
      const p = arena.put(prototypes);
      const out = arena.alloc(n * m * 4);
      wasm.squaredEuclidean(out, q, p, n, m, dimension);
      return arena.f32(out, n * m).slice();
    } finally {
      arena.release(mark);
    }
  }

  /** Cosine similarities, 0 for a zero vector: queries (n, dimension), prototypes (m, dimension) -> (n, m). */
  cosine(queries: Float32Array, prototypes: Float32Array, dimension: number): Float32Array {
    const [n, m] = vectorCounts('cosine', queries, prototypes, dimension);
    const { arena, wasm } = this;
    const mark = arena.mark();
    try {
      const q = arena.put(queries);
      const p = arena.put(prototypes);
      const norms = arena.alloc(m * 4);
      const out = arena.alloc(n * m * 4);
      wasm.cosine(out, q, p, n, m, dimension, norms);
      return arena.f32(out, n * m).slice();
    } finally {
      arena.release(mark);
    }
  }

  /**
   * k-means of points (n, dimension): k-means++ seeding (Arthur and Vassilvitskii 2007), then Lloyd
   * steps until the inertia settles. An empty cluster is moved to the point farthest from its centre.
   * Throws AdatomError when a point is not finite.
   */
  kmeans(
    points: Float32Array,
    dimension: number,
    k: number,
    options: KmeansOptions = {},
  ): Clusters {
    const { seed = 1, maxIterations = 100, tolerance = 1e-4 } = options;
    const n = countVectors('kmeans: points', points, dimension);
    if (!(Number.isInteger(k) && k >= 1 && k <= n)) {
      throw new OptionError(`kmeans: expected 1 <= k <= ${n} (the number of points), got ${k}.`);
    }
    const { arena, wasm } = this;
    const mark = arena.mark();
    try {
      const pointsAt = arena.put(points);
      const blocksAt = arena.alloc(Math.ceil(n / 8) * 8 * dimension * 4);
      wasm.packPoints(blocksAt, pointsAt, n, dimension);
      const centresAt = arena.alloc(k * dimension * 4);
      const labelsAt = arena.alloc(n * 4);
      const sumsAt = arena.alloc(k * dimension * 8);
      const countsAt = arena.alloc(k * 4);
      this.seedCentres(points, blocksAt, centresAt, k, dimension, new Random(seed));

      let inertia = Infinity;
      let iterations = 0;
      for (;;) {
        const before = inertia;
        inertia = wasm.kmeansStep(
          labelsAt,
          sumsAt,
          countsAt,
          pointsAt,
          blocksAt,
          centresAt,
          n,
          k,
          dimension,
        );
        if (!(inertia < Infinity)) {
          throw new AdatomError(
            'kmeans: expected finite points with squared distances below 3.4e38, got others.',
          );
        }
        const settled = before - inertia <= tolerance * inertia;
        if (iterations > 0 && (settled || iterations >= maxIterations)) break;
        iterations++;
        this.moveCentres(points, centresAt, labelsAt, sumsAt, countsAt, k, dimension);
      }
      return {
        centres: arena.f32(centresAt, k * dimension).slice(),
        labels: arena.i32(labelsAt, n).slice(),
        counts: arena.i32(countsAt, k).slice(),
        inertia,
        iterations,
      };
    } finally {
      arena.release(mark);
    }
  }

  private seedCentres(
    points: Float32Array,
    blocksAt: number,
    centresAt: number,
    k: number,
    dimension: number,
    random: Random,
  ): void {
    const { arena, wasm } = this;
    const n = points.length / dimension;
    const nearestAt = arena.alloc(n * 4);
    const nearest = arena.f32(nearestAt, n).fill(Infinity);
    const centres = arena.f32(centresAt, k * dimension);
    let chosen = random.below(n);
    for (let j = 0; j < k; j++) {
      centres.set(points.subarray(chosen * dimension, (chosen + 1) * dimension), j * dimension);
      if (j === k - 1) break;
      const total = wasm.kmeansSeedStep(
        nearestAt,
        blocksAt,
        centresAt + j * dimension * 4,
        n,
        dimension,
      );
      // a point is drawn with its distance as weight; one that is a centre already weighs nothing
      let left = random.uniform() * total;
      for (let i = 0; i < n && left >= 0; i++) {
        if (nearest[i] > 0) chosen = i;
        left -= nearest[i];
      }
    }
  }

  /** Centres become the means of their points; then empty clusters go to the farthest points. */
  private moveCentres(
    points: Float32Array,
    centresAt: number,
    labelsAt: number,
    sumsAt: number,
    countsAt: number,
    k: number,
    dimension: number,
  ): void {
    const { arena } = this;
    const centres = arena.f32(centresAt, k * dimension);
    const sums = arena.f64(sumsAt, k * dimension);
    const counts = arena.i32(countsAt, k);
    const labels = arena.i32(labelsAt, points.length / dimension);
    const taken = new Set<number>();
    for (let j = 0; j < k; j++) {
      if (counts[j] === 0) continue;
      for (let d = 0; d < dimension; d++) {
        centres[j * dimension + d] = sums[j * dimension + d] / counts[j];
      }
    }
    for (let j = 0; j < k; j++) {
      if (counts[j] > 0) continue;
      const far = farthest(points, labels, centres, dimension, taken);
      taken.add(far);
      centres.set(points.subarray(far * dimension, (far + 1) * dimension), j * dimension);
    }
  }

  /** Weights to groups of eight output channels, (groups, 3, 3, inChannels, 8); see assembly/conv2d.ts. */
  private pack(layer: ConvLayer): PackedLayer {
    const { inChannels, outChannels } = layer;
    const groups = Math.ceil(outChannels / 8);
    const weightsAt = this.arena.alloc(groups * 72 * inChannels * 4);
    const parametersAt = this.arena.alloc(groups * 8 * 3 * 4);
    const weights = this.arena.f32(weightsAt, groups * 72 * inChannels).fill(0);
    const parameters = this.arena.f32(parametersAt, groups * 8 * 3).fill(0);
    for (let o = 0; o < outChannels; o++) {
      for (let i = 0; i < inChannels; i++) {
        for (let tap = 0; tap < 9; tap++) {
          const to = (((o >> 3) * 9 + tap) * inChannels + i) * 8 + (o & 7);
          weights[to] = layer.weights[(o * inChannels + i) * 9 + tap];
        }
      }
      parameters[o] = layer.bias?.[o] ?? 0;
      parameters[groups * 8 + o] = layer.scale?.[o] ?? 1;
      parameters[groups * 16 + o] = layer.shift?.[o] ?? 0;
    }
    const flags =
      (layer.reluBefore ? RELU_BEFORE : 0) |
      (layer.scale ? AFFINE : 0) |
      (layer.reluAfter ? RELU_AFTER : 0);
    return { layer, weights: weightsAt, parameters: parametersAt, flags };
  }
}

function checkLayer(layer: ConvLayer, index: number): void {
  const { inChannels, outChannels } = layer;
  const name = `layer ${index}`;
  if (
    !(
      Number.isInteger(inChannels) &&
      inChannels > 0 &&
      Number.isInteger(outChannels) &&
      outChannels > 0
    )
  ) {
    throw new ShapeError(
      `${name}: expected at least one channel in and out, got ${inChannels} and ${outChannels}.`,
    );
  }
  expectLength(`${name}: weights`, layer.weights, outChannels * inChannels * 9);
  for (const key of ['bias', 'scale', 'shift'] as const) {
    const values = layer[key];
    if (values) expectLength(`${name}: ${key}`, values, outChannels);
  }
  if (!layer.scale !== !layer.shift) {
    throw new ShapeError(`${name}: expected both scale and shift or neither, got one.`);
  }
}

/** The point farthest from its own centre that is not taken yet; the first of equals. */
function farthest(
  points: Float32Array,
  labels: Int32Array,
  centres: Float32Array,
  dimension: number,
  taken: ReadonlySet<number>,
): number {
  let best = 0;
  let most = -1;
  for (let i = 0; i < labels.length; i++) {
    let sum = 0;
    for (let d = 0; d < dimension; d++) {
      const difference = points[i * dimension + d] - centres[labels[i] * dimension + d];
      sum += difference * difference;
    }
    if (sum > most && !taken.has(i)) {
      most = sum;
      best = i;
    }
  }
  return best;
}

/** Bytes of an image of pixels with a one-pixel border. */
function bordered(rows: number, columns: number, channels: number): number {
  return (rows + 2) * (columns + 2) * channels * 4;
}

function halve(size: number, times: number): number {
  return Math.floor(size / 2 ** times);
}

function expectSizes(what: string, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!(Number.isInteger(size) && size >= 0)) {
      throw new ShapeError(`${what}: expected ${name} to be a whole number from 0, got ${size}.`);
    }
  }
}

function expectLength(what: string, values: { length: number }, expected: number): void {
  if (values.length !== expected) {
    throw new ShapeError(`${what}: expected ${expected} values, got ${values.length}.`);
  }
}

function countVectors(what: string, values: Float32Array, dimension: number): number {
  if (!(Number.isInteger(dimension) && dimension >= 1 && values.length % dimension === 0)) {
    throw new ShapeError(
      `${what}: expected a whole number of vectors of dimension ${dimension}, got ${values.length} values.`,
    );
  }
  return values.length / dimension;
}

function vectorCounts(
  what: string,
  queries: Float32Array,
  prototypes: Float32Array,
  dimension: number,
): [number, number] {
  return [
    countVectors(`${what}: queries`, queries, dimension),
    countVectors(`${what}: prototypes`, prototypes, dimension),
  ];
}

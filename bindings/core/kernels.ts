import { allocate } from './allocate.ts';
import { Arena } from './arena.ts';
import { AdatomError, OptionError, ShapeError } from './errors.ts';
import { type GraphStep, type RowStream, runGraph } from './graph.ts';
import {
  type ConvLayer,
  checkLayers,
  isConcat,
  type NetworkLayer,
  outSize,
  poolsOf,
} from './layers.ts';
import {
  bordered,
  convolveImages,
  type PackedLayer,
  packedBytes,
  packLayer,
  packWeights,
  scratchBytes,
} from './packed.ts';
import { Random } from './random.ts';
import type { WasmExports } from './wasm.ts';

export type { ConcatLayer, ConvLayer, NetworkLayer } from './layers.ts';

/** Bytes of activations that go through a network together: about what the cache next to the core holds. */
const TOGETHER = 1 << 20;
/** A strip of a large image is a multiple of this: tiles of Winograd's algorithm and pools start with it. */
const STRIP_ROWS = 8;

/** Forms of a distance, see assembly/distances.ts. */
const DIFFERENCES = 0;
const EXPANDED = 1;
const COSINE = 2;
/** So few prototypes are support sets: their distances keep every digit. */
const FEW = 32;
/** Values copied in or out at a time: with their packed copies they fit into the cache. */
const PASS_FLOATS = 1 << 17;

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
  /** Takes the labels (n) of a call that is made again and again: a fresh large array costs more than some iterations. */
  labels?: Int32Array;
}

/** The nearest prototype of each of n queries: its index (n) and squared distance (n). */
export interface Nearest {
  index: Int32Array;
  distance: Float32Array;
}

/** Addresses of packed vectors, of their norms and of scratch for a tile. */
interface Packed {
  blocks: number;
  norms: number;
  tile: number;
}

/** Room for one network's weights; free when no network holds it. */
interface Place {
  readonly at: number;
  readonly bytes: number;
  network: LoadedNetwork | undefined;
}

/** A network whose packed weights lie in the module's memory. */
export interface LoadedNetwork {
  readonly inChannels: number;
  readonly outChannels: number;
  /** How often rows and columns are halved from input to output. */
  readonly pools: number;
  /** @internal A chain of layers; empty where `graph` says how they hang together. */
  readonly layers: readonly PackedLayer[];
  /** @internal Of a network with skips. */
  readonly graph?: readonly GraphStep[];
}

/**
 * The kernels as functions of typed arrays. The only file that passes addresses: check shapes,
 * copy in, call, copy out. Inputs are never modified (but by scaleRows, which says so) and results are the caller's own.
 */
export class Kernels {
  /** @internal */
  readonly wasm: WasmExports;
  /** @internal */
  readonly arena: Arena;
  /** In the order of their addresses; the last one is never free. */
  private readonly places: Place[] = [];

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

  /**
   * A place in memory for a network's weights, until unload(). They are packed into it once, when they are first used:
   * the layers' arrays must stay as they are.
   */
  load(layers: readonly NetworkLayer[]): LoadedNetwork {
    checkLayers(layers);
    const bytes = layers.reduce((sum, each) => sum + (isConcat(each) ? 0 : packedBytes(each)), 0);
    const place = this.takePlace(bytes);
    try {
      let at = place.at;
      const steps = layers.map((layer): GraphStep => {
        if (isConcat(layer)) return layer;
        const from = at;
        at += packedBytes(layer);
        return packLayer(this.arena, layer, from);
      });
      const chain = steps.filter((step): step is PackedLayer => 'layer' in step);
      const skips = chain.length < steps.length;
      place.network = {
        inChannels: layers[0].inChannels,
        outChannels: layers[layers.length - 1].outChannels,
        pools: poolsOf(layers),
        layers: skips ? [] : chain,
        ...(skips && { graph: steps }),
      };
      return place.network;
    } finally {
      this.freePlaces(); // gives the room back when there was not enough
    }
  }

  /** Forget a network; its memory goes to those loaded later. Nothing happens if it is forgotten already. */
  unload(network: LoadedNetwork): void {
    const place = this.places.find((each) => each.network === network);
    if (place) place.network = undefined;
    this.freePlaces();
  }

  /** The first free place that is large enough, else a new one. */
  private takePlace(bytes: number): Place {
    const free = this.places.find((each) => !each.network && each.bytes >= bytes);
    if (free) return free;
    const place: Place = { at: this.arena.alloc(bytes), bytes, network: undefined };
    this.places.push(place);
    return place;
  }

  /** Release the free places above the last network. */
  private freePlaces(): void {
    for (let last = this.places.at(-1); last && !last.network; last = this.places.at(-1)) {
      this.places.pop();
      this.arena.release(last.at);
    }
  }

  /**
   * Run a network on n images. planes (n, inChannels, rows, columns); returns
   * (n, outChannels, rows / 2^pools, columns / 2^pools), each halving rounded down.
   * Intermediates stay inside the module. `out`, of that length, takes the result of a call that is
   * made again and again: a fresh large array costs more than some layers.
   */
  run(
    network: LoadedNetwork,
    planes: Float32Array,
    n: number,
    rows: number,
    columns: number,
    out?: Float32Array,
  ): { planes: Float32Array; rows: number; columns: number } {
    const { arena, wasm } = this;
    expectSizes('run', { n, rows, columns });
    this.expectLoaded(network);
    const image = network.inChannels * rows * columns;
    expectLength('run: planes', planes, n * image);
    const [outRows, outColumns] = [rows, columns].map((size) =>
      network.graph
        ? size >> network.pools
        : network.layers.reduce((at, { layer }) => outSize(layer, at), size),
    );
    const outImage = network.outChannels * outRows * outColumns;
    if (out) expectLength('run: out', out, n * outImage);
    const result = { planes: out ?? allocate(n * outImage), rows: outRows, columns: outColumns };
    if (n * outImage === 0) return result;

    const mark = arena.mark();
    try {
      if (network.graph) {
        for (let i = 0; i < n; i++) {
          const one = planes.subarray(i * image, (i + 1) * image);
          const place = result.planes.subarray(i * outImage, (i + 1) * outImage);
          const stream = streamOf(one, rows, columns, place, outRows, outColumns);
          runGraph(wasm, arena, network.graph, stream, rows, columns);
          arena.release(mark);
        }
        return result;
      }
      const { largest, scratch } = this.prepare(network, rows, columns);
      if (network.layers.length === 1 && largest > TOGETHER) {
        for (let i = 0; i < n; i++) {
          const one = planes.subarray(i * image, (i + 1) * image);
          const place = result.planes.subarray(i * outImage, (i + 1) * outImage);
          this.runInStrips(network, one, place, rows, columns);
        }
        return result;
      }
      // small images together: they share the weights that a block of tiles loads
      const together = Math.min(n, Math.max(1, Math.floor(TOGETHER / largest)));
      const a = arena.alloc(largest * together);
      const b = arena.alloc(largest * together);
      const scratchAt = arena.alloc(scratch);
      for (let first = 0; first < n; first += together) {
        const count = Math.min(together, n - first);
        // planes pass through the buffer that is free at the time
        arena.f32(b, count * image).set(planes.subarray(first * image, (first + count) * image));
        const size = bordered(rows, columns, network.inChannels);
        for (let i = 0; i < count; i++) {
          wasm.planesToPixels(a + i * size, b + i * image * 4, network.inChannels, rows, columns);
        }
        const [from, to] = this.forward(network, a, b, scratchAt, count, rows, columns);
        const outBytes = bordered(outRows, outColumns, network.outChannels);
        for (let i = 0; i < count; i++) {
          wasm.pixelsToPlanes(
            to + i * outImage * 4,
            from + i * outBytes,
            network.outChannels,
            outRows,
            outColumns,
          );
        }
        result.planes.set(arena.f32(to, count * outImage), first * outImage);
      }
      return result;
    } finally {
      arena.release(mark);
    }
  }

  /**
   * Run a network with skips on one image that comes, and whose answers go, some rows at a time: nothing
   * of the size of the whole image lies in the module. Sizes as in run().
   */
  runRows(network: LoadedNetwork, rows: number, columns: number, stream: RowStream): void {
    const { arena, wasm } = this;
    expectSizes('runRows', { rows, columns });
    this.expectLoaded(network);
    if (!network.graph) {
      throw new AdatomError('runRows: expected a network with skips, got a chain of layers.');
    }
    if (rows * columns === 0) return;
    const mark = arena.mark();
    try {
      runGraph(wasm, arena, network.graph, stream, rows, columns);
    } finally {
      arena.release(mark);
    }
  }

  private expectLoaded(network: LoadedNetwork): void {
    if (this.places.some((place) => place.network === network)) return;
    throw new AdatomError('kernels: expected a loaded network, got one that was unloaded.');
  }

  /**
   * A single layer on one large image, a strip of rows at a time: pixels and planes of a strip stay
   * in the cache from one layout to the other. The rows above and below stand in the strip's
   * border, and strips start where tiles start, so that every bit is that of the whole image.
   */
  private runInStrips(
    network: LoadedNetwork,
    planes: Float32Array,
    out: Float32Array,
    rows: number,
    columns: number,
  ): void {
    const { arena, wasm } = this;
    const [{ layer }] = network.layers;
    const { inChannels, outChannels } = layer;
    const outRows = outSize(layer, rows);
    const outColumns = outSize(layer, columns);
    const mark = arena.mark();
    const { largest, scratch } = this.prepare(network, rows, columns);
    const fitting = Math.floor((TOGETHER * rows) / largest);
    const height = Math.max(STRIP_ROWS, fitting - (fitting % STRIP_ROWS));
    const scratchAt = arena.alloc(scratch);
    const pixels = arena.alloc(bordered(height + 2, columns, inChannels));
    const made = arena.alloc(bordered(outSize(layer, height), outColumns, outChannels));
    const staging = arena.alloc(
      Math.max(
        inChannels * (height + 2) * columns,
        outChannels * outSize(layer, height) * outColumns,
      ) * 4,
    );
    for (let top = 0; top < rows; top += height) {
      const count = Math.min(height, rows - top);
      const first = Math.max(0, top - 1);
      const end = Math.min(rows, top + count + 1);
      const rowsIn = arena.f32(staging, inChannels * (count + 2) * columns);
      if (end - first < count + 2) rowsIn.fill(0); // beyond the image
      for (let c = 0; c < inChannels; c++) {
        const part = planes.subarray((c * rows + first) * columns, (c * rows + end) * columns);
        rowsIn.set(part, (c * (count + 2) + first - top + 1) * columns);
      }
      wasm.planesToPixels(pixels, staging, inChannels, count + 2, columns);
      const strip = pixels + (columns + 2) * inChannels * 4;
      this.forward(network, strip, made, scratchAt, 1, count, columns, rows);
      const countOut = outSize(layer, count);
      wasm.pixelsToPlanes(staging, made, outChannels, countOut, outColumns);
      const length = countOut * outColumns;
      const rowsOut = arena.f32(staging, outChannels * length);
      for (let o = 0; o < outChannels; o++) {
        const to = (o * outRows + outSize(layer, top)) * outColumns;
        out.set(rowsOut.subarray(o * length, (o + 1) * length), to);
      }
    }
    arena.release(mark);
  }

  /**
   * Bytes of the largest activations of one image, and of the scratch that its layers need. All weights are packed
   * before the first layer runs: an engine that compiles the layers' code better beside us then no longer slows it.
   */
  private prepare(
    network: LoadedNetwork,
    rows: number,
    columns: number,
  ): { largest: number; scratch: number } {
    let largest = 0;
    let scratch = 0;
    for (const packed of network.layers) {
      const { layer } = packed;
      const { inChannels, outChannels } = layer;
      packWeights(this.wasm, this.arena, packed, rows, columns);
      largest = Math.max(
        largest,
        bordered(rows, columns, inChannels),
        bordered(outSize(layer, rows), outSize(layer, columns), outChannels),
      );
      scratch = Math.max(scratch, scratchBytes(this.wasm, layer, rows, columns));
      rows = outSize(layer, rows);
      columns = outSize(layer, columns);
    }
    return { largest, scratch };
  }

  /**
   * n images of bordered pixels through all layers, to and fro; returns where the result is and the
   * other. The image's own rows choose the algorithm when only a strip of it is given.
   */
  private forward(
    network: LoadedNetwork,
    from: number,
    to: number,
    scratch: number,
    n: number,
    rows: number,
    columns: number,
    imageRows = rows,
  ): [number, number] {
    for (const packed of network.layers) {
      // biome-ignore format: one call, one line
      convolveImages(this.wasm, this.arena, packed, to, from, scratch, n, rows, columns, imageRows);
      [from, to] = [to, from];
      imageRows = outSize(packed.layer, imageRows);
      rows = outSize(packed.layer, rows);
      columns = outSize(packed.layer, columns);
    }
    return [from, to];
  }

  /** One layer of any kind on one image (inChannels, rows, columns) -> (outChannels, ...), pooled if the layer says so. */
  convolve(layer: ConvLayer, planes: Float32Array, rows: number, columns: number): Float32Array {
    const network = this.load([layer]);
    try {
      return this.run(network, planes, 1, rows, columns).planes;
    } finally {
      this.unload(network);
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
   * (channels, outRows, outColumns). No low-pass: blur first when shrinking by more than two. `out`
   * takes the result if given: a fresh large array costs more than the resizing.
   */
  resizeBilinear(
    planes: Float32Array,
    channels: number,
    rows: number,
    columns: number,
    outRows: number,
    outColumns: number,
    out?: Float32Array,
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
    if (out) expectLength('resizeBilinear: out', out, channels * outImage);
    const result = out ?? new Float32Array(channels * outImage);
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

  /**
   * Blur of each plane of planes (channels, rows, columns) along both axes by symmetric weights
   * (radius + 1): of the middle and of each step away from it. Border pixels are repeated outwards.
   * `out` takes the result if given; it may be the planes.
   */
  blur(
    planes: Float32Array,
    channels: number,
    rows: number,
    columns: number,
    weights: ArrayLike<number>,
    out?: Float32Array,
  ): Float32Array {
    expectSizes('blur', { channels, rows, columns });
    expectLength('blur: planes', planes, channels * rows * columns);
    if (weights.length === 0) throw new ShapeError('blur: expected at least one weight, got none.');
    const { arena, wasm } = this;
    const radius = weights.length - 1;
    const image = rows * columns;
    if (out) expectLength('blur: out', out, planes.length);
    const result = out ?? new Float32Array(planes.length);
    const mark = arena.mark();
    try {
      const from = arena.alloc(image * 4);
      const to = arena.alloc(image * 4);
      const half = arena.put(Float32Array.from(weights, (weight, i) => (i ? weight : weight / 2)));
      const line = arena.alloc((columns + 2 * radius) * 4);
      for (let c = 0; c < channels; c++) {
        arena.f32(from, image).set(planes.subarray(c * image, (c + 1) * image));
        wasm.blur(to, from, rows, columns, half, radius, line);
        result.set(arena.f32(to, image), c * image);
      }
    } finally {
      arena.release(mark);
    }
    return result;
  }

  /**
   * Squared Euclidean distances: queries (n, dimension), prototypes (m, dimension) -> (n, m).
   * To at most 32 prototypes as sums of squared differences, accurate to (dimension + 3) 2^-24 of
   * each distance; to more as |q|^2 + |p|^2 - 2 q.p, never negative, in two thirds of the time and
   * accurate to 2 (dimension + 3) 2^-24 (|q|^2 + |p|^2). Equal vectors are exactly 0 apart, and a
   * pair's bits depend on its two vectors and the form only. `out` (n, m) takes the result if given.
   */
  squaredEuclidean(
    queries: Float32Array,
    prototypes: Float32Array,
    dimension: number,
    out?: Float32Array,
  ): Float32Array {
    const [, m] = vectorCounts('squaredEuclidean', queries, prototypes, dimension);
    return this.matrix(queries, prototypes, dimension, m <= FEW ? DIFFERENCES : EXPANDED, out);
  }

  /**
   * As squaredEuclidean, always as sums of squared differences: the distances of few vectors to many.
   * The same bits whichever of the two are called prototypes.
   */
  squaredDifferences(
    queries: Float32Array,
    prototypes: Float32Array,
    dimension: number,
    out?: Float32Array,
  ): Float32Array {
    vectorCounts('squaredDifferences', queries, prototypes, dimension);
    return this.matrix(queries, prototypes, dimension, DIFFERENCES, out);
  }

  /**
   * Sum of the rows of values (weights, length), each times its weight, into out (length): as plain
   * numbers from the first row to the last, to the bit.
   */
  weightedSum(values: Float32Array, weights: Float64Array, out: Float64Array): void {
    const n = weights.length;
    expectLength('weightedSum: values', values, n * out.length);
    const { arena, wasm } = this;
    const mark = arena.mark();
    try {
      const to = arena.alloc(out.length * 8);
      const factors = arena.alloc(n * 8);
      arena.f64(factors, n).set(weights);
      wasm.weightedSum(to, arena.put(values), factors, n, out.length);
      out.set(arena.f64(to, out.length));
    } finally {
      arena.release(mark);
    }
  }

  /** Little-endian IEEE 754 binary16 as f32: the numbers that the plain arithmetic of weights/arithmetic.ts gives. */
  widenHalves(bytes: Uint8Array): Float32Array {
    const { arena, wasm } = this;
    const n = bytes.length >> 1;
    const mark = arena.mark();
    try {
      const to = arena.alloc(n * 4);
      const from = arena.alloc(n * 2);
      arena.u8(from, n * 2).set(bytes.subarray(0, n * 2));
      wasm.widenHalves(to, from, n);
      return arena.f32(to, n).slice();
    } finally {
      arena.release(mark);
    }
  }

  /** The rows of values (factors, length), each times its factor in f64, in place, as the plain arithmetic of weights/arithmetic.ts to the bit. */
  scaleRows(values: Float32Array, factors: Float64Array): void {
    const { arena, wasm } = this;
    const rows = factors.length;
    const length = rows > 0 ? values.length / rows : 0;
    expectLength('scaleRows: values', values, rows * Math.floor(length));
    const mark = arena.mark();
    try {
      const at = arena.put(values);
      const by = arena.alloc(rows * 8);
      arena.f64(by, rows).set(factors);
      wasm.scaleRows(at, at, by, rows, length);
      values.set(arena.f32(at, values.length));
    } finally {
      arena.release(mark);
    }
  }

  /** Cosine similarities, 0 for a zero vector: queries (n, dimension), prototypes (m, dimension) -> (n, m). */
  cosine(
    queries: Float32Array,
    prototypes: Float32Array,
    dimension: number,
    out?: Float32Array,
  ): Float32Array {
    vectorCounts('cosine', queries, prototypes, dimension);
    return this.matrix(queries, prototypes, dimension, COSINE, out);
  }

  /**
   * The nearest of prototypes (m, dimension) to each of queries (n, dimension): its index (n) and
   * squared Euclidean distance (n), the least of the query's row of squaredEuclidean() to the bit,
   * the lowest index of equals. -1 and Infinity where no distance is finite. The matrix is never
   * stored.
   */
  nearest(queries: Float32Array, prototypes: Float32Array, dimension: number): Nearest {
    const [n, m] = vectorCounts('nearest', queries, prototypes, dimension);
    const form = m <= FEW ? DIFFERENCES : EXPANDED;
    const found = { index: new Int32Array(n), distance: new Float32Array(n) };
    this.inPasses(queries, prototypes, dimension, form, 2, (to, q, p, count, first) => {
      const { arena, wasm } = this;
      const at = to + count * 4;
      // biome-ignore format: one call, one line
      wasm.nearest(to, at, q.blocks, p.blocks, q.norms, p.norms, count, m, dimension, form, p.tile);
      found.index.set(arena.i32(to, count), first);
      found.distance.set(arena.f32(at, count), first);
    });
    return found;
  }

  private matrix(
    queries: Float32Array,
    prototypes: Float32Array,
    dimension: number,
    form: number,
    given?: Float32Array,
  ): Float32Array {
    const m = prototypes.length / dimension;
    const size = (queries.length / dimension) * m;
    if (given) expectLength('out', given, size);
    const out = given ?? new Float32Array(size);
    this.inPasses(queries, prototypes, dimension, form, m, (to, q, p, count, first) => {
      const { arena, wasm } = this;
      // biome-ignore format: one call, one line
      wasm.distances(to, q.blocks, p.blocks, q.norms, p.norms, count, m, dimension, form, p.tile);
      out.set(arena.f32(to, count * m), first * m);
    });
    return out;
  }

  /**
   * Pack the prototypes once and then as many queries at a time as leave them and their results,
   * `width` values each, in the cache; compute gets both and writes to `to`.
   */
  private inPasses(
    queries: Float32Array,
    prototypes: Float32Array,
    dimension: number,
    form: number,
    width: number,
    compute: (to: number, q: Packed, p: Packed, count: number, first: number) => void,
  ): void {
    const { arena } = this;
    const n = queries.length / dimension;
    const step = Math.max(8, Math.floor(PASS_FLOATS / Math.max(width, dimension) / 8) * 8);
    const mark = arena.mark();
    try {
      const p = this.packVectors(prototypes, dimension, form);
      const to = arena.alloc(Math.min(n, step) * width * 4);
      const each = arena.mark();
      for (let first = 0; first < n; first += step) {
        const end = Math.min(n, first + step);
        const part = queries.subarray(first * dimension, end * dimension);
        compute(to, this.packVectors(part, dimension, form), p, end - first, first);
        arena.release(each);
      }
    } finally {
      arena.release(mark);
    }
  }

  private packVectors(vectors: Float32Array, dimension: number, form: number): Packed {
    const { arena, wasm } = this;
    const n = vectors.length / dimension;
    const blocks = this.packed(vectors, dimension, 8);
    const norms = arena.alloc(Math.ceil(n / 8) * 32);
    if (form !== DIFFERENCES) wasm.norms(norms, blocks, n, dimension, form === COSINE ? 1 : 0);
    return { blocks, norms, tile: arena.alloc(128) };
  }

  /** Vectors in blocks of `width`, see assembly/pack.ts. They pass a piece at a time, in the cache. */
  private packed(vectors: Float32Array, dimension: number, width: number, origin = 0): number {
    const { arena, wasm } = this;
    const n = vectors.length / dimension;
    const blocks = arena.alloc(Math.ceil(n / width) * width * dimension * 4);
    const mark = arena.mark();
    const step = Math.max(width, Math.floor(PASS_FLOATS / dimension / width) * width);
    const staging = arena.alloc(Math.min(n, step) * dimension * 4);
    for (let first = 0; first < n; first += step) {
      const part = vectors.subarray(first * dimension, (first + step) * dimension);
      arena.f32(staging, part.length).set(part);
      const to = blocks + first * dimension * 4;
      wasm.packPoints(to, staging, part.length / dimension, dimension, width);
      // While they are in the cache.
      if (origin) wasm.movePoints(to, origin, part.length / dimension, dimension);
    }
    arena.release(mark);
    return blocks;
  }

  /**
   * k-means of points (n, dimension): k-means++ seeding (Arthur and Vassilvitskii 2007), then Lloyd
   * iterations until the inertia settles, all inside the module. An empty cluster is moved to the
   * point farthest from its centre. Points are taken relative to the first, so that it does not matter how far from 0
   * they lie. Throws AdatomError when a point is not finite, or its square 4e37 or more.
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
    const out = options.labels ?? new Int32Array(n);
    expectLength('kmeans: labels', out, n);
    const mark = arena.mark();
    try {
      const padded = Math.ceil(n / 16) * 16;
      const centres = arena.alloc(k * dimension * 4);
      const counts = arena.alloc(k * 4);
      const sums = arena.alloc(k * dimension * 8);
      const planes = arena.alloc(k * (dimension + 1) * 4);
      const uniforms = arena.alloc(k * 8);
      const result = arena.alloc(8);
      const labels = arena.alloc(padded * 4); // before, distances while the seeds are drawn
      const origin = arena.alloc(dimension * 4);
      const first = points.subarray(0, dimension);
      arena.f32(origin, dimension).set(first);
      const blocks = this.packed(points, dimension, 16, origin);
      const random = new Random(seed);
      arena.f64(uniforms, k).set(Array.from({ length: k }, () => random.uniform()));

      wasm.kmeansSeeds(centres, labels, blocks, uniforms, n, k, dimension);
      // biome-ignore format: one call, one line
      const iterations = wasm.kmeans(
        result, labels, centres, counts, sums, planes, blocks, n, k, dimension,
        Math.min(maxIterations, 0x7fffffff), tolerance,
      );
      const inertia = arena.f64(result, 1)[0];
      if (!(inertia < Infinity)) {
        throw new AdatomError(
          'kmeans: expected finite points with squares below 4e37, got others.',
        );
      }
      out.set(arena.i32(labels, n));
      return {
        centres: arena.f32(centres, k * dimension).map((c, i) => c + first[i % dimension]),
        labels: out,
        counts: arena.i32(counts, k).slice(),
        inertia,
        iterations,
      };
    } finally {
      arena.release(mark);
    }
  }
}

/** An image that lies in one array, (channels, rows, columns), and a place for its result. */
function streamOf(
  planes: Float32Array,
  rows: number,
  columns: number,
  out: Float32Array,
  outRows: number,
  outColumns: number,
): RowStream {
  return {
    read(to, top, bottom) {
      const length = (bottom - top) * columns;
      for (let at = 0, from = top * columns; at < to.length; at += length, from += rows * columns) {
        to.set(planes.subarray(from, from + length), at);
      }
    },
    write(from, top, bottom) {
      const length = (bottom - top) * outColumns;
      for (let at = 0, to = top * outColumns; at < from.length; at += length) {
        out.set(from.subarray(at, at + length), to);
        to += outRows * outColumns;
      }
    },
  };
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

import { distances } from '../distances';
import { kmeansStep } from '../kmeans';
import { alloc, Block } from './block';
import { Kind, Layer } from './network';
import { conv3x3 } from '../conv2d';
import { winograd3x3, winogradScratch } from '../winograd';
import { now, print } from './wasi';

/** Each kernel runs again and again for so long, in ms, and its fastest run counts. */
const LONG_ENOUGH: f64 = 150;
const SIDE = 64;
const CHANNELS = 32;
const VECTORS = 512;
const DIMENSION = 128;
const POINTS = 16384;
const CLUSTERS = 8;

/** A kernel with its operands. */
abstract class Work {
  abstract run(): void;
}

/** Print GFLOP/s of the kernels that take the time; Winograd's as if it were computed directly. */
export function measureThroughput(): void {
  const convolution = 18 * <f64>(CHANNELS * CHANNELS * SIDE * SIDE);
  const pairs = 2 * <f64>VECTORS * VECTORS * DIMENSION;
  measure('conv 3x3 direct', convolution, new Convolution(Kind.direct));
  measure('conv 3x3 winograd', convolution, new Convolution(Kind.winograd));
  measure('squared distances', pairs, new Distances());
  measure('k-means step', 2 * <f64>(POINTS * CLUSTERS * 16), new Step());
}

class Convolution extends Work {
  private layer: Layer;
  private pixels: usize = ramp((SIDE + 2) * (SIDE + 2) * CHANNELS).at;
  private out: usize = alloc((SIDE + 2) * (SIDE + 2) * CHANNELS * 4);
  private scratch: usize = alloc(winogradScratch(CHANNELS, CHANNELS));

  constructor(kind: Kind) {
    super();
    const none = new Block(CHANNELS);
    this.layer = new Layer(kind, CHANNELS, CHANNELS, ramp(CHANNELS * CHANNELS * 9), none, none, none, 0);
  }

  run(): void {
    const w = this.layer.packed, p = this.layer.parameters;
    if (this.layer.kind == Kind.direct) {
      conv3x3(this.out, this.pixels, w, p, SIDE, SIDE, CHANNELS, CHANNELS, 0);
    } else {
      winograd3x3(this.out, this.pixels, w, p, this.scratch, 1, SIDE, SIDE, CHANNELS, CHANNELS, 0);
    }
  }
}

class Distances extends Work {
  private vectors: usize = ramp(VECTORS * DIMENSION).at;
  private norms: usize = ramp(VECTORS).at;
  private out: usize = alloc(VECTORS * VECTORS * 4);
  private tile: usize = alloc(128);

  run(): void {
    const v = this.vectors;
    distances(this.out, v, v, this.norms, this.norms, VECTORS, VECTORS, DIMENSION, 1, this.tile);
  }
}

class Step extends Work {
  private points: usize = ramp(POINTS * 16).at;
  private centres: usize = ramp(CLUSTERS * 16).at;
  private labels: usize = alloc(POINTS * 4);
  private sums: usize = alloc(CLUSTERS * 16 * 8);
  private counts: usize = alloc(CLUSTERS * 4);
  private planes: usize = alloc(CLUSTERS * 17 * 4);

  run(): void {
    const points = this.points, labels = this.labels;
    kmeansStep(labels, this.sums, this.counts, this.planes, points, this.centres, POINTS, CLUSTERS, 16, false);
  }
}

function ramp(n: i32): Block {
  const block = new Block(n);
  for (let i = 0; i < n; i++) f32.store(block.from(i), <f32>((i % 31) - 15) / 16);
  return block;
}

function measure(name: string, flop: f64, work: Work): void {
  let least: f64 = Infinity;
  const start = now();
  for (let end = start; end - start < LONG_ENOUGH; ) {
    const from = now();
    work.run();
    end = now();
    least = min(least, end - from);
  }
  const tenths = <i32>(flop / least / 1e5);
  print(`${name}: ${tenths / 10}.${tenths % 10} GFLOP/s`);
}

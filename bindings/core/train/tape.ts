import type { Arena } from '../arena.ts';
import { ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import { bordered, convolveImages, packedBytes, packLayer, scratchBytes } from '../packed.ts';
import type { WasmExports } from '../wasm.ts';
import type { ConvNode, Plan } from './plan.ts';
import { transposed } from './transposed.ts';

/** Of assembly/epilogue.ts. */
const RELU = 4;
const POOL = 8;
/** PyTorch's default for BatchNorm2d. */
export const EPS = 1e-5;

/** What a node leaves behind on the way forwards. Addresses of n images of bordered pixels. */
interface Made {
  rows: number;
  columns: number;
  /** The convolution's own output; its gradient on the way back. */
  sums: number;
  sumRows: number;
  sumColumns: number;
  out: number;
  /** Gradient of the loss at out; 0 until there is one. */
  gradient: number;
  /** scale, shift, slope and offset of batchnorm.ts, (outChannels) each; 0 where nothing follows the sum. */
  affine: number;
  mean: Float64Array;
  /** 1 / sqrt(variance + eps) */
  inverse: Float64Array;
}

/**
 * One pass of a mini-batch through a network and back, in the module's memory: the only file of
 * training that knows addresses. Batch-norm uses the batch's own statistics (Ioffe and Szegedy 2015).
 */
export class Tape {
  private readonly wasm: WasmExports;
  private readonly arena: Arena;
  private readonly plan: Plan;
  private readonly parameters: Float32Array;
  private readonly n: number;
  private readonly made: Made[] = [];
  private readonly input: number;
  private readonly rows: number;
  private readonly columns: number;
  /** (statistics) means and unbiased variances of this batch. */
  readonly statistics: Float32Array;

  /** Runs planes (n, inChannels, rows, columns) forwards. The caller releases the arena in the end. */
  constructor(
    kernels: Kernels,
    plan: Plan,
    parameters: Float32Array,
    planes: Float32Array,
    n: number,
    rows: number,
    columns: number,
  ) {
    this.wasm = kernels.wasm;
    this.arena = kernels.arena;
    this.plan = plan;
    this.parameters = parameters;
    this.n = n;
    this.rows = rows;
    this.columns = columns;
    if (planes.length !== n * plan.inChannels * rows * columns || n === 0) {
      throw new ShapeError(
        `train: expected ${n} images of ${plan.inChannels} x ${rows} x ${columns}, at least one, got ${planes.length} values.`,
      );
    }
    this.statistics = new Float32Array(plan.statistics);
    this.input = this.putImages(planes);
    plan.nodes.forEach((_, index) => {
      this.made.push(this.forward(index));
    });
  }

  /** The network's output as pixels (n, rows, columns, channels), without borders. */
  output(): { values: Float32Array; rows: number; columns: number } {
    const { out, rows, columns } = this.made[this.made.length - 1];
    const channels = this.plan.outChannels;
    const run = columns * channels;
    const values = new Float32Array(this.n * rows * run);
    for (let i = 0; i < this.n; i++) {
      for (let y = 0; y < rows; y++) {
        const at = out + bordered(rows, columns, channels) * i;
        const from = at + ((y + 1) * (columns + 2) + 1) * channels * 4;
        values.set(this.arena.f32(from, run), (i * rows + y) * run);
      }
    }
    return { values, rows, columns };
  }

  /** From the loss's gradient at output() to its gradient at every parameter. */
  backward(outGradient: Float32Array): Float32Array {
    const { arena, plan, made } = this;
    const last = made[made.length - 1];
    const channels = plan.outChannels;
    last.gradient = this.allocImages(last.rows, last.columns, channels);
    const run = last.columns * channels;
    const image = bordered(last.rows, last.columns, channels);
    arena.f32(last.gradient, (this.n * image) / 4).fill(0);
    for (let i = 0; i < this.n * last.rows; i++) {
      const y = i % last.rows;
      const at = last.gradient + image * Math.floor(i / last.rows);
      arena
        .f32(at + ((y + 1) * (last.columns + 2) + 1) * channels * 4, run)
        .set(outGradient.subarray(i * run, (i + 1) * run));
    }
    const gradient = new Float32Array(plan.parameters);
    for (let index = made.length - 1; index >= 0; index--) this.back(index, gradient);
    return gradient;
  }

  private forward(index: number): Made {
    const { wasm, plan, n } = this;
    const node = plan.nodes[index];
    const { out: from, rows, columns } = this.before(index);
    const made: Made = {
      rows,
      columns,
      sums: 0,
      sumRows: rows,
      sumColumns: columns,
      out: 0,
      gradient: 0,
      affine: 0,
      mean: new Float64Array(0),
      inverse: new Float64Array(0),
    };
    if (node.kind === 'concat') {
      const other = this.made[node.with];
      if (other.rows !== rows || other.columns !== columns) {
        throw new ShapeError(
          `node ${index}: expected images of equal size to append, got ${rows} x ${columns} and ${other.rows} x ${other.columns}; rows and columns must be divisible by what the pools divide them by.`,
        );
      }
      const { inChannels, outChannels } = node;
      const count = n * (rows + 2) * (columns + 2);
      const added = outChannels - inChannels;
      made.out = this.allocImages(rows, columns, outChannels);
      wasm.copyChannels(made.out, outChannels, from, inChannels, inChannels, count);
      wasm.copyChannels(made.out + inChannels * 4, outChannels, other.out, added, added, count);
      return made;
    }
    if (node.kind === 'up2x2') {
      made.rows *= 2;
      made.columns *= 2;
      made.sumRows *= 2;
      made.sumColumns *= 2;
    }
    const plain = !(node.batchNorm || node.relu || node.pool);
    made.sums = this.allocImages(made.sumRows, made.sumColumns, node.outChannels);
    this.convolve(
      {
        kind: node.kind,
        inChannels: node.inChannels,
        outChannels: node.outChannels,
        weights: this.weightsOf(node),
        ...(plain ? { bias: this.biasOf(node) } : {}),
      },
      made.sums,
      from,
      rows,
      columns,
    );
    made.out = made.sums;
    if (plain) return made;
    this.makeAffine(node, made);
    if (node.pool) {
      made.rows >>= 1;
      made.columns >>= 1;
    }
    made.out = this.allocImages(made.rows, made.columns, node.outChannels);
    const size = bordered(made.sumRows, made.sumColumns, node.outChannels);
    const outSize = bordered(made.rows, made.columns, node.outChannels);
    for (let i = 0; i < n; i++) {
      // biome-ignore format: one call, one line
      wasm.affine(made.out + i * outSize, made.sums + i * size, made.affine, made.sumRows, made.sumColumns, node.outChannels, flagsOf(node));
    }
    return made;
  }

  /** Scale and shift of what follows the sum: of the batch's moments, or of the bias alone. */
  private makeAffine(node: ConvNode, made: Made): void {
    const { arena, wasm, parameters } = this;
    const { outChannels: channels, bias } = node;
    made.affine = arena.alloc(channels * 16);
    if (!node.batchNorm) {
      const affine = arena.f32(made.affine, channels * 4).fill(0);
      affine.fill(1, 0, channels);
      affine.set(this.biasOf(node), channels);
      return;
    }
    const totals = arena.alloc(channels * 16);
    const scratch = arena.alloc(channels * 8);
    arena.f64(totals, channels * 2).fill(0);
    const size = bordered(made.sumRows, made.sumColumns, channels);
    for (let i = 0; i < this.n; i++) {
      // biome-ignore format: one call, one line
      wasm.channelMoments(totals, scratch, made.sums + i * size, made.sumRows, made.sumColumns, channels);
    }
    const sums = arena.f64(totals, channels * 2);
    const affine = arena.f32(made.affine, channels * 4).fill(0);
    const count = this.n * made.sumRows * made.sumColumns;
    made.mean = new Float64Array(channels);
    made.inverse = new Float64Array(channels);
    for (let c = 0; c < channels; c++) {
      const mean = sums[c] / count;
      const variance = Math.max(0, sums[channels + c] / count - mean * mean);
      made.mean[c] = mean;
      made.inverse[c] = 1 / Math.sqrt(variance + EPS);
      affine[c] = parameters[bias + c] * made.inverse[c];
      affine[channels + c] = parameters[bias + channels + c] - mean * affine[c];
      this.statistics[node.statistics + c] = mean;
      this.statistics[node.statistics + channels + c] = (variance * count) / Math.max(1, count - 1);
    }
  }

  private back(index: number, gradient: Float32Array): void {
    const { wasm, arena, plan, n } = this;
    const node = plan.nodes[index];
    const made = this.made[index];
    if (!made.gradient) throw new ShapeError(`node ${index}: nothing that follows uses it.`);
    const { out: from, rows, columns } = this.before(index);
    if (node.kind === 'concat') {
      const { inChannels, outChannels } = node;
      const added = outChannels - inChannels;
      const count = n * (rows + 2) * (columns + 2);
      const first = this.allocImages(rows, columns, inChannels);
      wasm.copyChannels(first, inChannels, made.gradient, outChannels, inChannels, count);
      this.give(index - 1, first);
      const second = this.allocImages(rows, columns, added);
      wasm.copyChannels(second, added, made.gradient + inChannels * 4, outChannels, added, count);
      this.give(node.with, second);
      return;
    }
    let at = this.backThroughAffine(node, made, gradient);
    let channels = node.outChannels;
    const mark = arena.mark();
    const up = node.kind === 'up2x2';
    const kept = index > 0 ? this.allocImages(rows, columns, node.inChannels) : 0;
    const afterKept = arena.mark();
    if (up) {
      const size = bordered(made.sumRows, made.sumColumns, channels);
      const gathered = this.allocImages(rows, columns, channels * 4);
      const image = bordered(rows, columns, channels * 4);
      for (let i = 0; i < n; i++) {
        wasm.gather2x2(gathered + i * image, at + i * size, rows, columns, channels);
      }
      at = gathered;
      channels *= 4;
    }
    this.weightGradients(node, from, at, channels, rows, columns, gradient);
    if (index === 0) {
      arena.release(mark);
      return;
    }
    const { kind, inChannels, outChannels } = node;
    const layer = transposed(kind, inChannels, outChannels, this.weightsOf(node));
    this.convolve(layer, kept, at, rows, columns);
    arena.release(afterKept);
    this.give(index - 1, kept);
  }

  /** The gradient at a node's sums (in their place), and at what follows them. */
  private backThroughAffine(node: ConvNode, made: Made, gradient: Float32Array): number {
    const { wasm, arena, n, parameters } = this;
    const { outChannels: channels, bias } = node;
    const size = bordered(made.sumRows, made.sumColumns, channels);
    const outSize = bordered(made.rows, made.columns, channels);
    if (!made.affine) {
      const values = arena.f32(made.gradient, (n * outSize) / 4);
      const sums = new Float64Array(channels);
      for (let i = 0; i < values.length; i++) sums[i % channels] += values[i];
      gradient.set(sums, bias);
      return made.gradient;
    }
    const mark = arena.mark();
    const totals = arena.alloc(channels * 16);
    const scratch = arena.alloc(channels * 8);
    arena.f64(totals, channels * 2).fill(0);
    for (let i = 0; i < n; i++) {
      // biome-ignore format: one call, one line
      wasm.affineSums(totals, scratch, made.sums + i * size, made.gradient + i * outSize, made.affine, made.sumRows, made.sumColumns, channels, flagsOf(node));
    }
    const sums = arena.f64(totals, channels * 2);
    const affine = arena.f32(made.affine, channels * 4);
    const count = n * made.sumRows * made.sumColumns;
    for (let c = 0; c < channels; c++) {
      if (!node.batchNorm) {
        gradient[bias + c] = sums[c];
        continue;
      }
      const mean = made.mean[c];
      const inverse = made.inverse[c];
      const toGamma = (sums[channels + c] - mean * sums[c]) * inverse;
      gradient[bias + c] = toGamma;
      gradient[bias + channels + c] = sums[c];
      const scale = parameters[bias + c] * inverse;
      const slope = (-scale * inverse * toGamma) / count;
      affine[channels * 2 + c] = slope;
      affine[channels * 3 + c] = (-scale * sums[c]) / count - slope * mean;
    }
    for (let i = 0; i < n; i++) {
      // biome-ignore format: one call, one line
      wasm.affineBackward(made.sums + i * size, made.gradient + i * outSize, made.affine, made.sumRows, made.sumColumns, channels, flagsOf(node));
    }
    arena.release(mark);
    return made.sums;
  }

  /** Gradient of a convolution's weights: tap by tap, the outer products of inputs and output gradients. */
  private weightGradients(
    node: ConvNode,
    from: number,
    at: number,
    channels: number,
    rows: number,
    columns: number,
    gradient: Float32Array,
  ): void {
    const { wasm, arena, n } = this;
    const { kind, inChannels, outChannels } = node;
    const size = bordered(rows, columns, inChannels);
    const outSize = bordered(rows, columns, channels);
    const reach = kind === '3x3' ? 1 : 0;
    const side = 2 * reach + 1;
    const block = inChannels * channels;
    const mark = arena.mark();
    const sums = arena.alloc(side * side * block * 4);
    arena.f32(sums, side * side * block).fill(0);
    const first = columns + 3;
    const count = rows * (columns + 2) - 2;
    for (let i = 0; i < n; i++) {
      for (let tap = 0; tap < side * side; tap++) {
        const shift = (Math.floor(tap / side) - reach) * (columns + 2) + (tap % side) - reach;
        const a = from + i * size + (first + shift) * inChannels * 4;
        const b = at + i * outSize + first * channels * 4;
        wasm.weightGradient(sums + tap * block * 4, a, b, count, inChannels, channels);
      }
    }
    const values = arena.f32(sums, side * side * block);
    const taps = kind === 'up2x2' ? 4 : side * side;
    for (let i = 0; i < inChannels; i++) {
      for (let o = 0; o < outChannels; o++) {
        for (let tap = 0; tap < taps; tap++) {
          const [to, source] =
            kind === 'up2x2'
              ? [(i * outChannels + o) * taps + tap, i * channels + tap * outChannels + o]
              : [(o * inChannels + i) * taps + tap, tap * block + i * channels + o];
          gradient[node.weights + to] = values[source];
        }
      }
    }
    arena.release(mark);
  }

  /** A contribution to the gradient at a node's output. */
  private give(index: number, gradient: number): void {
    if (index < 0) return;
    const made = this.made[index];
    if (!made.gradient) {
      made.gradient = gradient;
      return;
    }
    const { outChannels } = this.plan.nodes[index];
    const count = (this.n * bordered(made.rows, made.columns, outChannels)) / 4;
    this.wasm.accumulate(made.gradient, gradient, count);
  }

  private convolve(
    layer: ConvLayer,
    to: number,
    from: number,
    rows: number,
    columns: number,
  ): void {
    const { arena, wasm } = this;
    const mark = arena.mark();
    const packed = packLayer(arena, layer, arena.alloc(packedBytes(layer)));
    const scratch = arena.alloc(scratchBytes(wasm, layer, rows, columns));
    convolveImages(wasm, arena, packed, to, from, scratch, this.n, rows, columns);
    arena.release(mark);
  }

  private before(index: number): Pick<Made, 'out' | 'rows' | 'columns'> {
    const { input: out, rows, columns } = this;
    return index > 0 ? this.made[index - 1] : { out, rows, columns };
  }

  private allocImages(rows: number, columns: number, channels: number): number {
    return this.arena.alloc(this.n * bordered(rows, columns, channels));
  }

  private putImages(planes: Float32Array): number {
    const { arena, wasm, n, rows, columns } = this;
    const { inChannels } = this.plan;
    const pixels = this.allocImages(rows, columns, inChannels);
    const mark = arena.mark();
    const at = arena.put(planes);
    const size = bordered(rows, columns, inChannels);
    const image = inChannels * rows * columns * 4;
    for (let i = 0; i < n; i++) {
      wasm.planesToPixels(pixels + i * size, at + i * image, inChannels, rows, columns);
    }
    arena.release(mark);
    return pixels;
  }

  private weightsOf({ weights, weightsLength }: ConvNode): Float32Array {
    return this.parameters.subarray(weights, weights + weightsLength);
  }

  private biasOf({ bias, outChannels }: ConvNode): Float32Array {
    return this.parameters.subarray(bias, bias + outChannels);
  }
}

function flagsOf({ relu, pool }: ConvNode): number {
  return (relu ? RELU : 0) | (pool ? POOL : 0);
}

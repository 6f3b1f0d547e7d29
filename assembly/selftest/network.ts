// One layer at a time through the kernels, whole images, as bindings/core/packed.ts lays them out.

import { conv1x1 } from '../conv1x1';
import { conv3x3 } from '../conv2d';
import { AFFINE, POOL, RELU_AFTER, RELU_BEFORE } from '../epilogue';
import { pixelsToPlanes, planesToPixels } from '../layout';
import { upConv2x2 } from '../upconv2d';
import { winograd3x3, winogradScratch, winogradWeights } from '../winograd';
import { alloc, Block } from './block';

export enum Kind {
  direct,
  winograd,
  one,
  up,
}

/** The epilogue of a layer that has everything. */
export const ALL = RELU_BEFORE | AFFINE | RELU_AFTER;
export { POOL };

export class Layer {
  parameters: usize = 0;
  packed: usize = 0;

  /** weights as PyTorch stores them; flags as in epilogue.ts. */
  constructor(
    public kind: Kind,
    public inChannels: i32,
    public outChannels: i32,
    weights: Block,
    bias: Block,
    scale: Block,
    shift: Block,
    public flags: i32,
  ) {
    const groups = (outChannels + 7) >> 3;
    const length: usize = (<usize>groups) << 5;
    this.parameters = alloc(length * 3);
    memory.copy(this.parameters, bias.at, bias.bytes);
    memory.copy(this.parameters + length, scale.at, scale.bytes);
    memory.copy(this.parameters + length * 2, shift.at, shift.bytes);
    if (kind == Kind.winograd) {
      this.packed = alloc(length * <usize>inChannels * 36);
      winogradWeights(this.packed, weights.at, inChannels, outChannels);
    } else {
      this.packed = packed(kind, inChannels, outChannels, weights);
    }
  }

  /** Bordered pixels of one image to those of the next; returns their address. */
  run(pixels: usize, rows: i32, columns: i32): usize {
    const from = this.inChannels, to = this.outChannels;
    const out = alloc(bordered(this.outSize(rows), this.outSize(columns), to));
    const p = this.parameters, w = this.packed, flags = this.flags;
    if (this.kind == Kind.winograd) {
      const scratch = alloc(winogradScratch(from, to));
      winograd3x3(out, pixels, w, p, scratch, 1, rows, columns, from, to, flags);
    } else if (this.kind == Kind.direct) {
      conv3x3(out, pixels, w, p, rows, columns, from, to, flags);
    } else if (this.kind == Kind.one) {
      conv1x1(out, pixels, w, p, rows, columns, from, to, flags);
    } else {
      upConv2x2(out, pixels, w, p, rows, columns, from, to, flags);
    }
    return out;
  }

  outSize(size: i32): i32 {
    if (this.kind == Kind.up) return size * 2;
    return this.flags & POOL ? size >> 1 : size;
  }
}

/** Planes (n, channels, rows, columns) through all layers to planes. */
export function runNetwork(layers: Layer[], planes: Block, n: i32, rows: i32, columns: i32): Block {
  const last = layers[layers.length - 1];
  let outRows = rows, outColumns = columns;
  for (let i = 0; i < layers.length; i++) {
    outRows = layers[i].outSize(outRows);
    outColumns = layers[i].outSize(outColumns);
  }
  const first = layers[0].inChannels;
  const result = new Block(n * last.outChannels * outRows * outColumns);
  for (let image = 0; image < n; image++) {
    let pixels = alloc(bordered(rows, columns, first));
    planesToPixels(pixels, planes.from(image * first * rows * columns), first, rows, columns);
    let y = rows, x = columns;
    for (let i = 0; i < layers.length; i++) {
      pixels = layers[i].run(pixels, y, x);
      y = layers[i].outSize(y);
      x = layers[i].outSize(x);
    }
    const to = result.from(image * last.outChannels * y * x);
    pixelsToPlanes(to, pixels, last.outChannels, y, x);
  }
  return result;
}

/** Weights as the kernels but Winograd's read them: '3x3' and '1x1' (groups, taps, inChannels, 8), up (taps, groups, inChannels, 8). */
function packed(kind: Kind, inChannels: i32, outChannels: i32, weights: Block): usize {
  const groups = (outChannels + 7) >> 3;
  const up = kind == Kind.up;
  const taps = up ? 4 : kind == Kind.one ? 1 : 9;
  const at = alloc((<usize>(groups * inChannels * taps)) << 5);
  const tapStep = up ? groups * inChannels * 8 : inChannels * 8;
  const groupStep = up ? inChannels * 8 : taps * inChannels * 8;
  for (let o = 0; o < outChannels; o++) {
    for (let i = 0; i < inChannels; i++) {
      const from = (up ? i * outChannels + o : o * inChannels + i) * taps;
      for (let tap = 0; tap < taps; tap++) {
        const to = (o >> 3) * groupStep + (o & 7) + tap * tapStep + i * 8;
        f32.store(at + ((<usize>to) << 2), weights.get(from + tap));
      }
    }
  }
  return at;
}

/** Bytes of an image of pixels with a one-pixel border. */
export function bordered(rows: i32, columns: i32, channels: i32): usize {
  return (<usize>((rows + 2) * (columns + 2) * channels)) << 2;
}

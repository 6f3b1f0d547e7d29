import type { ConvLayer } from '../../bindings/core/kernels.ts';
import { values } from './guarded.ts';

// What the tests of the convolution kernels share: seeded layers, and the packing of their weights
// written out from the kernels' own description.

export const RELU_BEFORE = 1;
export const AFFINE = 2;
export const RELU_AFTER = 4;
export const POOL = 8;

/** A layer whose epilogue is named by the kernels' flags. */
export function layerOf(
  kind: '3x3' | '1x1' | 'up2x2',
  inChannels: number,
  outChannels: number,
  flags = 0,
): ConvLayer {
  const taps = { '3x3': 9, '1x1': 1, up2x2: 4 }[kind];
  return {
    kind,
    inChannels,
    outChannels,
    weights: values(inChannels * outChannels * taps, 11),
    bias: values(outChannels, 12),
    ...(flags & AFFINE && { scale: values(outChannels, 13), shift: values(outChannels, 14) }),
    reluBefore: (flags & RELU_BEFORE) > 0,
    reluAfter: (flags & RELU_AFTER) > 0,
    pool: (flags & POOL) > 0,
  };
}

export function flagsOf(l: ConvLayer): number {
  return (
    (l.reluBefore ? RELU_BEFORE : 0) |
    (l.scale ? AFFINE : 0) |
    (l.reluAfter ? RELU_AFTER : 0) |
    (l.pool ? POOL : 0)
  );
}

/** (groups of eight output channels, taps, inChannels, 8), zero where there is no channel. */
export function packGroups(
  { inChannels, outChannels }: ConvLayer,
  taps: number,
  weight: (o: number, i: number, tap: number) => number,
): number[] {
  const packed: number[] = [];
  for (let group = 0; group < outChannels; group += 8) {
    for (let tap = 0; tap < taps; tap++) {
      for (let i = 0; i < inChannels; i++) {
        for (let o = group; o < group + 8; o++)
          packed.push(o < outChannels ? weight(o, i, tap) : 0);
      }
    }
  }
  return packed;
}

/** Bias, scale and shift, each padded to whole groups of eight. */
export function packParameters({ bias, scale, shift, outChannels }: ConvLayer): Float32Array {
  const length = Math.ceil(outChannels / 8) * 8;
  const packed = new Float32Array(length * 3);
  for (const [i, part] of [bias, scale, shift].entries()) packed.set(part ?? [], i * length);
  return packed;
}

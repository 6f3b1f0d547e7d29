import type { ConvLayer } from '../../bindings/core/kernels.ts';
import { finish } from './epilogue.ts';

/** 1x1 convolution: planes (inChannels, rows, columns) -> (outChannels, rows, columns). */
export function conv1x1(
  layer: ConvLayer,
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const { inChannels, outChannels, weights } = layer;
  const image = rows * columns;
  const out = new Float64Array(outChannels * image);
  for (let o = 0; o < outChannels; o++) {
    for (let at = 0; at < image; at++) {
      let sum = 0;
      for (let i = 0; i < inChannels; i++) {
        sum += weights[o * inChannels + i] * planes[i * image + at];
      }
      out[o * image + at] = finish(layer, o, sum);
    }
  }
  return out;
}

import type { ConvLayer } from '../../bindings/core/kernels.ts';
import { finish } from './epilogue.ts';

/**
 * Transposed convolution 2x2 with stride 2: planes (inChannels, rows, columns) ->
 * (outChannels, 2 rows, 2 columns). weights (inChannels, outChannels, 2, 2).
 */
export function upConv2x2(
  layer: ConvLayer,
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const { inChannels, outChannels, weights } = layer;
  const out = new Float64Array(outChannels * 4 * rows * columns);
  for (let o = 0; o < outChannels; o++) {
    for (let y = 0; y < 2 * rows; y++) {
      for (let x = 0; x < 2 * columns; x++) {
        let sum = 0;
        for (let i = 0; i < inChannels; i++) {
          const weight = weights[((i * outChannels + o) * 2 + (y % 2)) * 2 + (x % 2)];
          sum += weight * planes[(i * rows + (y >> 1)) * columns + (x >> 1)];
        }
        out[(o * 2 * rows + y) * 2 * columns + x] = finish(layer, o, sum);
      }
    }
  }
  return out;
}

import type { ConvLayer } from '../../bindings/core/kernels.ts';
import { conv1x1 } from './conv1x1.ts';
import { finish } from './epilogue.ts';
import { maxPool2x2 } from './pool.ts';
import { upConv2x2 } from './upconv2d.ts';

/** One output of a 3x3 convolution with its epilogue: channel o at row y, column x, before the pool. */
export function conv3x3At(
  layer: ConvLayer,
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
  o: number,
  y: number,
  x: number,
): number {
  let sum = 0;
  for (let i = 0; i < layer.inChannels; i++) {
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const row = y + ky - 1;
        const column = x + kx - 1;
        if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
        const weight = layer.weights[((o * layer.inChannels + i) * 3 + ky) * 3 + kx];
        sum += weight * planes[(i * rows + row) * columns + column];
      }
    }
  }
  return finish(layer, o, sum);
}

/** One layer, its pool included: planes (inChannels, rows, columns) -> (outChannels, ...). */
export function conv3x3(
  layer: ConvLayer,
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(layer.outChannels * rows * columns);
  let at = 0;
  for (let o = 0; o < layer.outChannels; o++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        out[at++] = conv3x3At(layer, planes, rows, columns, o, y, x);
      }
    }
  }
  return layer.pool ? maxPool2x2(out, layer.outChannels, rows, columns) : out;
}

/** A network of layers of any kind on one image. */
export function run(
  layers: readonly ConvLayer[],
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
): ArrayLike<number> {
  let at = planes;
  for (const layer of layers) {
    if (layer.kind === '1x1') at = conv1x1(layer, at, rows, columns);
    else if (layer.kind === 'up2x2') {
      at = upConv2x2(layer, at, rows, columns);
      rows *= 2;
      columns *= 2;
    } else at = conv3x3(layer, at, rows, columns);
    if (layer.pool) {
      rows >>= 1;
      columns >>= 1;
    }
  }
  return at;
}

/** The layer with every sign dropped: what it makes of |planes| is the sum of the absolute terms. */
export function magnitude(layer: ConvLayer): ConvLayer {
  const { bias, scale, shift } = layer;
  return {
    ...layer,
    weights: layer.weights.map(Math.abs),
    ...(bias && { bias: bias.map(Math.abs) }),
    ...(scale && { scale: scale.map(Math.abs) }),
    ...(shift && { shift: shift.map(Math.abs) }),
  };
}

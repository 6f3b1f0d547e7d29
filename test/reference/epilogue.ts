import type { ConvLayer } from '../../bindings/core/kernels.ts';

/** What follows the sum of a convolution for channel o, before the pool. */
export function finish(layer: ConvLayer, o: number, sum: number): number {
  if (layer.bias) sum += layer.bias[o];
  if (layer.reluBefore) sum = Math.max(sum, 0);
  if (layer.scale && layer.shift) sum = sum * layer.scale[o] + layer.shift[o];
  if (layer.reluAfter) sum = Math.max(sum, 0);
  return sum;
}

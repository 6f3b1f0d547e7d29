import type { ConvLayer, LayerKind } from '../layers.ts';

/**
 * The layer that takes the gradient at a convolution's output to the gradient at its input: the
 * same products with input and output exchanged. For '3x3' the taps turn by 180 degrees; an
 * up-convolution goes back as a 1x1 convolution of the four pixels it made, side by side
 * (gather2x2).
 */
export function transposed(
  kind: LayerKind,
  inChannels: number,
  outChannels: number,
  weights: Float32Array,
): ConvLayer {
  const back = new Float32Array(weights.length);
  const taps = weights.length / (inChannels * outChannels);
  for (let o = 0; o < outChannels; o++) {
    for (let i = 0; i < inChannels; i++) {
      for (let tap = 0; tap < taps; tap++) {
        if (kind === 'up2x2') {
          back[(i * taps + tap) * outChannels + o] = weights[(i * outChannels + o) * taps + tap];
        } else {
          const from = (o * inChannels + i) * taps + (taps - 1 - tap);
          back[(i * outChannels + o) * taps + tap] = weights[from];
        }
      }
    }
  }
  const up = kind === 'up2x2';
  return {
    kind: up ? '1x1' : kind,
    inChannels: up ? outChannels * taps : outChannels,
    outChannels: inChannels,
    weights: back,
  };
}

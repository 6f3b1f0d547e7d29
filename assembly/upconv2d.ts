import { pointwise } from './conv1x1';
import { clearBorder } from './layout';

/**
 * Up-convolution (transposed convolution, 2x2, stride 2), bordered pixels to bordered pixels:
 * in (rows+2, columns+2, inChannels), out (2 rows+2, 2 columns+2, outChannels) with its border set
 * to zero. Each pixel makes 2x2 pixels of its own, so this is four 1x1 convolutions that fill every
 * other pixel of every other row.
 *
 * weights: (2, 2, ceil(outChannels/8), inChannels, 8); parameters and flags (without POOL) as in conv2d.ts.
 */
export function upConv2x2(
  out: usize,
  pixels: usize,
  weights: usize,
  parameters: usize,
  rows: i32,
  columns: i32,
  inChannels: i32,
  outChannels: i32,
  flags: i32,
): void {
  clearBorder(out, outChannels, rows << 1, columns << 1);
  const step: usize = (<usize>outChannels) << 2;
  const row = step * <usize>((columns << 1) + 2);
  const tap = (<usize>(((outChannels + 7) >> 3) * inChannels)) << 5;
  for (let y = 0; y < 2; y++) {
    for (let x = 0; x < 2; x++) {
      pointwise(
        out + row * <usize>(y + 1) + step * <usize>(x + 1),
        step << 1,
        row << 1,
        pixels,
        weights,
        parameters,
        rows,
        columns,
        inChannels,
        outChannels,
        flags,
      );
      weights += tap;
    }
  }
}

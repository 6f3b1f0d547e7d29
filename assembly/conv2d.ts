import { clearBorder } from './layout';
import { mulAdd, storeFirst } from './lanes';

/** Epilogue bits: clamp below at zero after the bias, multiply and add per channel, clamp after that. */
const RELU_BEFORE: i32 = 1;
const AFFINE: i32 = 2;
const RELU_AFTER: i32 = 4;

// @ts-ignore: decorator
@inline
function finish(v: v128, parameters: usize, group: usize, flags: i32): v128 {
  const zero = f32x4.splat(0);
  if (flags & RELU_BEFORE) v = f32x4.max(v, zero);
  if (flags & AFFINE) {
    v = f32x4.add(f32x4.mul(v, v128.load(parameters + group)), v128.load(parameters + group * 2));
  }
  if (flags & RELU_AFTER) v = f32x4.max(v, zero);
  return v;
}

/**
 * 3x3 convolution (cross-correlation, stride 1, zero border), bordered pixels to bordered pixels:
 * in (rows+2, columns+2, inChannels), out (rows+2, columns+2, outChannels) with its border set to
 * zero.
 *
 * weights: (ceil(outChannels/8), 3, 3, inChannels, 8), zero-padded in the last eight.
 * parameters: bias, scale, shift, each ceil(outChannels/8)*8 long, one after the other.
 * Per output: bias + sum, then the epilogue named by flags.
 *
 * Eight output channels lie in two vectors, four pixels share every weight that is loaded:
 * eight sums, two weights and one splat live in the sixteen registers there are.
 */
export function conv3x3(
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
  clearBorder(out, outChannels, rows, columns);
  const inStep: usize = (<usize>inChannels) << 2;
  const outStep: usize = (<usize>outChannels) << 2;
  const inRow = inStep * <usize>(columns + 2);
  const outRow = outStep * <usize>(columns + 2);
  const groups = (outChannels + 7) >> 3;
  const length: usize = (<usize>groups) << 5;
  const run = 3 * inChannels; // three neighbouring pixels are one run of values
  const groupBytes: usize = 9 * ((<usize>inChannels) << 5);

  for (let g = 0; g < groups; g++) {
    const w0 = weights + groupBytes * <usize>g;
    const p = parameters + ((<usize>g) << 5);
    const b0 = v128.load(p);
    const b1 = v128.load(p, 16);
    const left = outChannels - (g << 3);
    for (let y = 0; y < rows; y++) {
      const from = pixels + inRow * <usize>y;
      let to = out + outRow * <usize>(y + 1) + outStep + ((<usize>g) << 5);
      let x = 0;
      for (; x + 4 <= columns; x += 4) {
        let a0 = b0, a1 = b1, c0 = b0, c1 = b1, d0 = b0, d1 = b1, e0 = b0, e1 = b1;
        let w = w0;
        for (let ky = 0; ky < 3; ky++) {
          let i = from + inRow * <usize>ky + inStep * <usize>x;
          for (let k = 0; k < run; k++) {
            const v0 = v128.load(w);
            const v1 = v128.load(w, 16);
            let s = v128.load32_splat(i);
            a0 = mulAdd(a0, s, v0);
            a1 = mulAdd(a1, s, v1);
            s = v128.load32_splat(i + inStep);
            c0 = mulAdd(c0, s, v0);
            c1 = mulAdd(c1, s, v1);
            s = v128.load32_splat(i + inStep * 2);
            d0 = mulAdd(d0, s, v0);
            d1 = mulAdd(d1, s, v1);
            s = v128.load32_splat(i + inStep * 3);
            e0 = mulAdd(e0, s, v0);
            e1 = mulAdd(e1, s, v1);
            i += 4;
            w += 32;
          }
        }
        put(to, a0, a1, p, length, flags, left);
        put(to + outStep, c0, c1, p, length, flags, left);
        put(to + outStep * 2, d0, d1, p, length, flags, left);
        put(to + outStep * 3, e0, e1, p, length, flags, left);
        to += outStep * 4;
      }
      for (; x < columns; x++) {
        let a0 = b0, a1 = b1;
        let w = w0;
        for (let ky = 0; ky < 3; ky++) {
          let i = from + inRow * <usize>ky + inStep * <usize>x;
          for (let k = 0; k < run; k++) {
            const s = v128.load32_splat(i);
            a0 = mulAdd(a0, s, v128.load(w));
            a1 = mulAdd(a1, s, v128.load(w, 16));
            i += 4;
            w += 32;
          }
        }
        put(to, a0, a1, p, length, flags, left);
        to += outStep;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, v0: v128, v1: v128, p: usize, length: usize, flags: i32, left: i32): void {
  storeFirst(to, finish(v0, p, length, flags), left);
  if (left > 4) storeFirst(to + 16, finish(v1, p + 16, length, flags), left - 4);
}

import { finish, put } from './epilogue';
import { mulAdd } from './lanes';
import { clearBorder } from './layout';

/**
 * 1x1 convolution, bordered pixels to bordered pixels: in (rows+2, columns+2, inChannels),
 * out (rows+2, columns+2, outChannels) with its border set to zero.
 * weights: (ceil(outChannels/8), inChannels, 8); parameters and flags (without POOL) as in conv2d.ts.
 */
export function conv1x1(
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
  const step: usize = (<usize>outChannels) << 2;
  const row = step * <usize>(columns + 2);
  pointwise(out + row + step, step, row, pixels, weights, parameters, rows, columns, inChannels, outChannels, flags);
}

/**
 * Each pixel's outChannels sums to out, outStep bytes from one pixel to the next and outRow from
 * one row to the next. Four pixels by eight channels, as in conv2d.ts.
 */
export function pointwise(
  out: usize,
  outStep: usize,
  outRow: usize,
  pixels: usize,
  weights: usize,
  parameters: usize,
  rows: i32,
  columns: i32,
  inChannels: i32,
  outChannels: i32,
  flags: i32,
): void {
  const inStep: usize = (<usize>inChannels) << 2;
  const inRow = inStep * <usize>(columns + 2);
  const groups = (outChannels + 7) >> 3;
  const length: usize = (<usize>groups) << 5;

  for (let y = 0; y < rows; y++) {
    for (let g = 0; g < groups; g++) {
      const w0 = weights + ((<usize>(g * inChannels)) << 5);
      const p = parameters + ((<usize>g) << 5);
      const b0 = v128.load(p);
      const b1 = v128.load(p, 16);
      const left = outChannels - (g << 3);
      let from = pixels + inRow * <usize>(y + 1) + inStep;
      let to = out + outRow * <usize>y + ((<usize>g) << 5);
      let x = 0;
      for (; x + 4 <= columns; x += 4) {
        let a0 = b0, a1 = b1, c0 = b0, c1 = b1, d0 = b0, d1 = b1, e0 = b0, e1 = b1;
        let w = w0;
        const end = from + inStep;
        for (let i = from; i < end; i += 4) {
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
          w += 32;
        }
        put(to, finish(a0, p, length, flags), finish(a1, p + 16, length, flags), left);
        put(to + outStep, finish(c0, p, length, flags), finish(c1, p + 16, length, flags), left);
        put(to + outStep * 2, finish(d0, p, length, flags), finish(d1, p + 16, length, flags), left);
        put(to + outStep * 3, finish(e0, p, length, flags), finish(e1, p + 16, length, flags), left);
        from += inStep << 2;
        to += outStep << 2;
      }
      for (; x < columns; x++) {
        let a0 = b0, a1 = b1;
        let w = w0;
        const end = from + inStep;
        for (let i = from; i < end; i += 4) {
          const s = v128.load32_splat(i);
          a0 = mulAdd(a0, s, v128.load(w));
          a1 = mulAdd(a1, s, v128.load(w, 16));
          w += 32;
        }
        put(to, finish(a0, p, length, flags), finish(a1, p + 16, length, flags), left);
        from = end;
        to += outStep;
      }
    }
  }
}

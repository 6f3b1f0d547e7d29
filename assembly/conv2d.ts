import { AFFINE, finish, POOL, put } from './epilogue';
import { mulAdd } from './lanes';
import { clearBorder } from './layout';

/**
 * 3x3 convolution (cross-correlation, stride 1, zero border), bordered pixels to bordered pixels:
 * in (rows+2, columns+2, inChannels), out (rows+2, columns+2, outChannels), or with the POOL flag
 * (floor(rows/2)+2, floor(columns/2)+2, outChannels), with its border set to zero.
 *
 * weights: (ceil(outChannels/8), 3, 3, inChannels, 8), zero-padded in the last eight.
 * parameters: bias, scale, shift, each ceil(outChannels/8)*8 long, one after the other.
 * Per output: bias + sum, then the epilogue named by flags (see epilogue.ts).
 *
 * Eight output channels lie in two vectors, four pixels share every weight that is loaded: eight
 * sums, two weights and one splat live in the sixteen registers there are. The four pixels are
 * neighbours in a row, or the 2x2 of one pooled pixel, so that what the pool discards is never
 * computed.
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
  const pool = (flags & POOL) != 0;
  // the maximum commutes with bias and ReLU, not with a negative scale
  const poolFirst = pool && !(flags & AFFINE);
  const outRows = pool ? rows >> 1 : rows;
  const outColumns = pool ? columns >> 1 : columns;
  clearBorder(out, outChannels, outRows, outColumns);
  const inStep: usize = (<usize>inChannels) << 2;
  const outStep: usize = (<usize>outChannels) << 2;
  const inRow = inStep * <usize>(columns + 2);
  const outRow = outStep * <usize>(outColumns + 2);
  const groups = (outChannels + 7) >> 3;
  const length: usize = (<usize>groups) << 5;
  const run = 3 * inChannels; // three neighbouring pixels are one run of values
  const groupBytes: usize = 9 * ((<usize>inChannels) << 5);
  const third = pool ? inRow : inStep * 2; // from the first of four pixels
  const fourth = third + inStep;
  const blocks = pool ? outColumns : columns >> 2;
  const blockStep: usize = pool ? inStep * 2 : inStep * 4;

  for (let y = 0; y < outRows; y++) {
    for (let g = 0; g < groups; g++) {
      const w0 = weights + groupBytes * <usize>g;
      const p = parameters + ((<usize>g) << 5);
      const b0 = v128.load(p);
      const b1 = v128.load(p, 16);
      const left = outChannels - (g << 3);
      let from = pixels + inRow * <usize>(pool ? y << 1 : y);
      let to = out + outRow * <usize>(y + 1) + outStep + ((<usize>g) << 5);
      for (let block = 0; block < blocks; block++) {
        let a0 = b0, a1 = b1, c0 = b0, c1 = b1, d0 = b0, d1 = b1, e0 = b0, e1 = b1;
        let w = w0;
        for (let ky = 0; ky < 3; ky++) {
          let i = from + inRow * <usize>ky;
          for (let k = 0; k < run; k++) {
            const v0 = v128.load(w);
            const v1 = v128.load(w, 16);
            let s = v128.load32_splat(i);
            a0 = mulAdd(a0, s, v0);
            a1 = mulAdd(a1, s, v1);
            s = v128.load32_splat(i + inStep);
            c0 = mulAdd(c0, s, v0);
            c1 = mulAdd(c1, s, v1);
            s = v128.load32_splat(i + third);
            d0 = mulAdd(d0, s, v0);
            d1 = mulAdd(d1, s, v1);
            s = v128.load32_splat(i + fourth);
            e0 = mulAdd(e0, s, v0);
            e1 = mulAdd(e1, s, v1);
            i += 4;
            w += 32;
          }
        }
        from += blockStep;
        if (poolFirst) {
          a0 = f32x4.max(f32x4.max(a0, c0), f32x4.max(d0, e0));
          a1 = f32x4.max(f32x4.max(a1, c1), f32x4.max(d1, e1));
          put(to, finish(a0, p, length, flags), finish(a1, p + 16, length, flags), left);
          to += outStep;
          continue;
        }
        a0 = finish(a0, p, length, flags);
        a1 = finish(a1, p + 16, length, flags);
        c0 = finish(c0, p, length, flags);
        c1 = finish(c1, p + 16, length, flags);
        d0 = finish(d0, p, length, flags);
        d1 = finish(d1, p + 16, length, flags);
        e0 = finish(e0, p, length, flags);
        e1 = finish(e1, p + 16, length, flags);
        if (pool) {
          a0 = f32x4.max(f32x4.max(a0, c0), f32x4.max(d0, e0));
          a1 = f32x4.max(f32x4.max(a1, c1), f32x4.max(d1, e1));
          put(to, a0, a1, left);
          to += outStep;
        } else {
          put(to, a0, a1, left);
          put(to + outStep, c0, c1, left);
          put(to + outStep * 2, d0, d1, left);
          put(to + outStep * 3, e0, e1, left);
          to += outStep * 4;
        }
      }
      if (pool) continue;
      for (let x = blocks << 2; x < columns; x++) {
        let a0 = b0, a1 = b1;
        let w = w0;
        for (let ky = 0; ky < 3; ky++) {
          let i = from + inRow * <usize>ky;
          for (let k = 0; k < run; k++) {
            const s = v128.load32_splat(i);
            a0 = mulAdd(a0, s, v128.load(w));
            a1 = mulAdd(a1, s, v128.load(w, 16));
            i += 4;
            w += 32;
          }
        }
        put(to, finish(a0, p, length, flags), finish(a1, p + 16, length, flags), left);
        from += inStep;
        to += outStep;
      }
    }
  }
}

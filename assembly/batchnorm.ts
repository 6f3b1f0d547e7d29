import { POOL, RELU_AFTER } from './epilogue';
import { mulAdd } from './lanes';
import { clearBorder } from './layout';

// What follows a convolution while it is trained, forwards and backwards, one image of bordered
// pixels (rows+2, columns+2, channels) a call, channels a multiple of four: an affine map per channel
// (batch-norm, whose scale and shift the host makes from the sums below; Ioffe and Szegedy 2015),
// ReLU and 2x2 max-pool as the flags say. Backwards everything is computed anew from the
// convolution's own output, which is all that is kept.

/** totals (2, channels) of f64 += sums of the values and of their squares. scratch: (2, channels) of f32. */
export function channelMoments(totals: usize, scratch: usize, pixels: usize, rows: i32, columns: i32, channels: i32): void {
  const step: usize = (<usize>channels) << 2;
  memory.fill(scratch, 0, step << 1);
  for (let y = 1; y <= rows; y++) {
    let at = pixels + step * <usize>((columns + 2) * y + 1);
    for (let x = 0; x < columns; x++) {
      for (let c: usize = 0; c < step; c += 16) {
        const v = v128.load(at + c);
        const sums = scratch + c;
        v128.store(sums, f32x4.add(v128.load(sums), v));
        v128.store(sums + step, mulAdd(v128.load(sums + step), v, v));
      }
      at += step;
    }
  }
  addToTotals(totals, scratch, channels << 1);
}

/**
 * out = the maximum over 2x2 pixels (POOL) of max(0, (RELU_AFTER)) of pixels * scale + shift; scale
 * (channels) and shift (channels) stand at parameters. Sets out's border to zero. Without POOL, out
 * may be pixels.
 */
export function affine(out: usize, pixels: usize, parameters: usize, rows: i32, columns: i32, channels: i32, flags: i32): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  const pool = (flags & POOL) != 0;
  const outRows = pool ? rows >> 1 : rows;
  const outColumns = pool ? columns >> 1 : columns;
  const floor = floorOf(flags);
  clearBorder(out, channels, outRows, outColumns);
  for (let y = 0; y < outRows; y++) {
    let to = out + step * <usize>((outColumns + 2) * (y + 1) + 1);
    let from = pixels + row * <usize>((pool ? y << 1 : y) + 1) + step;
    for (let x = 0; x < outColumns; x++) {
      for (let c: usize = 0; c < step; c += 16) {
        const scale = v128.load(parameters + c);
        const shift = v128.load(parameters + c + step);
        const at = from + c;
        let v = mulAdd(shift, v128.load(at), scale);
        if (pool) {
          const right = mulAdd(shift, v128.load(at + step), scale);
          const left = mulAdd(shift, v128.load(at + row), scale);
          const last = mulAdd(shift, v128.load(at + row + step), scale);
          v = f32x4.max(f32x4.max(v, right), f32x4.max(left, last));
        }
        v128.store(to + c, f32x4.max(v, floor));
      }
      to += step;
      from += pool ? step << 1 : step;
    }
  }
}

/**
 * totals (2, channels) of f64 += sums of g and of g * pixels, where g is what outGradient (the loss's
 * gradient at affine's output) makes of its input behind the affine map: the gradients of shift and
 * scale. scratch: (2, channels) of f32.
 */
export function affineSums(
  totals: usize,
  scratch: usize,
  pixels: usize,
  outGradient: usize,
  parameters: usize,
  rows: i32,
  columns: i32,
  channels: i32,
  flags: i32,
): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  const pool = (flags & POOL) != 0;
  const outRows = pool ? rows >> 1 : rows;
  const outColumns = pool ? columns >> 1 : columns;
  const floor = floorOf(flags);
  memory.fill(scratch, 0, step << 1);
  for (let y = 0; y < outRows; y++) {
    let g = outGradient + step * <usize>((outColumns + 2) * (y + 1) + 1);
    let from = pixels + row * <usize>((pool ? y << 1 : y) + 1) + step;
    for (let x = 0; x < outColumns; x++) {
      for (let c: usize = 0; c < step; c += 16) {
        const scale = v128.load(parameters + c);
        const shift = v128.load(parameters + c + step);
        const at = from + c;
        let chosen = v128.load(at);
        let best = mulAdd(shift, chosen, scale);
        if (pool) {
          // the first of equals, as going backwards below
          const right = v128.load(at + step);
          const left = v128.load(at + row);
          const last = v128.load(at + row + step);
          let other = mulAdd(shift, right, scale);
          chosen = v128.bitselect(right, chosen, f32x4.gt(other, best));
          best = f32x4.max(best, other);
          other = mulAdd(shift, left, scale);
          chosen = v128.bitselect(left, chosen, f32x4.gt(other, best));
          best = f32x4.max(best, other);
          other = mulAdd(shift, last, scale);
          chosen = v128.bitselect(last, chosen, f32x4.gt(other, best));
          best = f32x4.max(best, other);
        }
        const gradient = v128.and(v128.load(g + c), f32x4.gt(best, floor));
        const sums = scratch + c;
        v128.store(sums, f32x4.add(v128.load(sums), gradient));
        v128.store(sums + step, mulAdd(v128.load(sums + step), gradient, chosen));
      }
      g += step;
      from += pool ? step << 1 : step;
    }
  }
  addToTotals(totals, scratch, channels << 1);
}

/**
 * pixels = g * scale + pixels * slope + offset, in place, with g as above: the gradient at the input of
 * a batch-norm that depends on the pixels through its mean and variance. parameters: scale, shift,
 * slope, offset, (channels) each.
 */
export function affineBackward(
  pixels: usize,
  outGradient: usize,
  parameters: usize,
  rows: i32,
  columns: i32,
  channels: i32,
  flags: i32,
): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  const pool = (flags & POOL) != 0;
  const floor = floorOf(flags);
  const all = i32x4.splat(-1);
  const none = i32x4.splat(0);
  for (let y = 0; y < rows; y += pool ? 2 : 1) {
    for (let x = 0; x < columns; x += pool ? 2 : 1) {
      const from = pixels + row * <usize>(y + 1) + step * <usize>(x + 1);
      const whole = pool && y + 1 < rows && x + 1 < columns;
      const g = pool
        ? outGradient + step * <usize>(((columns >> 1) + 2) * ((y >> 1) + 1) + (x >> 1) + 1)
        : outGradient + step * <usize>((columns + 2) * (y + 1) + x + 1);
      for (let c: usize = 0; c < step; c += 16) {
        const at = from + c;
        const p = parameters + c;
        if (whole) {
          const scale = v128.load(p);
          const shift = v128.load(p + step);
          const v0 = mulAdd(shift, v128.load(at), scale);
          const v1 = mulAdd(shift, v128.load(at + step), scale);
          const v2 = mulAdd(shift, v128.load(at + row), scale);
          const v3 = mulAdd(shift, v128.load(at + row + step), scale);
          const best = f32x4.max(f32x4.max(v0, v1), f32x4.max(v2, v3));
          const gradient = v128.and(v128.load(g + c), f32x4.gt(best, floor));
          const is0 = f32x4.eq(v0, best);
          const is1 = v128.andnot(f32x4.eq(v1, best), is0);
          const to1 = v128.or(is0, is1);
          const is2 = v128.andnot(f32x4.eq(v2, best), to1);
          const is3 = v128.andnot(all, v128.or(to1, is2));
          back(at, v128.and(gradient, is0), p, step);
          back(at + step, v128.and(gradient, is1), p, step);
          back(at + row, v128.and(gradient, is2), p, step);
          back(at + row + step, v128.and(gradient, is3), p, step);
        } else if (pool) {
          // the odd last row and column, which the pool discards
          back(at, none, p, step);
          if (x + 1 < columns) back(at + step, none, p, step);
          if (y + 1 < rows) back(at + row, none, p, step);
        } else {
          const v = mulAdd(v128.load(p + step), v128.load(at), v128.load(p));
          back(at, v128.and(v128.load(g + c), f32x4.gt(v, floor)), p, step);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function back(at: usize, gradient: v128, p: usize, step: usize): void {
  const slope = v128.load(p + (step << 1));
  const offset = v128.load(p + step * 3);
  const own = mulAdd(offset, v128.load(at), slope);
  v128.store(at, mulAdd(own, gradient, v128.load(p)));
}

/** Below this a value is cut off, and hands no gradient back. */
// @ts-ignore: decorator
@inline
function floorOf(flags: i32): v128 {
  return f32x4.splat(flags & RELU_AFTER ? 0 : -Infinity);
}

/** f32 sums of one image, which are short, into f64 sums of all. */
function addToTotals(totals: usize, sums: usize, count: i32): void {
  for (let c = 0; c < count; c++) {
    const total = totals + ((<usize>c) << 3);
    f64.store(total, f64.load(total) + <f64>f32.load(sums + ((<usize>c) << 2)));
  }
}

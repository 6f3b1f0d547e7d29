// Between planes (channels, rows, columns), as the world stores images, and pixels
// (rows, columns, channels) inside a border of zeros, as the convolution reads them.
// A run of pixels at a time stays in the first cache while all channels pass, four at a time; along
// the run the planes are contiguous, because planes of a power of two compete for the same cache sets.

const RUN: i32 = 32;

/**
 * Planes to bordered pixels: out (rows+2, columns+2, channels) gets planes (channels, rows,
 * columns) in its middle and zeros in its one-pixel border.
 */
export function planesToPixels(out: usize, planes: usize, channels: i32, rows: i32, columns: i32): void {
  clearBorder(out, channels, rows, columns);
  const step: usize = (<usize>channels) << 2;
  const row: usize = (<usize>columns) << 2;
  let to = out + step * <usize>(columns + 3); // the pixel below and right of the first corner
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x += RUN) {
      const run = min(RUN, columns - x);
      transpose(to + step * <usize>x, step, planes + ((<usize>x) << 2), row * rows, channels, run);
    }
    planes += row;
    to += step * <usize>(columns + 2);
  }
}

/** Bordered pixels (rows+2, columns+2, channels) back to planes (channels, rows, columns). */
export function pixelsToPlanes(out: usize, pixels: usize, channels: i32, rows: i32, columns: i32): void {
  const step: usize = (<usize>channels) << 2;
  const row: usize = (<usize>columns) << 2;
  let from = pixels + step * <usize>(columns + 3);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x += RUN) {
      const run = min(RUN, columns - x);
      const to = out + ((<usize>x) << 2);
      const at = from + step * <usize>x;
      for (let c = 0; c < channels; c += 4) {
        const four = (<usize>c) << 2;
        transpose(to + row * rows * c, row * rows, at + four, step, run, min(4, channels - c));
      }
    }
    out += row;
    from += step * <usize>(columns + 2);
  }
}

/** Zeros in the one-pixel border of (rows+2, columns+2, channels); the middle is left as it is. */
export function clearBorder(pixels: usize, channels: i32, rows: i32, columns: i32): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  memory.fill(pixels, 0, row + step);
  for (let y = 1; y <= rows; y++) {
    // the right end of a row and the left end of the next lie side by side
    memory.fill(pixels + row * <usize>(y + 1) - step, 0, step << 1);
  }
  memory.fill(pixels + row * <usize>(rows + 1), 0, row);
}

/**
 * Transpose (rows, columns) to (columns, rows); fromStep and toStep are the bytes from one row to
 * the next on each side.
 */
export function transpose(to: usize, toStep: usize, from: usize, fromStep: usize, rows: i32, columns: i32): void {
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    let c = 0;
    for (; c + 4 <= columns; c += 4) {
      transpose4x4(to + toStep * <usize>c, toStep, from + ((<usize>c) << 2), fromStep);
    }
    for (; c < columns; c++) {
      const at = to + toStep * <usize>c;
      const a = from + ((<usize>c) << 2);
      f32.store(at, f32.load(a));
      f32.store(at, f32.load(a + fromStep), 4);
      f32.store(at, f32.load(a + fromStep * 2), 8);
      f32.store(at, f32.load(a + fromStep * 3), 12);
    }
    to += 16;
    from += fromStep << 2;
  }
  for (; r < rows; r++) {
    for (let c = 0; c < columns; c++) f32.store(to + toStep * <usize>c, f32.load(from + ((<usize>c) << 2)));
    to += 4;
    from += fromStep;
  }
}

// @ts-ignore: decorator
@inline
function transpose4x4(to: usize, toStep: usize, from: usize, fromStep: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStep);
  const c = v128.load(from + fromStep * 2);
  const d = v128.load(from + fromStep * 3);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
  v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(to + toStep, i64x2.shuffle(ab, cd, 1, 3));
  const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to + toStep * 2, i64x2.shuffle(abHigh, cdHigh, 0, 2));
  v128.store(to + toStep * 3, i64x2.shuffle(abHigh, cdHigh, 1, 3));
}

/**
 * Copy a channel range of `count` pixels: from (count, fromChannels) to (count, toChannels), both
 * addresses at their first channel.
 */
export function copyChannels(to: usize, toChannels: i32, from: usize, fromChannels: i32, channels: i32, count: i32): void {
  const bytes: usize = (<usize>channels) << 2;
  const toStep: usize = (<usize>toChannels) << 2;
  const fromStep: usize = (<usize>fromChannels) << 2;
  const vectors = bytes & ~15;
  for (let p = 0; p < count; p++) {
    // memory.copy is a call, which costs more than so few bytes
    let i: usize = 0;
    for (; i < vectors; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i < bytes; i += 4) f32.store(to + i, f32.load(from + i));
    to += toStep;
    from += fromStep;
  }
}

/**
 * The 2x2 pixels that an up-convolution made of one, side by side: pixels (2 rows+2, 2 columns+2,
 * channels) to out (rows+2, columns+2, 4 channels), with its border set to zero.
 */
export function gather2x2(out: usize, pixels: usize, rows: i32, columns: i32, channels: i32): void {
  clearBorder(out, channels << 2, rows, columns);
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(2 * columns + 2);
  for (let y = 0; y < rows; y++) {
    let to = out + (step << 2) * <usize>((columns + 2) * (y + 1) + 1);
    let from = pixels + row * <usize>(2 * y + 1) + step;
    for (let x = 0; x < columns; x++) {
      memory.copy(to, from, step << 1);
      memory.copy(to + (step << 1), from + row, step << 1);
      to += step << 2;
      from += step << 1;
    }
  }
}

/** to (count) += from (count). */
export function accumulate(to: usize, from: usize, count: i32): void {
  let i: usize = 0;
  const whole: usize = (<usize>(count & ~3)) << 2;
  for (; i < whole; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
  for (; i < (<usize>count) << 2; i += 4) f32.store(to + i, f32.load(to + i) + f32.load(from + i));
}

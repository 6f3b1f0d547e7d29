// Between planes (channels, rows, columns), as the world stores images, and pixels
// (rows, columns, channels) inside a border of zeros, as the convolution reads them.
// Rows are the outer loop: one row of pixels stays in the cache while all channels pass.

/**
 * Planes to bordered pixels: out (rows+2, columns+2, channels) gets planes (channels, rows,
 * columns) in its middle and zeros in its one-pixel border.
 */
export function planesToPixels(out: usize, planes: usize, channels: i32, rows: i32, columns: i32): void {
  clearBorder(out, channels, rows, columns);
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  for (let y = 0; y < rows; y++) {
    for (let c = 0; c < channels; c++) {
      let from = planes + (((<usize>c * rows + y) * columns) << 2);
      let to = out + row * <usize>(y + 1) + step + ((<usize>c) << 2);
      for (let x = 0; x < columns; x++) {
        f32.store(to, f32.load(from));
        from += 4;
        to += step;
      }
    }
  }
}

/** Bordered pixels (rows+2, columns+2, channels) back to planes (channels, rows, columns). */
export function pixelsToPlanes(out: usize, pixels: usize, channels: i32, rows: i32, columns: i32): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  for (let y = 0; y < rows; y++) {
    for (let c = 0; c < channels; c++) {
      let from = pixels + row * <usize>(y + 1) + step + ((<usize>c) << 2);
      let to = out + (((<usize>c * rows + y) * columns) << 2);
      for (let x = 0; x < columns; x++) {
        f32.store(to, f32.load(from));
        to += 4;
        from += step;
      }
    }
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

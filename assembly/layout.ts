// Between planes (channels, rows, columns), as the world stores images, and pixels
// (rows, columns, channels) inside a border of zeros, as the convolution reads them.

/**
 * Planes to bordered pixels: out (rows+2, columns+2, channels) gets planes (channels, rows,
 * columns) in its middle and zeros in its one-pixel border.
 */
export function planesToPixels(out: usize, planes: usize, channels: i32, rows: i32, columns: i32): void {
  const row: usize = (<usize>(columns + 2) * channels) << 2;
  memory.fill(out, 0, row * <usize>(rows + 2));
  const step: usize = (<usize>channels) << 2;
  for (let c = 0; c < channels; c++) {
    let from = planes + ((<usize>c * rows * columns) << 2);
    for (let y = 0; y < rows; y++) {
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
  const row: usize = (<usize>(columns + 2) * channels) << 2;
  const step: usize = (<usize>channels) << 2;
  for (let c = 0; c < channels; c++) {
    let to = out + ((<usize>c * rows * columns) << 2);
    for (let y = 0; y < rows; y++) {
      let from = pixels + row * <usize>(y + 1) + step + ((<usize>c) << 2);
      for (let x = 0; x < columns; x++) {
        f32.store(to, f32.load(from));
        to += 4;
        from += step;
      }
    }
  }
}

/** planes (channels, rows, columns) -> pixels (rows + 2, columns + 2, channels), border zero. */
export function planesToPixels(
  planes: ArrayLike<number>,
  channels: number,
  rows: number,
  columns: number,
): Float32Array {
  const pixels = new Float32Array((rows + 2) * (columns + 2) * channels);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        pixels[((y + 1) * (columns + 2) + x + 1) * channels + c] =
          planes[(c * rows + y) * columns + x];
      }
    }
  }
  return pixels;
}

/** pixels (rows + 2, columns + 2, channels) -> planes (channels, rows, columns). */
export function pixelsToPlanes(
  pixels: ArrayLike<number>,
  channels: number,
  rows: number,
  columns: number,
): Float32Array {
  const planes = new Float32Array(channels * rows * columns);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        planes[(c * rows + y) * columns + x] =
          pixels[((y + 1) * (columns + 2) + x + 1) * channels + c];
      }
    }
  }
  return planes;
}

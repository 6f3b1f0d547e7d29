/** planes (channels, rows, columns) -> (channels, floor(rows / 2), floor(columns / 2)). */
export function maxPool2x2(
  planes: ArrayLike<number>,
  channels: number,
  rows: number,
  columns: number,
): Float64Array {
  const outRows = rows >> 1;
  const outColumns = columns >> 1;
  const out = new Float64Array(channels * outRows * outColumns);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < outRows; y++) {
      for (let x = 0; x < outColumns; x++) {
        const at = (c * rows + 2 * y) * columns + 2 * x;
        out[(c * outRows + y) * outColumns + x] = Math.max(
          planes[at],
          planes[at + 1],
          planes[at + columns],
          planes[at + columns + 1],
        );
      }
    }
  }
  return out;
}

/** Mean over 2 radius + 1 pixels along each line, cut at the ends. heights (rows, columns). */
export function blurX(
  heights: Float64Array,
  rows: number,
  columns: number,
  radius: number,
): Float64Array {
  const out = new Float64Array(heights.length);
  const sums = new Float64Array(columns + 1);
  for (let y = 0; y < rows; y++) {
    const at = y * columns;
    for (let x = 0; x < columns; x++) sums[x + 1] = sums[x] + heights[at + x];
    for (let x = 0; x < columns; x++) {
      const from = x > radius ? x - radius : 0;
      const to = x + radius < columns ? x + radius + 1 : columns;
      out[at + x] = (sums[to] - sums[from]) / (to - from);
    }
  }
  return out;
}

/** Mean over 2 radius + 1 pixels along each column, cut at the ends. heights (rows, columns). */
export function blurY(
  heights: Float64Array,
  rows: number,
  columns: number,
  radius: number,
): Float64Array {
  const out = new Float64Array(heights.length);
  const sum = new Float64Array(columns);
  let from = 0;
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const first = y > radius ? y - radius : 0;
    const end = y + radius < rows ? y + radius + 1 : rows;
    for (; to < end; to++) for (let x = 0; x < columns; x++) sum[x] += heights[to * columns + x];
    for (; from < first; from++) {
      for (let x = 0; x < columns; x++) sum[x] -= heights[from * columns + x];
    }
    for (let x = 0; x < columns; x++) out[y * columns + x] = sum[x] / (to - from);
  }
  return out;
}

/** Mean over a square of side 2 radius + 1. */
export function blur(
  heights: Float64Array,
  rows: number,
  columns: number,
  radius: number,
): Float64Array {
  return blurY(blurX(heights, rows, columns, radius), rows, columns, radius);
}

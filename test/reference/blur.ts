/** plane (rows, columns) by symmetric weights (radius + 1) along x, then along y; borders repeated. */
export function blur(
  plane: ArrayLike<number>,
  rows: number,
  columns: number,
  weights: ArrayLike<number>,
): Float64Array {
  const across = new Float64Array(rows * columns);
  const out = new Float64Array(rows * columns);
  const radius = weights.length - 1;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let i = -radius; i <= radius; i++) {
        const from = Math.min(columns - 1, Math.max(0, x + i));
        across[y * columns + x] += weights[Math.abs(i)] * plane[y * columns + from];
      }
    }
  }
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let i = -radius; i <= radius; i++) {
        const from = Math.min(rows - 1, Math.max(0, y + i));
        out[y * columns + x] += weights[Math.abs(i)] * across[from * columns + x];
      }
    }
  }
  return out;
}

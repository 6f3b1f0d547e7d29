/** Bilinear, half-pixel centres, edges repeated: plane (rows, columns) -> (outRows, outColumns). */
export function resizeBilinear(
  plane: ArrayLike<number>,
  rows: number,
  columns: number,
  outRows: number,
  outColumns: number,
): Float64Array {
  const out = new Float64Array(outRows * outColumns);
  for (let y = 0; y < outRows; y++) {
    for (let x = 0; x < outColumns; x++) {
      const [top, bottom, down] = neighbours(y, rows, outRows);
      const [left, right, across] = neighbours(x, columns, outColumns);
      out[y * outColumns + x] =
        plane[top * columns + left] * (1 - down) * (1 - across) +
        plane[top * columns + right] * (1 - down) * across +
        plane[bottom * columns + left] * down * (1 - across) +
        plane[bottom * columns + right] * down * across;
    }
  }
  return out;
}

/** The two input pixels beside output pixel i, and how far it lies from the first to the second. */
function neighbours(i: number, size: number, outSize: number): [number, number, number] {
  const at = Math.min(Math.max((i + 0.5) * (size / outSize) - 0.5, 0), size - 1);
  const first = Math.floor(at);
  return [first, Math.min(first + 1, size - 1), at - first];
}

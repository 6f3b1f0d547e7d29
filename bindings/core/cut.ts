/** The corner and size of a part of a plane, px. */
export interface Part {
  top: number;
  left: number;
  rows: number;
  columns: number;
}

/** Copy a part of a plane with lines of `length` values into `to`, (rows, columns) of the part. */
export function cutOut<T extends Float32Array | Float64Array | Uint8Array>(
  from: T,
  length: number,
  { top, left, rows, columns }: Part,
  to: T,
): T {
  for (let y = 0; y < rows; y++) {
    const start = (top + y) * length + left;
    to.set(from.subarray(start, start + columns), y * columns);
  }
  return to;
}

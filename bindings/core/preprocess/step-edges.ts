/**
 * Pixels within `radius` (chessboard distance) of a border between terraces, as 1. There the tip
 * rounds the step off, so heights from the local terrace mean nothing. terraces (rows, columns).
 */
export function stepEdges(
  terraces: Int16Array,
  rows: number,
  columns: number,
  radius: number,
): Uint8Array {
  const edge = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      if (x + 1 < columns && terraces[i] !== terraces[i + 1]) edge[i] = edge[i + 1] = 1;
      if (y + 1 < rows && terraces[i] !== terraces[i + columns]) edge[i] = edge[i + columns] = 1;
    }
  }
  // A square is widened first along the lines, then across them.
  const alongLines = widen(edge, rows, columns, 1, columns, radius);
  return widen(alongLines, columns, rows, columns, 1, radius);
}

/** 1 where a 1 lies within radius along one axis: `count` lines of `length` pixels, `step` apart. */
function widen(
  mask: Uint8Array,
  count: number,
  length: number,
  step: number,
  stride: number,
  radius: number,
): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let line = 0; line < count; line++) {
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      const at = line * stride + i * step;
      if (mask[at]) {
        const from = Math.max(last + 1, i - radius, 0);
        for (let j = from; j < i; j++) out[line * stride + j * step] = 1;
        last = i;
      }
      if (i - last <= radius) out[at] = 1;
    }
  }
  return out;
}

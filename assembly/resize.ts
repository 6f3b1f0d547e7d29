/**
 * Bilinear resize of one plane (inRows, inColumns) to (outRows, outColumns), half-pixel centres,
 * edge pixels repeated: PyTorch's interpolate(mode='bilinear', align_corners=False).
 * columnIndex (outColumns, i32) and columnWeight (outColumns) are scratch: the left neighbour of
 * each output column and how far it lies to the right of it, the same for every row.
 * A NaN reaches every output that has it for a neighbour, even with weight zero.
 */
export function resizeBilinear(
  out: usize,
  plane: usize,
  inRows: i32,
  inColumns: i32,
  outRows: i32,
  outColumns: i32,
  columnIndex: usize,
  columnWeight: usize,
): void {
  if (inRows < 1 || inColumns < 1) return;
  const scaleX = <f64>inColumns / <f64>outColumns;
  const scaleY = <f64>inRows / <f64>outRows;
  for (let x = 0; x < outColumns; x++) {
    const s = max(0.0, (<f64>x + 0.5) * scaleX - 0.5);
    const i = min(<i32>s, inColumns - 1);
    i32.store(columnIndex + ((<usize>x) << 2), i);
    f32.store(columnWeight + ((<usize>x) << 2), <f32>(i + 1 < inColumns ? s - <f64>i : 0));
  }
  for (let y = 0; y < outRows; y++) {
    const s = max(0.0, (<f64>y + 0.5) * scaleY - 0.5);
    const i = min(<i32>s, inRows - 1);
    const wy = f32x4.splat(<f32>(i + 1 < inRows ? s - <f64>i : 0));
    const top = plane + ((<usize>i * inColumns) << 2);
    const bottom = i + 1 < inRows ? top + ((<usize>inColumns) << 2) : top;
    const to = out + ((<usize>y * outColumns) << 2);
    let x = 0;
    for (; x + 4 <= outColumns; x += 4) {
      const at: usize = (<usize>x) << 2;
      const wx = v128.load(columnWeight + at);
      const upper = between(top, columnIndex + at, wx, inColumns);
      const lower = between(bottom, columnIndex + at, wx, inColumns);
      v128.store(to + at, f32x4.add(upper, f32x4.mul(f32x4.sub(lower, upper), wy)));
    }
    for (; x < outColumns; x++) {
      const at: usize = (<usize>x) << 2;
      const j = i32.load(columnIndex + at);
      const right: usize = j + 1 < inColumns ? 4 : 0;
      const wx = f32.load(columnWeight + at);
      const t = top + ((<usize>j) << 2);
      const b = bottom + ((<usize>j) << 2);
      const upper = f32.load(t) + (f32.load(t + right) - f32.load(t)) * wx;
      const lower = f32.load(b) + (f32.load(b + right) - f32.load(b)) * wx;
      f32.store(to + at, upper + (lower - upper) * f32x4.extract_lane(wy, 0));
    }
  }
}

/** Four columns of one row, each between its left and right neighbour. */
// @ts-ignore: decorator
@inline
function between(row: usize, index: usize, weight: v128, columns: i32): v128 {
  const j0 = i32.load(index), j1 = i32.load(index, 4), j2 = i32.load(index, 8), j3 = i32.load(index, 12);
  const last = columns - 1;
  let a = f32x4.splat(f32.load(row + ((<usize>j0) << 2)));
  a = f32x4.replace_lane(a, 1, f32.load(row + ((<usize>j1) << 2)));
  a = f32x4.replace_lane(a, 2, f32.load(row + ((<usize>j2) << 2)));
  a = f32x4.replace_lane(a, 3, f32.load(row + ((<usize>j3) << 2)));
  let b = f32x4.splat(f32.load(row + ((<usize>min(j0 + 1, last)) << 2)));
  b = f32x4.replace_lane(b, 1, f32.load(row + ((<usize>min(j1 + 1, last)) << 2)));
  b = f32x4.replace_lane(b, 2, f32.load(row + ((<usize>min(j2 + 1, last)) << 2)));
  b = f32x4.replace_lane(b, 3, f32.load(row + ((<usize>min(j3 + 1, last)) << 2)));
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), weight));
}

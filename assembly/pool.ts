import { clearBorder } from './layout';

/**
 * 2x2 maximum, stride 2, odd last row and column dropped as in PyTorch's MaxPool2d(2);
 * a NaN among the four is their maximum.
 * From and to bordered pixels: in (rows+2, columns+2, channels),
 * out (floor(rows/2)+2, floor(columns/2)+2, channels) with its border set to zero.
 */
export function maxPool2x2(out: usize, pixels: usize, rows: i32, columns: i32, channels: i32): void {
  const step: usize = (<usize>channels) << 2;
  const inRow: usize = step * <usize>(columns + 2);
  const outRows = rows >> 1;
  const outColumns = columns >> 1;
  const outRow: usize = step * <usize>(outColumns + 2);
  clearBorder(out, channels, outRows, outColumns);
  const vectors = channels >> 2;
  for (let y = 0; y < outRows; y++) {
    let from = pixels + inRow * <usize>(2 * y + 1) + step;
    let to = out + outRow * <usize>(y + 1) + step;
    for (let x = 0; x < outColumns; x++) {
      for (let c = 0; c < vectors; c++) {
        const top = f32x4.max(v128.load(from), v128.load(from + step));
        const bottom = f32x4.max(v128.load(from + inRow), v128.load(from + inRow + step));
        v128.store(to, f32x4.max(top, bottom));
        from += 16;
        to += 16;
      }
      for (let c = vectors << 2; c < channels; c++) {
        const top = max(f32.load(from), f32.load(from + step));
        const bottom = max(f32.load(from + inRow), f32.load(from + inRow + step));
        f32.store(to, max(top, bottom));
        from += 4;
        to += 4;
      }
      from += step;
    }
  }
}

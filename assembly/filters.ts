import { loadFirst, mulAdd, storeFirst } from './lanes';

/**
 * Blur of a plane (rows, columns) by the same symmetric weights along both axes: weights
 * (radius+1), half of the middle's, which counts as its own neighbour twice, and of each step away
 * from it. Border pixels are repeated outwards.
 * Row by row: the weighted rows around it add up in line, scratch for columns + 2 radius values,
 * whose weighted neighbours then are the row of out, which must not be the plane itself.
 */
export function blur(
  out: usize,
  plane: usize,
  rows: i32,
  columns: i32,
  weights: usize,
  radius: i32,
  line: usize,
): void {
  if (columns < 1) return;
  const row: usize = (<usize>columns) << 2;
  const middle = line + ((<usize>radius) << 2);
  for (let y = 0; y < rows; y++) {
    memory.fill(middle, 0, row);
    for (let i = 0; i <= radius; i++) {
      const above = plane + row * <usize>max(y - i, 0);
      const below = plane + row * <usize>min(y + i, rows - 1);
      addBoth(middle, above, below, f32.load(weights + ((<usize>i) << 2)), columns);
    }
    for (let i = 1; i <= radius; i++) {
      f32.store(middle - ((<usize>i) << 2), f32.load(middle));
      f32.store(middle + row + ((<usize>i - 1) << 2), f32.load(middle + row - 4));
    }
    alongLine(out + row * <usize>y, middle, weights, radius, columns);
  }
}

/** line += weight (above + below), n values each. */
// @ts-ignore: decorator
@inline
function addBoth(line: usize, above: usize, below: usize, weight: f32, n: i32): void {
  const w = f32x4.splat(weight);
  for (; n >= 4; n -= 4) {
    const both = f32x4.add(v128.load(above), v128.load(below));
    v128.store(line, mulAdd(v128.load(line), both, w));
    line += 16, above += 16, below += 16;
  }
  if (n > 0) {
    const both = f32x4.add(loadFirst(above, n), loadFirst(below, n));
    storeFirst(line, mulAdd(loadFirst(line, n), both, w), n);
  }
}

/** out (n) = weighted neighbours of each value of line, which goes on for radius values at both ends. */
// @ts-ignore: decorator
@inline
function alongLine(out: usize, line: usize, weights: usize, radius: i32, n: i32): void {
  for (; n >= 4; n -= 4) {
    let sum = f32x4.splat(0);
    for (let i = 0; i <= radius; i++) {
      const away: usize = (<usize>i) << 2;
      const both = f32x4.add(v128.load(line - away), v128.load(line + away));
      sum = mulAdd(sum, both, v128.load32_splat(weights + away));
    }
    v128.store(out, sum);
    line += 16, out += 16;
  }
  for (; n > 0; n--) {
    let sum: f32 = 0;
    for (let i = 0; i <= radius; i++) {
      const away: usize = (<usize>i) << 2;
      sum += (f32.load(line - away) + f32.load(line + away)) * f32.load(weights + away);
    }
    f32.store(out, sum);
    line += 4, out += 4;
  }
}

import { loadFirst } from './lanes';

/**
 * Sum of n rows of f32 values (n, length), each times its weight (n, f64): out (length, f64).
 * Four values at a time, their sums in two registers, from the first row to the last: the bits are
 * those of plain numbers added up in that order.
 */
export function weightedSum(out: usize, values: usize, weights: usize, n: i32, length: i32): void {
  const stride: usize = (<usize>length) << 2;
  for (let left = length; left > 0; left -= 4) {
    let low = f64x2.splat(0), high = low;
    for (let i = 0, at = values, weight = weights; i < n; i++, at += stride, weight += 8) {
      const w = v128.load64_splat(weight);
      const v = left >= 4 ? v128.load(at) : loadFirst(at, left);
      low = f64x2.add(low, f64x2.mul(w, f64x2.promote_low_f32x4(v)));
      high = f64x2.add(high, f64x2.mul(w, f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3))));
    }
    f64.store(out, f64x2.extract_lane(low, 0));
    if (left > 1) f64.store(out, f64x2.extract_lane(low, 1), 8);
    if (left > 2) f64.store(out, f64x2.extract_lane(high, 0), 16);
    if (left > 3) f64.store(out, f64x2.extract_lane(high, 1), 24);
    out += 32;
    values += 16;
  }
}

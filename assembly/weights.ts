import { loadFirst, storeFirst } from './lanes';

/** Bits that an f32's fraction has and a half's has not. */
const FRACTION: i32 = 13;
/** Infinity, and NaN above it, of a half's bits at their place in an f32. */
const LARGEST: i32 = 31 << 23;
/** 2^112: an f32's exponent counts from -127, a half's from -15. */
const SCALE: f32 = 5192296858534827628530496329220096.0;

/** Four halves, in the lower half of each lane, as f32. */
// @ts-ignore: decorator
@inline
function widen(bits: v128): v128 {
  const size = i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), FRACTION);
  const special = v128.and(i32x4.ge_s(size, i32x4.splat(LARGEST)), i32x4.splat(0x7f800000));
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16);
  return v128.or(v128.or(f32x4.mul(size, f32x4.splat(SCALE)), special), sign);
}

/**
 * IEEE 754 halves (n, u16) to f32. Exponent and fraction at their place in an f32 are the value times 2^-112, which is
 * exact for subnormals too.
 */
export function widenHalves(out: usize, halves: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(out, widen(v128.load16x4_u(halves)));
    halves += 8;
    out += 16;
  }
  for (; n > 0; n--) {
    f32.store(out, f32x4.extract_lane(widen(i32x4.splat(load<u16>(halves))), 0));
    halves += 2;
    out += 4;
  }
}

/**
 * Rows of values (rows, length), each times its factor (rows, f64), multiplied in f64: how a batch-norm is folded into
 * the filters before it. out may be values.
 */
export function scaleRows(out: usize, values: usize, factors: usize, rows: i32, length: i32): void {
  for (let row = 0; row < rows; row++, factors += 8) {
    const factor = v128.load64_splat(factors);
    for (let left = length; left > 0; left -= 4) {
      const v = left >= 4 ? v128.load(values) : loadFirst(values, left);
      const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(v), factor));
      const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)), factor));
      const value = i32x4.shuffle(low, high, 0, 1, 4, 5);
      if (left >= 4) v128.store(out, value);
      else storeFirst(out, value, left);
      const step: usize = (<usize>min(left, 4)) << 2;
      values += step;
      out += step;
    }
  }
}

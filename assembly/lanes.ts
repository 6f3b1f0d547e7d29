// Inline lane helpers only: what a SIMD kernel says often, named once.

/** acc + a * b, rounded twice: fused multiply-add is relaxed SIMD, which is not deterministic. */
// @ts-ignore: decorator
@inline
export function mulAdd(acc: v128, a: v128, b: v128): v128 {
  return f32x4.add(acc, f32x4.mul(a, b));
}

/** Store the first n (1..4) lanes of v at out. */
// @ts-ignore: decorator
@inline
export function storeFirst(out: usize, v: v128, n: i32): void {
  if (n >= 4) {
    v128.store(out, v);
  } else {
    f32.store(out, f32x4.extract_lane(v, 0));
    if (n > 1) f32.store(out, f32x4.extract_lane(v, 1), 4);
    if (n > 2) f32.store(out, f32x4.extract_lane(v, 2), 8);
  }
}

/** Load n (1..3) values at a into the first lanes; the others are zero. */
// @ts-ignore: decorator
@inline
export function loadFirst(a: usize, n: i32): v128 {
  let v = n > 1 ? v128.load64_zero(a) : v128.load32_zero(a);
  if (n > 2) v = f32x4.replace_lane(v, 2, f32.load(a, 8));
  return v;
}

/** The first n lanes of v, zero in the others. */
// @ts-ignore: decorator
@inline
export function firstLanes(v: v128, n: i32): v128 {
  return v128.and(v, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n)));
}

/** Sums of lanes 0 and 2 and of lanes 1 and 3, in two f64 lanes. */
// @ts-ignore: decorator
@inline
export function widen(v: v128): v128 {
  const high = i32x4.shuffle(v, v, 2, 3, 2, 3);
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high));
}

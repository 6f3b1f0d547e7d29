// @ts-nocheck: AssemblyScript, compiled by bench/ceiling/index.ts; no part of the release.

/** Floating-point operations of one turn: 12 vectors, 4 lanes, a product and a sum each. */
export const FLOP_PER_TURN: i32 = 96;

/**
 * What 128-bit mul and add can do in practice: twelve sums that live in registers, touch no memory
 * and do not wait for each other (fewer are slower, and more do not fit). v = v * factor + term
 * with a factor just below 1 stays near 1, away from the slow subnormal numbers. Both come from the
 * caller: some engines (V8 in Deno 2.9) make a constant anew for every operation that uses it, at
 * three quarters of the speed. Returns what depends on every operation, so that none can be dropped.
 */
export function turn(turns: i32, factor: f32, term: f32): f32 {
  const a = f32x4.splat(factor);
  const b = f32x4.splat(term);
  let v0 = f32x4.splat(0.1),
    v1 = f32x4.splat(0.2),
    v2 = f32x4.splat(0.3),
    v3 = f32x4.splat(0.4);
  let v4 = f32x4.splat(0.5),
    v5 = f32x4.splat(0.6),
    v6 = f32x4.splat(0.7),
    v7 = f32x4.splat(0.8);
  let v8 = f32x4.splat(0.9),
    v9 = f32x4.splat(1.1),
    v10 = f32x4.splat(1.2),
    v11 = f32x4.splat(1.3);
  for (let i = 0; i < turns; i++) {
    v0 = f32x4.add(f32x4.mul(v0, a), b);
    v1 = f32x4.add(f32x4.mul(v1, a), b);
    v2 = f32x4.add(f32x4.mul(v2, a), b);
    v3 = f32x4.add(f32x4.mul(v3, a), b);
    v4 = f32x4.add(f32x4.mul(v4, a), b);
    v5 = f32x4.add(f32x4.mul(v5, a), b);
    v6 = f32x4.add(f32x4.mul(v6, a), b);
    v7 = f32x4.add(f32x4.mul(v7, a), b);
    v8 = f32x4.add(f32x4.mul(v8, a), b);
    v9 = f32x4.add(f32x4.mul(v9, a), b);
    v10 = f32x4.add(f32x4.mul(v10, a), b);
    v11 = f32x4.add(f32x4.mul(v11, a), b);
  }
  v0 = f32x4.add(
    f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3)),
    f32x4.add(f32x4.add(v4, v5), f32x4.add(v6, v7)),
  );
  v0 = f32x4.add(v0, f32x4.add(f32x4.add(v8, v9), f32x4.add(v10, v11)));
  return (
    f32x4.extract_lane(v0, 0) +
    f32x4.extract_lane(v0, 1) +
    f32x4.extract_lane(v0, 2) +
    f32x4.extract_lane(v0, 3)
  );
}

/** Multiplications and additions of one turn: 12 vectors, 8 lanes of 16 bits. */
export const MACS_PER_TURN: i32 = 96;

/** What int16 products, added up in pairs to int32, can do in practice: as `turn`, with twelve sums in registers. */
export function dots(turns: i32, factor: i32): i32 {
  const a = i16x8.splat(<i16>factor);
  let v0 = i32x4.splat(1),
    v1 = i32x4.splat(2),
    v2 = i32x4.splat(3),
    v3 = i32x4.splat(4);
  let v4 = i32x4.splat(5),
    v5 = i32x4.splat(6),
    v6 = i32x4.splat(7),
    v7 = i32x4.splat(8);
  let v8 = i32x4.splat(9),
    v9 = i32x4.splat(10),
    v10 = i32x4.splat(11),
    v11 = i32x4.splat(12);
  for (let i = 0; i < turns; i++) {
    v0 = i32x4.add(v0, i32x4.dot_i16x8_s(v0, a));
    v1 = i32x4.add(v1, i32x4.dot_i16x8_s(v1, a));
    v2 = i32x4.add(v2, i32x4.dot_i16x8_s(v2, a));
    v3 = i32x4.add(v3, i32x4.dot_i16x8_s(v3, a));
    v4 = i32x4.add(v4, i32x4.dot_i16x8_s(v4, a));
    v5 = i32x4.add(v5, i32x4.dot_i16x8_s(v5, a));
    v6 = i32x4.add(v6, i32x4.dot_i16x8_s(v6, a));
    v7 = i32x4.add(v7, i32x4.dot_i16x8_s(v7, a));
    v8 = i32x4.add(v8, i32x4.dot_i16x8_s(v8, a));
    v9 = i32x4.add(v9, i32x4.dot_i16x8_s(v9, a));
    v10 = i32x4.add(v10, i32x4.dot_i16x8_s(v10, a));
    v11 = i32x4.add(v11, i32x4.dot_i16x8_s(v11, a));
  }
  v0 = v128.xor(
    v128.xor(v128.xor(v0, v1), v128.xor(v2, v3)),
    v128.xor(v128.xor(v4, v5), v128.xor(v6, v7)),
  );
  v0 = v128.xor(v0, v128.xor(v128.xor(v8, v9), v128.xor(v10, v11)));
  return (
    i32x4.extract_lane(v0, 0) ^
    i32x4.extract_lane(v0, 1) ^
    i32x4.extract_lane(v0, 2) ^
    i32x4.extract_lane(v0, 3)
  );
}

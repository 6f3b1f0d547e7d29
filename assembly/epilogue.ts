import { storeFirst } from './lanes';

// What follows the sum of a convolution, in this order: clamp below at zero, multiply and add per
// channel, clamp again, and (in the kernels that can) the 2x2 maximum with stride 2.
export const RELU_BEFORE: i32 = 1;
export const AFFINE: i32 = 2;
export const RELU_AFTER: i32 = 4;
export const POOL: i32 = 8;

/**
 * Four channels through the epilogue named by flags. parameters points at their bias; scale and
 * shift lie one and two lengths (bytes) behind it.
 */
// @ts-ignore: decorator
@inline
export function finish(v: v128, parameters: usize, length: usize, flags: i32): v128 {
  const zero = f32x4.splat(0);
  if (flags & RELU_BEFORE) v = f32x4.max(v, zero);
  if (flags & AFFINE) {
    v = f32x4.add(f32x4.mul(v, v128.load(parameters + length)), v128.load(parameters + length * 2));
  }
  if (flags & RELU_AFTER) v = f32x4.max(v, zero);
  return v;
}

/** Store the first left (1..8) of eight channels. */
// @ts-ignore: decorator
@inline
export function put(to: usize, v0: v128, v1: v128, left: i32): void {
  storeFirst(to, v0, left);
  if (left > 4) storeFirst(to + 16, v1, left - 4);
}

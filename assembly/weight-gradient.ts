import { mulAdd } from './lanes';

/** Pixels that pass together: theirs and the sums of 64 x 64 channels fit into the first cache. */
const RUN: i32 = 48;

/**
 * gradient (aChannels, bChannels) += the sum over pixels of the outer products of a (count,
 * aChannels) and b (count, bChannels): with the inputs of a convolution as a and what the loss wants
 * of its outputs as b, the gradient of one tap's weights. Runs over whole bordered images: where b
 * is zero, as in its border, a does not count as long as it is finite.
 *
 * Four channels of a by eight of b make eight sums, as in conv2d.ts, with pixels along the loop.
 */
export function weightGradient(
  gradient: usize,
  a: usize,
  b: usize,
  count: i32,
  aChannels: i32,
  bChannels: i32,
): void {
  const aStep: usize = (<usize>aChannels) << 2;
  const bStep: usize = (<usize>bChannels) << 2;
  const blocks: usize = (<usize>(bChannels & ~7)) << 2;
  for (let first = 0; first < count; first += RUN) {
    const run = min(RUN, count - first);
    let i: usize = 0;
    for (; i + 16 <= aStep; i += 16) {
      const sums = gradient + (i >> 2) * bStep;
      for (let o: usize = 0; o < blocks; o += 32) fourByEight(sums + o, bStep, a + i, aStep, b + o, run);
      rest(sums, bStep, blocks, a + i, aStep, b, 4, run);
    }
    for (; i < aStep; i += 4) {
      const sums = gradient + (i >> 2) * bStep;
      for (let o: usize = 0; o < blocks; o += 32) oneByEight(sums + o, a + i, aStep, b + o, bStep, run);
      rest(sums, bStep, blocks, a + i, aStep, b, 1, run);
    }
    a += aStep * run;
    b += bStep * run;
  }
}

// @ts-ignore: decorator
@inline
function fourByEight(sums: usize, bStep: usize, a: usize, aStep: usize, b: usize, run: i32): void {
  const second = sums + bStep;
  const third = second + bStep;
  const fourth = third + bStep;
  let a0 = v128.load(sums), a1 = v128.load(sums, 16);
  let b0 = v128.load(second), b1 = v128.load(second, 16);
  let c0 = v128.load(third), c1 = v128.load(third, 16);
  let d0 = v128.load(fourth), d1 = v128.load(fourth, 16);
  for (let p = 0; p < run; p++) {
    const v0 = v128.load(b);
    const v1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    a0 = mulAdd(a0, s, v0);
    a1 = mulAdd(a1, s, v1);
    s = v128.load32_splat(a, 4);
    b0 = mulAdd(b0, s, v0);
    b1 = mulAdd(b1, s, v1);
    s = v128.load32_splat(a, 8);
    c0 = mulAdd(c0, s, v0);
    c1 = mulAdd(c1, s, v1);
    s = v128.load32_splat(a, 12);
    d0 = mulAdd(d0, s, v0);
    d1 = mulAdd(d1, s, v1);
    a += aStep;
    b += bStep;
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(second, b0);
  v128.store(second, b1, 16);
  v128.store(third, c0);
  v128.store(third, c1, 16);
  v128.store(fourth, d0);
  v128.store(fourth, d1, 16);
}

// @ts-ignore: decorator
@inline
function oneByEight(sums: usize, a: usize, aStep: usize, b: usize, bStep: usize, run: i32): void {
  let a0 = v128.load(sums), a1 = v128.load(sums, 16);
  for (let p = 0; p < run; p++) {
    const s = v128.load32_splat(a);
    a0 = mulAdd(a0, s, v128.load(b));
    a1 = mulAdd(a1, s, v128.load(b, 16));
    a += aStep;
    b += bStep;
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
}

/** The channels of b from byte `from` on, fewer than eight, against `height` of a. */
function rest(sums: usize, bStep: usize, from: usize, a: usize, aStep: usize, b: usize, height: i32, run: i32): void {
  for (let i = 0; i < height; i++) {
    for (let o = from; o < bStep; o += 4) {
      let sum = f32.load(sums + o);
      for (let p = 0; p < run; p++) sum += f32.load(a + aStep * p) * f32.load(b + o + bStep * p);
      f32.store(sums + o, sum);
    }
    sums += bStep;
    a += 4;
  }
}

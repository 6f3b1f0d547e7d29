import { AFFINE, finish, POOL } from './epilogue';
import { mulAdd } from './lanes';
import { clearBorder } from './layout';

// 3x3 convolution by Winograd's F(4x4, 3x3) (Lavin and Gray 2016, arXiv 1509.09308): a tile of
// 4x4 outputs costs 36 products per pair of channels instead of 144. The points are 0, +-3/4, +-3/2
// and infinity instead of the paper's 0, +-1, +-2: rounding errors are half as large on average,
// and every constant of the two transforms of pixels is exact in f32.
//
// Tiles of all images in one row go through in blocks: the input transform scatters a block into 36
// matrices (tiles, inChannels), each is multiplied by its matrix of weights, and the inverse
// transform gathers 36 values per output channel. Each output is one sum over the input channels in
// their order, so that neither the block nor the neighbours of a tile change a bit of it.

const A: f32 = 0.75;
const B: f32 = 1.5;
const A2: f32 = A * A;
const B2: f32 = B * B;

/** The factors of the two transforms, each four times. In memory, since newer V8 re-makes a constant at every use. */
const FACTORS = memory.data<f32>([
  A, A, A, A,
  B, B, B, B,
  A2, A2, A2, A2,
  B2, B2, B2, B2,
  A2 * A, A2 * A, A2 * A, A2 * A,
  B2 * B, B2 * B, B2 * B, B2 * B,
  A2 * B2, A2 * B2, A2 * B2, A2 * B2,
  A2 + B2, A2 + B2, A2 + B2, A2 + B2,
], 16);

/** Tiles of a block; a multiple of four. */
const TILES: i32 = 24;
/** Rows and columns of a tile's outputs, and of the pixels they need. */
const SIDE: i32 = 4;
const REACH: i32 = 6;
/** Bytes between matrices beyond their size: powers of two would compete for the same cache sets. */
const GAP: usize = 64;

/** Bytes from one of the 36 matrices (TILES, channels) to the next. */
function matrixBytes(channels: i32): usize {
  return (<usize>(TILES * channels)) * 4 + GAP;
}

/** Scratch bytes that winograd3x3 needs. */
export function winogradScratch(inChannels: i32, outChannels: i32): usize {
  const padded = (outChannels + 7) & ~7;
  return 36 * (matrixBytes(inChannels) + matrixBytes(padded)) + 36 * 16 + (<usize>(REACH * inChannels)) * 4;
}

/**
 * As conv3x3 of conv2d.ts, for n images one after the other, inChannels and outChannels multiples
 * of four. weights: (36, ceil(outChannels/8), inChannels, 8) as winogradWeights makes them.
 * A NaN or infinity spreads over the whole tiles that see it.
 */
export function winograd3x3(
  out: usize,
  pixels: usize,
  weights: usize,
  parameters: usize,
  scratch: usize,
  n: i32,
  rows: i32,
  columns: i32,
  inChannels: i32,
  outChannels: i32,
  flags: i32,
): void {
  const pool = (flags & POOL) != 0;
  const outRows = pool ? rows >> 1 : rows;
  const outColumns = pool ? columns >> 1 : columns;
  // a pool discards an odd last row and column: no tile is made for them alone
  const down = ((pool ? outRows << 1 : rows) + 3) >> 2;
  const across = ((pool ? outColumns << 1 : columns) + 3) >> 2;
  const groups = (outChannels + 7) >> 3;
  const inImage = (<usize>(inChannels * (rows + 2) * (columns + 2))) << 2;
  const outImage = (<usize>(outChannels * (outRows + 2) * (outColumns + 2))) << 2;
  const length: usize = (<usize>groups) << 5;

  const v = scratch;
  const vStep = matrixBytes(inChannels);
  const m = v + vStep * 36;
  const mStep = matrixBytes(groups << 3);
  const patch = m + mStep * 36;
  const zeros = patch + 36 * 16;
  const inStep: usize = (<usize>inChannels) << 2;
  const weightsStep = length * <usize>inChannels;
  memory.fill(zeros, 0, inStep * REACH);
  for (let i = 0; i < n; i++) clearBorder(out + outImage * <usize>i, outChannels, outRows, outColumns);

  const perImage = down * across;
  const total = n * perImage;
  for (let first = 0; first < total; first += TILES) {
    const count = min(TILES, total - first);
    for (let t = 0; t < count; t++) {
      const image = (first + t) / perImage;
      const tile = (first + t) % perImage;
      const y = (tile / across) * SIDE;
      const x = (tile % across) * SIDE;
      transformInput(
        v + inStep * <usize>t,
        vStep,
        pixels + inImage * <usize>image,
        patch,
        zeros,
        rows,
        columns,
        inChannels,
        y,
        x,
      );
    }
    for (let k: usize = 0; k < 36; k++) {
      multiply(m + mStep * k, v + vStep * k, weights + weightsStep * k, count, inStep, length);
    }
    for (let t = 0; t < count; t++) {
      const image = (first + t) / perImage;
      const tile = (first + t) % perImage;
      const y = (tile / across) * SIDE;
      const x = (tile % across) * SIDE;
      transformOutput(
        out + outImage * <usize>image,
        m + length * <usize>t,
        mStep,
        patch,
        parameters,
        length,
        outRows,
        outColumns,
        outChannels,
        y,
        x,
        flags,
      );
    }
  }
}

/** B^T d B for all channels of the tile whose first output is (y, x), one value into each matrix. */
function transformInput(
  to: usize,
  toStep: usize,
  image: usize,
  patch: usize,
  zeros: usize,
  rows: i32,
  columns: i32,
  channels: i32,
  y: i32,
  x: i32,
): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(columns + 2);
  const below = rows + 2 - y;
  const right = min(columns + 2 - x, REACH);
  const r0 = image + row * <usize>y + step * <usize>x;
  const r1 = below > 1 ? r0 + row : zeros;
  const r2 = below > 2 ? r0 + row * 2 : zeros;
  const r3 = below > 3 ? r0 + row * 3 : zeros;
  const r4 = below > 4 ? r0 + row * 4 : zeros;
  const r5 = below > 5 ? r0 + row * 5 : zeros;
  const zero = f32x4.splat(0);
  for (let c: usize = 0; c < step; c += 16) {
    for (let k = 0; k < REACH; k++) {
      const at = patch + ((<usize>k) << 4);
      if (k < right) {
        const o = c + step * <usize>k;
        forward(
          at,
          96,
          v128.load(r0 + o),
          v128.load(r1 + o),
          v128.load(r2 + o),
          v128.load(r3 + o),
          v128.load(r4 + o),
          v128.load(r5 + o),
        );
      } else {
        v128.store(at, zero);
        v128.store(at, zero, 96);
        v128.store(at, zero, 192);
        v128.store(at, zero, 288);
        v128.store(at, zero, 384);
        v128.store(at, zero, 480);
      }
    }
    let matrix = to + c;
    for (let k: usize = 0; k < 6 * 96; k += 96) {
      const at = patch + k;
      forward(
        matrix,
        toStep,
        v128.load(at),
        v128.load(at, 16),
        v128.load(at, 32),
        v128.load(at, 48),
        v128.load(at, 64),
        v128.load(at, 80),
      );
      matrix += toStep * 6;
    }
  }
}

/** B^T d: one row per point, the polynomial that vanishes at all the others. */
// @ts-ignore: decorator
@inline
function forward(to: usize, step: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const a2 = v128.load(FACTORS, 32);
  const b2 = v128.load(FACTORS, 48);
  const product = v128.load(FACTORS, 96);
  const sum = v128.load(FACTORS, 112);
  v128.store(to, f32x4.add(f32x4.sub(f32x4.mul(product, d0), f32x4.mul(sum, d2)), d4));
  let even = f32x4.sub(d4, f32x4.mul(b2, d2));
  let odd = f32x4.mul(v128.load(FACTORS), f32x4.sub(d3, f32x4.mul(b2, d1)));
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + step * 2, f32x4.sub(even, odd));
  even = f32x4.sub(d4, f32x4.mul(a2, d2));
  odd = f32x4.mul(v128.load(FACTORS, 16), f32x4.sub(d3, f32x4.mul(a2, d1)));
  v128.store(to + step * 3, f32x4.add(even, odd));
  v128.store(to + step * 4, f32x4.sub(even, odd));
  v128.store(to + step * 5, f32x4.add(f32x4.sub(f32x4.mul(product, d1), f32x4.mul(sum, d3)), d5));
}

/**
 * out (tiles, outChannels) = v (tiles, inChannels) x weights (groups, inChannels, 8); vStep and
 * outStep are the bytes of their rows. Four tiles by eight channels as in conv2d.ts; tiles are rounded up to four.
 */
function multiply(out: usize, v: usize, weights: usize, tiles: i32, vStep: usize, outStep: usize): void {
  const groupBytes = vStep << 3;
  for (let g: usize = 0; g < outStep; g += 32) {
    let from = v;
    let to = out + g;
    for (let t = 0; t < tiles; t += 4) {
      let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
      let w = weights;
      const end = from + vStep;
      for (let i = from; i < end; i += 4) {
        const v0 = v128.load(w);
        const v1 = v128.load(w, 16);
        let s = v128.load32_splat(i);
        a0 = mulAdd(a0, s, v0);
        a1 = mulAdd(a1, s, v1);
        s = v128.load32_splat(i + vStep);
        b0 = mulAdd(b0, s, v0);
        b1 = mulAdd(b1, s, v1);
        s = v128.load32_splat(i + vStep * 2);
        c0 = mulAdd(c0, s, v0);
        c1 = mulAdd(c1, s, v1);
        s = v128.load32_splat(i + vStep * 3);
        d0 = mulAdd(d0, s, v0);
        d1 = mulAdd(d1, s, v1);
        w += 32;
      }
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to + outStep, b0);
      v128.store(to + outStep, b1, 16);
      v128.store(to + outStep * 2, c0);
      v128.store(to + outStep * 2, c1, 16);
      v128.store(to + outStep * 3, d0);
      v128.store(to + outStep * 3, d1, 16);
      to += outStep << 2;
      from += vStep << 2;
    }
    weights += groupBytes;
  }
}

/** A^T m A, the epilogue and the pool for all channels of the tile whose first output is (y, x). */
function transformOutput(
  image: usize,
  m: usize,
  mStep: usize,
  patch: usize,
  parameters: usize,
  length: usize,
  outRows: i32,
  outColumns: i32,
  channels: i32,
  y: i32,
  x: i32,
  flags: i32,
): void {
  const step: usize = (<usize>channels) << 2;
  const row = step * <usize>(outColumns + 2);
  const pool = (flags & POOL) != 0;
  if (pool) {
    y >>= 1;
    x >>= 1;
  }
  // the maximum commutes with bias and ReLU, not with a negative scale
  const poolFirst = pool && !(flags & AFFINE);
  const side = pool ? SIDE >> 1 : SIDE;
  const below = min(outRows - y, side);
  const right = min(outColumns - x, side);
  const direct = !pool && below == SIDE && right == SIDE;
  const corner = image + row * <usize>(y + 1) + step * <usize>(x + 1);
  for (let c: usize = 0; c < step; c += 16) {
    // columns first: patch (4, 6)
    let from = m + c;
    for (let k: usize = 0; k < 96; k += 16) {
      inverse(
        patch + k,
        96,
        v128.load(from),
        v128.load(from + mStep * 6),
        v128.load(from + mStep * 12),
        v128.load(from + mStep * 18),
        v128.load(from + mStep * 24),
        v128.load(from + mStep * 30),
      );
      from += mStep;
    }
    // then its rows: to their place, or to patch (4, 4) when some are to be dropped or pooled
    const p = parameters + c;
    let to = direct ? corner + c : patch;
    const next = direct ? step : 16;
    for (let k: usize = 0; k < 4 * 96; k += 96) {
      const at = patch + k;
      inverse(
        to,
        next,
        v128.load(at),
        v128.load(at, 16),
        v128.load(at, 32),
        v128.load(at, 48),
        v128.load(at, 64),
        v128.load(at, 80),
      );
      const bias = v128.load(p);
      for (let j: usize = 0; j < 4; j++) {
        const place = to + next * j;
        const sum = f32x4.add(v128.load(place), bias);
        v128.store(place, poolFirst ? sum : finish(sum, p, length, flags));
      }
      to += direct ? row : 96;
    }
    if (direct) continue;
    to = corner + c;
    for (let r = 0; r < below; r++) {
      for (let k = 0; k < right; k++) {
        let v: v128;
        if (pool) {
          const at = patch + <usize>r * 192 + ((<usize>k) << 5);
          const top = f32x4.max(v128.load(at), v128.load(at, 16));
          const bottom = f32x4.max(v128.load(at, 96), v128.load(at, 112));
          v = f32x4.max(top, bottom);
          if (poolFirst) v = finish(v, p, length, flags);
        } else {
          v = v128.load(patch + <usize>r * 96 + ((<usize>k) << 4));
        }
        v128.store(to + step * <usize>k, v);
      }
      to += row;
    }
  }
}

/** A^T m: the values at the points combined with their powers 0 to 3. */
// @ts-ignore: decorator
@inline
function inverse(to: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const evenA = f32x4.add(m1, m2);
  const oddA = f32x4.sub(m1, m2);
  const evenB = f32x4.add(m3, m4);
  const oddB = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(evenA, evenB)));
  v128.store(to + step, f32x4.add(f32x4.mul(v128.load(FACTORS), oddA), f32x4.mul(v128.load(FACTORS, 16), oddB)));
  v128.store(
    to + step * 2,
    f32x4.add(f32x4.mul(v128.load(FACTORS, 32), evenA), f32x4.mul(v128.load(FACTORS, 48), evenB)),
  );
  v128.store(
    to + step * 3,
    f32x4.add(
      f32x4.add(f32x4.mul(v128.load(FACTORS, 64), oddA), f32x4.mul(v128.load(FACTORS, 80), oddB)),
      m5,
    ),
  );
}

/**
 * G g G^T of every filter in f64, rounded once: from weights (outChannels, inChannels, 3, 3) to
 * out (36, ceil(outChannels/8), inChannels, 8), zero where there is no channel.
 */
export function winogradWeights(out: usize, weights: usize, inChannels: i32, outChannels: i32): void {
  const matrix = (<usize>((outChannels + 7) >> 3) * <usize>inChannels) << 5;
  const filters: usize = (<usize>inChannels) * 36;
  for (let o = 0; o < outChannels; o += 8) {
    const lanes = min(outChannels - o, 8);
    if (lanes < 8) memory.fill(EIGHT, 0, 36 * 32);
    for (let i = 0; i < inChannels; i++) {
      for (let lane = 0; lane < lanes; lane += 2) {
        const two = lane + 1 < lanes;
        // the filter of the next output channel; of the last one, which has none, once more itself
        transformPair(EIGHT + ((<usize>lane) << 2), weights + filters * <usize>lane, two ? filters : 0, two);
      }
      // the matrices lie a power of two apart, and compete for one set of the cache: eight values at a time
      for (let at: usize = 0, to = out; at < 36 * 32; at += 32, to += matrix) {
        v128.store(to, v128.load(EIGHT + at));
        v128.store(to, v128.load(EIGHT + at, 16), 16);
      }
      out += 32;
      weights += 36;
    }
    weights += filters * 7;
  }
}

/** One value in each of the 36 matrices for eight output channels. */
const EIGHT = memory.data(36 * 32, 16);

/** G g G^T of two filters `next` bytes apart, or of the first, to two lanes of 36 vectors of eight. */
function transformPair(to: usize, g: usize, next: usize, two: bool): void {
  const g00 = pair(g, next), g01 = pair(g + 4, next), g02 = pair(g + 8, next);
  const g10 = pair(g + 12, next), g11 = pair(g + 16, next), g12 = pair(g + 20, next);
  const g20 = pair(g + 24, next), g21 = pair(g + 28, next), g22 = pair(g + 32, next);
  row(to, nought(g00), nought(g01), nought(g02), two);
  let e0 = even(g00, g20, NEAR), e1 = even(g01, g21, NEAR), e2 = even(g02, g22, NEAR);
  let o0 = odd(g10, A, NEAR), o1 = odd(g11, A, NEAR), o2 = odd(g12, A, NEAR);
  row(to + 32 * 6, f64x2.add(e0, o0), f64x2.add(e1, o1), f64x2.add(e2, o2), two);
  row(to + 32 * 12, f64x2.sub(e0, o0), f64x2.sub(e1, o1), f64x2.sub(e2, o2), two);
  e0 = even(g00, g20, FAR), e1 = even(g01, g21, FAR), e2 = even(g02, g22, FAR);
  o0 = odd(g10, B, FAR), o1 = odd(g11, B, FAR), o2 = odd(g12, B, FAR);
  row(to + 32 * 18, f64x2.add(e0, o0), f64x2.add(e1, o1), f64x2.add(e2, o2), two);
  row(to + 32 * 24, f64x2.sub(e0, o0), f64x2.sub(e1, o1), f64x2.sub(e2, o2), two);
  row(to + 32 * 30, g20, g21, g22, two);
}

// A row of G is the filter's polynomial at one point over the product of its distances to the
// others, which is the same for a point and its negative.
const NEAR: f64 = 1 / (2 * <f64>A2 * (<f64>A2 - <f64>B2));
const FAR: f64 = 1 / (2 * <f64>B2 * (<f64>B2 - <f64>A2));

/** A weight of two filters that lie `next` bytes apart. */
// @ts-ignore: decorator
@inline
function pair(at: usize, next: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_lane(at + next, v128.load32_zero(at), 1));
}

/** (h0, h1, h2) times G^T to six vectors of eight, of two filters or of the first. */
function row(to: usize, h0: v128, h1: v128, h2: v128, two: bool): void {
  store(to, nought(h0), two);
  let e = even(h0, h2, NEAR);
  let o = odd(h1, A, NEAR);
  store(to + 32, f64x2.add(e, o), two);
  store(to + 64, f64x2.sub(e, o), two);
  e = even(h0, h2, FAR);
  o = odd(h1, B, FAR);
  store(to + 96, f64x2.add(e, o), two);
  store(to + 128, f64x2.sub(e, o), two);
  store(to + 160, h2, two);
}

/** The polynomial at 0, over its distances. */
// @ts-ignore: decorator
@inline
function nought(g0: v128): v128 {
  return f64x2.mul(g0, f64x2.splat(1 / (<f64>A2 * <f64>B2)));
}

/** Its even part at A or B. */
// @ts-ignore: decorator
@inline
function even(g0: v128, g2: v128, scale: f64): v128 {
  const square = scale == NEAR ? <f64>A2 : <f64>B2;
  return f64x2.add(f64x2.mul(g0, f64x2.splat(scale)), f64x2.mul(g2, f64x2.splat(scale * square)));
}

/** Its odd part at x. */
// @ts-ignore: decorator
@inline
function odd(g1: v128, x: f32, scale: f64): v128 {
  return f64x2.mul(g1, f64x2.splat(scale * <f64>x));
}

// @ts-ignore: decorator
@inline
function store(to: usize, v: v128, two: bool): void {
  const rounded = f32x4.demote_f64x2_zero(v);
  if (two) v128.store64_lane(to, rounded, 0);
  else v128.store32_lane(to, rounded, 0);
}

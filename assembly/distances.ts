import { mulAdd, storeFirst } from './lanes';

// Queries and prototypes lie in blocks of eight, dimension-major inside (packPoints with width 8).
// A tile of four queries by eight prototypes has its sums in eight registers; two more hold eight
// prototypes' components and one, by turns, each query's. Every pair is summed along the dimension
// from first to last, wherever it lies, so that its bits depend on the two vectors only.

/** Bytes of prototypes that stay in the cache while all queries pass. */
const PASS: i32 = 1 << 18;

/** How a pair's number is made. */
const DIFFERENCES: i32 = 0; // sum (q - p)^2
const EXPANDED: i32 = 1; // |q|^2 + |p|^2 - 2 q.p, at least 0: two thirds of the work, but it cancels
const COSINE: i32 = 2; // q.p / (|q| |p|)

/**
 * Squared norms of vectors in blocks, out (ceil(n/8)*8), or their roots. Summed as the products
 * below are, so that a vector's expanded distance to itself is exactly zero.
 */
export function norms(out: usize, blocks: usize, n: i32, dimension: i32, root: bool): void {
  for (let i = 0; i < n; i += 8) {
    let a0 = f32x4.splat(0), a1 = a0;
    for (let d = 0; d < dimension; d++) {
      const v0 = v128.load(blocks), v1 = v128.load(blocks, 16);
      a0 = mulAdd(a0, v0, v0);
      a1 = mulAdd(a1, v1, v1);
      blocks += 32;
    }
    v128.store(out, root ? f32x4.sqrt(a0) : a0);
    v128.store(out, root ? f32x4.sqrt(a1) : a1, 16);
    out += 32;
  }
}

/**
 * Every query with every prototype, in the given form: out (n, m); norms of either as the form
 * wants them (DIFFERENCES: none). tile is scratch for 32 values.
 */
export function distances(
  out: usize,
  queries: usize,
  prototypes: usize,
  queryNorms: usize,
  prototypeNorms: usize,
  n: i32,
  m: i32,
  dimension: i32,
  form: i32,
  tile: usize,
): void {
  const step = passLength(dimension);
  for (let start = 0; start < m; start += step) {
    const end = min(start + step, m);
    for (let i = 0; i < n; i += 4) {
      const rows = min(n - i, 4);
      for (let j = start; j < end; j += 8) {
        fill(tile, fourOf(queries, i, dimension), eightOf(prototypes, j, dimension), dimension, form);
        let to = out + (((<usize>i) * m + j) << 2);
        for (let r = 0; r < rows; r++) {
          const q = queryNorms + ((<usize>(i + r)) << 2);
          const p = prototypeNorms + ((<usize>j) << 2);
          const sums = tile + ((<usize>r) << 5);
          const left = m - j;
          storeFirst(to, finish(v128.load(sums), q, p, form), left);
          if (left > 4) storeFirst(to + 16, finish(v128.load(sums, 16), q, p + 16, form), left - 4);
          to += (<usize>m) << 2;
        }
      }
    }
  }
}

/**
 * The nearest prototype of every query, without the matrix: index (n, i32) and distance (n), the
 * least of its row of distances() and where, the lowest index of equals; -1 and infinity where no
 * distance is less than infinity. form: DIFFERENCES or EXPANDED. tile is scratch for 32 values.
 */
export function nearest(
  index: usize,
  distance: usize,
  queries: usize,
  prototypes: usize,
  queryNorms: usize,
  prototypeNorms: usize,
  n: i32,
  m: i32,
  dimension: i32,
  form: i32,
  tile: usize,
): void {
  for (let i = 0; i < n; i++) {
    i32.store(index + ((<usize>i) << 2), -1);
    f32.store(distance + ((<usize>i) << 2), Infinity);
  }
  const step = passLength(dimension);
  for (let start = 0; start < m; start += step) {
    const end = min(start + step, m);
    for (let i = 0; i < n; i += 4) {
      const rows = min(n - i, 4);
      for (let j = start; j < end; j += 8) {
        fill(tile, fourOf(queries, i, dimension), eightOf(prototypes, j, dimension), dimension, form);
        for (let r = 0; r < rows; r++) {
          const at: usize = (<usize>(i + r)) << 2;
          const p = prototypeNorms + ((<usize>j) << 2);
          const sums = tile + ((<usize>r) << 5);
          const v0 = finish(v128.load(sums), queryNorms + at, p, form);
          const v1 = finish(v128.load(sums, 16), queryNorms + at, p + 16, form);
          const least = f32x4.splat(f32.load(distance + at));
          if (v128.any_true(v128.or(f32x4.lt(v0, least), f32x4.lt(v1, least)))) {
            v128.store(sums, v0);
            v128.store(sums, v1, 16);
            keepLeast(index + at, distance + at, sums, j, min(m - j, 8));
          }
        }
      }
    }
  }
}

/** Prototypes of one pass, a multiple of eight. */
// @ts-ignore: decorator
@inline
function passLength(dimension: i32): i32 {
  return max(1, PASS / (32 * max(1, dimension))) << 3;
}

/** First component of vectors i..i+3, i a multiple of four, or j..j+7, j a multiple of eight. */
// @ts-ignore: decorator
@inline
function fourOf(blocks: usize, i: i32, dimension: i32): usize {
  return blocks + (((<usize>(i & ~7)) * dimension) << 2) + ((<usize>(i & 4)) << 2);
}

// @ts-ignore: decorator
@inline
function eightOf(blocks: usize, j: i32, dimension: i32): usize {
  return blocks + (((<usize>j) * dimension) << 2);
}

/** Sums of the form for four queries and eight prototypes, tile (4, 8). */
// @ts-ignore: decorator
@inline
function fill(tile: usize, q: usize, p: usize, dimension: i32, form: i32): void {
  if (form == DIFFERENCES) squaredDifferences(tile, q, p, dimension);
  else products(tile, q, p, dimension);
}

function products(tile: usize, q: usize, p: usize, dimension: i32): void {
  const end = p + ((<usize>dimension) << 5);
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  while (p < end) {
    const v0 = v128.load(p), v1 = v128.load(p, 16);
    let s = v128.load32_splat(q);
    a0 = mulAdd(a0, s, v0);
    a1 = mulAdd(a1, s, v1);
    s = v128.load32_splat(q, 4);
    b0 = mulAdd(b0, s, v0);
    b1 = mulAdd(b1, s, v1);
    s = v128.load32_splat(q, 8);
    c0 = mulAdd(c0, s, v0);
    c1 = mulAdd(c1, s, v1);
    s = v128.load32_splat(q, 12);
    d0 = mulAdd(d0, s, v0);
    d1 = mulAdd(d1, s, v1);
    p += 32;
    q += 32;
  }
  storeTile(tile, a0, a1, b0, b1, c0, c1, d0, d1);
}

function squaredDifferences(tile: usize, q: usize, p: usize, dimension: i32): void {
  const end = p + ((<usize>dimension) << 5);
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  while (p < end) {
    const v0 = v128.load(p), v1 = v128.load(p, 16);
    let s = v128.load32_splat(q);
    a0 = addSquare(a0, s, v0);
    a1 = addSquare(a1, s, v1);
    s = v128.load32_splat(q, 4);
    b0 = addSquare(b0, s, v0);
    b1 = addSquare(b1, s, v1);
    s = v128.load32_splat(q, 8);
    c0 = addSquare(c0, s, v0);
    c1 = addSquare(c1, s, v1);
    s = v128.load32_splat(q, 12);
    d0 = addSquare(d0, s, v0);
    d1 = addSquare(d1, s, v1);
    p += 32;
    q += 32;
  }
  storeTile(tile, a0, a1, b0, b1, c0, c1, d0, d1);
}

/** acc + (a - b)^2 */
// @ts-ignore: decorator
@inline
function addSquare(acc: v128, a: v128, b: v128): v128 {
  const d = f32x4.sub(a, b);
  return mulAdd(acc, d, d);
}

// @ts-ignore: decorator
@inline
function storeTile(
  tile: usize, a0: v128, a1: v128, b0: v128, b1: v128, c0: v128, c1: v128, d0: v128, d1: v128,
): void {
  v128.store(tile, a0);
  v128.store(tile, a1, 16);
  v128.store(tile, b0, 32);
  v128.store(tile, b1, 48);
  v128.store(tile, c0, 64);
  v128.store(tile, c1, 80);
  v128.store(tile, d0, 96);
  v128.store(tile, d1, 112);
}

/** From four sums of one query (its norm at q) with four prototypes (theirs at p) to the form. */
// @ts-ignore: decorator
@inline
function finish(sums: v128, q: usize, p: usize, form: i32): v128 {
  if (form == DIFFERENCES) return sums;
  const query = v128.load32_splat(q);
  const prototype = v128.load(p);
  const zero = f32x4.splat(0);
  if (form == EXPANDED) {
    const v = f32x4.sub(f32x4.add(query, prototype), f32x4.add(sums, sums));
    return f32x4.max(v, zero); // a NaN stays one
  }
  const lengths = f32x4.mul(query, prototype);
  return v128.andnot(f32x4.div(sums, lengths), f32x4.eq(lengths, zero));
}

/** Keep the least of n values, the distances to prototypes j, j+1, ..., if it is less than known. */
function keepLeast(index: usize, distance: usize, values: usize, j: i32, n: i32): void {
  let least = f32.load(distance);
  for (let i = 0; i < n; i++) {
    const value = f32.load(values + ((<usize>i) << 2));
    if (!(value < least)) continue;
    least = value;
    f32.store(distance, value);
    i32.store(index, j + i);
  }
}

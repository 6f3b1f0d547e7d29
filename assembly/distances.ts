import { loadFirst, mulAdd, sumLanes } from './lanes';

/** Prototypes that stay in the cache while all queries pass. */
const TILE: i32 = 32;

/**
 * Squared Euclidean distance of every query to every prototype:
 * queries (n, dimension), prototypes (m, dimension), out (n, m).
 * Differences are squared and summed as they are: the shorter |q|^2 + |p|^2 - 2qp cancels for
 * near neighbours, the ones that matter.
 */
export function squaredEuclidean(out: usize, queries: usize, prototypes: usize, n: i32, m: i32, dimension: i32): void {
  for (let start = 0; start < m; start += TILE) {
    const end = min(start + TILE, m);
    for (let i = 0; i < n; i += 4) {
      for (let j = start; j < end; j += 2) block4x2(out, queries, prototypes, i, j, n, m, dimension);
    }
  }
}

/**
 * Four queries by two prototypes: eight sums share six loads. At the edges the last query or
 * prototype stands in for the missing ones and is not stored, so that every pair is summed in the
 * same order wherever it lies.
 */
// @ts-ignore: decorator
@inline
function block4x2(out: usize, queries: usize, prototypes: usize, i: i32, j: i32, n: i32, m: i32, dimension: i32): void {
  const bytes: usize = (<usize>dimension) << 2;
  const rows = min(n - i, 4);
  let q0 = queries + bytes * <usize>i;
  let q1 = rows > 1 ? q0 + bytes : q0;
  let q2 = rows > 2 ? q1 + bytes : q1;
  let q3 = rows > 3 ? q2 + bytes : q2;
  let p0 = prototypes + bytes * <usize>j;
  let p1 = j + 1 < m ? p0 + bytes : p0;
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
  let k = dimension;
  for (; k >= 4; k -= 4) {
    const u = v128.load(p0), v = v128.load(p1);
    let q = v128.load(q0);
    a0 = addSquare(a0, q, u);
    a1 = addSquare(a1, q, v);
    q = v128.load(q1);
    b0 = addSquare(b0, q, u);
    b1 = addSquare(b1, q, v);
    q = v128.load(q2);
    c0 = addSquare(c0, q, u);
    c1 = addSquare(c1, q, v);
    q = v128.load(q3);
    d0 = addSquare(d0, q, u);
    d1 = addSquare(d1, q, v);
    q0 += 16, q1 += 16, q2 += 16, q3 += 16, p0 += 16, p1 += 16;
  }
  if (k > 0) {
    const u = loadFirst(p0, k), v = loadFirst(p1, k);
    let q = loadFirst(q0, k);
    a0 = addSquare(a0, q, u);
    a1 = addSquare(a1, q, v);
    q = loadFirst(q1, k);
    b0 = addSquare(b0, q, u);
    b1 = addSquare(b1, q, v);
    q = loadFirst(q2, k);
    c0 = addSquare(c0, q, u);
    c1 = addSquare(c1, q, v);
    q = loadFirst(q3, k);
    d0 = addSquare(d0, q, u);
    d1 = addSquare(d1, q, v);
  }
  const row: usize = (<usize>m) << 2;
  const to = out + row * <usize>i + ((<usize>j) << 2);
  const both = j + 1 < m;
  putPair(to, a0, a1, both);
  if (rows > 1) putPair(to + row, b0, b1, both);
  if (rows > 2) putPair(to + row * 2, c0, c1, both);
  if (rows > 3) putPair(to + row * 3, d0, d1, both);
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
function putPair(to: usize, v0: v128, v1: v128, both: bool): void {
  f32.store(to, sumLanes(v0));
  if (both) f32.store(to, sumLanes(v1), 4);
}

/**
 * Cosine similarity of every query with every prototype, 0 where either vector is zero:
 * queries (n, dimension), prototypes (m, dimension), out (n, m).
 * norms (m) is scratch for the prototypes' lengths.
 */
export function cosine(
  out: usize,
  queries: usize,
  prototypes: usize,
  n: i32,
  m: i32,
  dimension: i32,
  norms: usize,
): void {
  const bytes: usize = (<usize>dimension) << 2;
  for (let j = 0; j < m; j++) {
    const p = prototypes + bytes * <usize>j;
    f32.store(norms + ((<usize>j) << 2), sqrt(dot(p, p, dimension)));
  }
  for (let i = 0; i < n; i++) {
    const q = queries + bytes * <usize>i;
    const norm = sqrt(dot(q, q, dimension));
    for (let j = 0; j < m; j++) {
      const product = norm * f32.load(norms + ((<usize>j) << 2));
      const d = dot(q, prototypes + bytes * <usize>j, dimension);
      f32.store(out, product > 0 ? d / product : product);
      out += 4;
    }
  }
}

function dot(a: usize, b: usize, dimension: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  let k = 0;
  for (; k + 8 <= dimension; k += 8) {
    s0 = mulAdd(s0, v128.load(a), v128.load(b));
    s1 = mulAdd(s1, v128.load(a, 16), v128.load(b, 16));
    a += 32;
    b += 32;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; k < dimension; k++) {
    sum += f32.load(a) * f32.load(b);
    a += 4;
    b += 4;
  }
  return sum;
}

import { mulAdd, sumLanes } from './lanes';

/**
 * Squared Euclidean distance of every query to every prototype:
 * queries (n, dimension), prototypes (m, dimension), out (n, m).
 */
export function squaredEuclidean(out: usize, queries: usize, prototypes: usize, n: i32, m: i32, dimension: i32): void {
  const bytes: usize = (<usize>dimension) << 2;
  for (let i = 0; i < n; i++) {
    const q = queries + bytes * <usize>i;
    for (let j = 0; j < m; j++) {
      f32.store(out, squaredDistance(q, prototypes + bytes * <usize>j, dimension));
      out += 4;
    }
  }
}

/** Squared Euclidean distance of two vectors; two sums side by side hide the latency of the adder. */
export function squaredDistance(a: usize, b: usize, dimension: i32): f32 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
  let k = 0;
  for (; k + 8 <= dimension; k += 8) {
    const d0 = f32x4.sub(v128.load(a), v128.load(b));
    const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    s0 = mulAdd(s0, d0, d0);
    s1 = mulAdd(s1, d1, d1);
    a += 32;
    b += 32;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; k < dimension; k++) {
    const d = f32.load(a) - f32.load(b);
    sum += d * d;
    a += 4;
    b += 4;
  }
  return sum;
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

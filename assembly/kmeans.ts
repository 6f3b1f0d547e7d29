import { loadFirst, storeFirst, sumLanesWide } from './lanes';
import { transpose } from './layout';

// Points lie in blocks of eight, dimension-major inside, so that a lane is a point and distances
// need no sums across lanes.

/**
 * points (n, dimension) to blocks (ceil(n/8), dimension, 8); the last point fills up the last block.
 */
export function packPoints(out: usize, points: usize, n: i32, dimension: i32): void {
  const bytes: usize = (<usize>dimension) << 2;
  for (let i = 0; i < n; i += 8) {
    const block = out + bytes * <usize>i;
    const left = min(n - i, 8);
    transpose(block, 32, points + bytes * <usize>i, bytes, left, dimension);
    const last = points + bytes * <usize>(n - 1);
    for (let p = left; p < 8; p++) transpose(block + ((<usize>p) << 2), 32, last, bytes, 1, dimension);
  }
}

/**
 * One Lloyd step (Lloyd 1982): assign each point to its nearest centre and accumulate.
 * points (n, dimension) and the same as blocks, centres (k, dimension); out: labels (n, i32),
 * sums (k, dimension, f64), counts (k, i32). Ties go to the lower index. Returns the inertia, the
 * sum of squared distances to the nearest centre, infinite when a point is not finite. Sums are
 * f64: a quarter of a million f32 terms would lose the centre.
 */
export function kmeansStep(
  labels: usize,
  sums: usize,
  counts: usize,
  points: usize,
  blocks: usize,
  centres: usize,
  n: i32,
  k: i32,
  dimension: i32,
): f64 {
  const bytes: usize = (<usize>dimension) << 2;
  memory.fill(sums, 0, (<usize>k * dimension) << 3);
  memory.fill(counts, 0, (<usize>k) << 2);
  let inertia: f64 = 0;
  for (let i = 0; i < n; i += 8) {
    const block = blocks + bytes * <usize>i;
    let least0 = f32x4.splat(Infinity), least1 = least0;
    let best0 = i32x4.splat(0), best1 = best0;
    let centre = centres;
    for (let j = 0; j < k; j++) {
      let s0 = f32x4.splat(0), s1 = s0;
      let from = block;
      for (let d = 0; d < dimension; d++) {
        const c = v128.load32_splat(centre);
        const d0 = f32x4.sub(v128.load(from), c);
        const d1 = f32x4.sub(v128.load(from, 16), c);
        s0 = f32x4.add(s0, f32x4.mul(d0, d0));
        s1 = f32x4.add(s1, f32x4.mul(d1, d1));
        centre += 4;
        from += 32;
      }
      const label = i32x4.splat(j);
      const nearer0 = f32x4.lt(s0, least0), nearer1 = f32x4.lt(s1, least1);
      least0 = v128.bitselect(s0, least0, nearer0);
      least1 = v128.bitselect(s1, least1, nearer1);
      best0 = v128.bitselect(label, best0, nearer0);
      best1 = v128.bitselect(label, best1, nearer1);
    }
    const left = n - i;
    const to = labels + ((<usize>i) << 2);
    storeFirst(to, best0, left);
    if (left > 4) storeFirst(to + 16, best1, left - 4);
    inertia += sumLanesWide(firstLanes(least0, left)) + sumLanesWide(firstLanes(least1, left - 4));
    accumulate(sums, counts, to, points + bytes * <usize>i, min(left, 8), dimension);
  }
  return inertia;
}

/** The first n lanes of v, zero in the others. */
// @ts-ignore: decorator
@inline
function firstLanes(v: v128, n: i32): v128 {
  return v128.and(v, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(n)));
}

/** Add n points (n, dimension) to the sums and counts of their labels (n). */
// @ts-ignore: decorator
@inline
function accumulate(sums: usize, counts: usize, labels: usize, points: usize, n: i32, dimension: i32): void {
  for (let i = 0; i < n; i++) {
    const label: usize = <usize>i32.load(labels + ((<usize>i) << 2));
    const count = counts + (label << 2);
    i32.store(count, i32.load(count) + 1);
    let sum = sums + ((label * dimension) << 3);
    let d = 0;
    for (; d + 2 <= dimension; d += 2) {
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(v128.load64_zero(points))));
      sum += 16;
      points += 8;
    }
    if (d < dimension) {
      f64.store(sum, f64.load(sum) + <f64>f32.load(points));
      points += 4;
    }
  }
}

/**
 * One step of k-means++ seeding (Arthur and Vassilvitskii 2007): nearest (n) becomes the smaller of
 * itself and the squared distance of its point, given as blocks, to centre (dimension). Returns the
 * sum of nearest.
 */
export function kmeansSeedStep(nearest: usize, blocks: usize, centre: usize, n: i32, dimension: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < n; i += 4) {
    // half a block: every other four points start in the middle of one
    let from = blocks + (((<usize>(i & ~7)) * dimension) << 2) + ((<usize>(i & 4)) << 2);
    let sum = f32x4.splat(0);
    for (let d = 0; d < dimension; d++) {
      const difference = f32x4.sub(v128.load(from), v128.load32_splat(centre + ((<usize>d) << 2)));
      sum = f32x4.add(sum, f32x4.mul(difference, difference));
      from += 32;
    }
    const at = nearest + ((<usize>i) << 2);
    const left = n - i;
    sum = f32x4.min(sum, left < 4 ? loadFirst(at, left) : v128.load(at));
    storeFirst(at, sum, left);
    total += sumLanesWide(firstLanes(sum, left));
  }
  return total;
}

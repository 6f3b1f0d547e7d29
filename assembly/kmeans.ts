import { squaredDistance } from './distances';

/**
 * One Lloyd step (Lloyd 1982): assign each point to its nearest centre and accumulate.
 * points (n, dimension), centres (k, dimension); out: labels (n, i32), sums (k, dimension, f64),
 * counts (k, i32). Ties go to the lower index. Returns the inertia, the sum of squared distances
 * to the nearest centre. Sums are f64: a quarter of a million f32 terms would lose the centre.
 */
export function kmeansStep(
  labels: usize,
  sums: usize,
  counts: usize,
  points: usize,
  centres: usize,
  n: i32,
  k: i32,
  dimension: i32,
): f64 {
  const bytes: usize = (<usize>dimension) << 2;
  memory.fill(sums, 0, (<usize>(k * dimension)) << 3);
  memory.fill(counts, 0, (<usize>k) << 2);
  let inertia: f64 = 0;
  for (let i = 0; i < n; i++) {
    const point = points + bytes * <usize>i;
    let best = 0;
    let least = f32.MAX_VALUE;
    for (let j = 0; j < k; j++) {
      const d = squaredDistance(point, centres + bytes * <usize>j, dimension);
      if (d < least) {
        least = d;
        best = j;
      }
    }
    i32.store(labels + ((<usize>i) << 2), best);
    const count = counts + ((<usize>best) << 2);
    i32.store(count, i32.load(count) + 1);
    inertia += <f64>least;
    accumulate(sums + bytes * 2 * <usize>best, point, dimension);
  }
  return inertia;
}

/** sum (dimension, f64) += point (dimension, f32) */
// @ts-ignore: decorator
@inline
function accumulate(sum: usize, point: usize, dimension: i32): void {
  let d = 0;
  for (; d + 2 <= dimension; d += 2) {
    v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(v128.load64_zero(point))));
    sum += 16;
    point += 8;
  }
  if (d < dimension) f64.store(sum, f64.load(sum) + <f64>f32.load(point));
}

/**
 * One step of k-means++ seeding (Arthur and Vassilvitskii 2007): nearest (n) becomes the smaller of
 * itself and the squared distance to centre (dimension). Returns the sum of nearest.
 */
export function kmeansSeedStep(nearest: usize, points: usize, centre: usize, n: i32, dimension: i32): f64 {
  const bytes: usize = (<usize>dimension) << 2;
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const at = nearest + ((<usize>i) << 2);
    const d = min(f32.load(at), squaredDistance(points + bytes * <usize>i, centre, dimension));
    f32.store(at, d);
    total += <f64>d;
  }
  return total;
}

import { firstLanes, mulAdd, widen } from './lanes';

// Points lie in blocks of sixteen, dimension-major inside (packPoints with width 16): a lane is a
// point, so that a scalar product needs no sum across lanes, and those of sixteen points with two
// centres grow side by side: each component is loaded once for both. Labels are padded to whole blocks.

const WIDTH: i32 = 16;
/** Sixteen points of larger squares have scalar products that f32 does not hold. */
const LARGEST: f64 = 4e37;

/**
 * k-means++ seeding (Arthur and Vassilvitskii 2007): centres (k, dimension) become k of the n
 * points, the first drawn evenly and each other with its squared distance to the nearest earlier
 * one as weight. uniforms (k, f64) in [0, 1) decide; nearest (ceil(n/16)*16) is scratch.
 */
export function kmeansSeeds(
  centres: usize,
  nearest: usize,
  blocks: usize,
  uniforms: usize,
  n: i32,
  k: i32,
  dimension: i32,
): void {
  let chosen = <i32>(f64.load(uniforms) * <f64>n);
  for (let i = 0; i < n; i += 4) v128.store(nearest + ((<usize>i) << 2), f32x4.splat(Infinity));
  for (let j = 0; j < k; j++) {
    const centre = centres + ((<usize>j * dimension) << 2);
    copyPoint(centre, blocks, chosen, dimension);
    if (j == k - 1) break;
    const total = seedStep(nearest, blocks, centre, n, dimension);
    // a centre weighs nothing
    chosen = drawn(nearest, f64.load(uniforms + ((<usize>j + 1) << 3)) * total, n, chosen);
  }
}

/** The point at which the weights passed exceed `left`: block by block, then one by one; `otherwise` if all weigh nothing. */
function drawn(nearest: usize, left: f64, n: i32, otherwise: i32): i32 {
  let i = 0;
  for (; i + WIDTH < n; i += WIDTH) {
    const at = nearest + ((<usize>i) << 2);
    const weights = sum16(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48), WIDTH);
    const rest = left - (f64x2.extract_lane(weights, 0) + f64x2.extract_lane(weights, 1));
    if (rest < 0) break;
    left = rest;
  }
  for (; i < n; i++) {
    const weight = f32.load(nearest + ((<usize>i) << 2));
    left -= weight;
    if (left < 0 && weight > 0) return i;
  }
  // what rounding left over falls to the last that weighs anything
  while (--i >= 0) if (f32.load(nearest + ((<usize>i) << 2)) > 0) return i;
  return otherwise;
}

/** nearest becomes the smaller of itself and the squared distance to centre; returns its sum. */
function seedStep(nearest: usize, blocks: usize, centre: usize, n: i32, dimension: i32): f64 {
  let total = f64x2.splat(0);
  for (let i = 0; i < n; i += WIDTH) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let c = centre, end = centre + ((<usize>dimension) << 2); c < end; c += 4) {
      const v = v128.load32_splat(c);
      s0 = addSquare(s0, v128.load(blocks), v);
      s1 = addSquare(s1, v128.load(blocks, 16), v);
      s2 = addSquare(s2, v128.load(blocks, 32), v);
      s3 = addSquare(s3, v128.load(blocks, 48), v);
      blocks += 64;
    }
    s0 = f32x4.min(s0, v128.load(nearest));
    s1 = f32x4.min(s1, v128.load(nearest, 16));
    s2 = f32x4.min(s2, v128.load(nearest, 32));
    s3 = f32x4.min(s3, v128.load(nearest, 48));
    v128.store(nearest, s0);
    v128.store(nearest, s1, 16);
    v128.store(nearest, s2, 32);
    v128.store(nearest, s3, 48);
    nearest += 64;
    total = f64x2.add(total, sum16(s0, s1, s2, s3, n - i));
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

/** Points in blocks of sixteen, (ceil(n/16), dimension, 16), less an origin. In place. */
export function movePoints(blocks: usize, origin: usize, n: i32, dimension: i32): void {
  const end = origin + ((<usize>dimension) << 2);
  for (let i = 0; i < n; i += WIDTH) {
    for (let at = origin; at < end; at += 4) {
      const o = v128.load32_splat(at);
      v128.store(blocks, f32x4.sub(v128.load(blocks), o));
      v128.store(blocks, f32x4.sub(v128.load(blocks, 16), o), 16);
      v128.store(blocks, f32x4.sub(v128.load(blocks, 32), o), 32);
      v128.store(blocks, f32x4.sub(v128.load(blocks, 48), o), 48);
      blocks += 64;
    }
  }
}

/**
 * Lloyd iterations (Lloyd 1982) from centres (k, dimension) until the inertia (the sum of squared
 * distances to the nearest centre) falls by no more than tolerance times itself, or maxIterations;
 * at least one. Out: centres, and for them labels (n, i32, padded), counts (k, i32) and the
 * inertia at result (f64), infinite when a point is not finite; returns the number of iterations.
 * sums (k, dimension, f64) and planes (k, dimension + 1) are scratch.
 */
export function kmeans(
  result: usize,
  labels: usize,
  centres: usize,
  counts: usize,
  sums: usize,
  planes: usize,
  blocks: usize,
  n: i32,
  k: i32,
  dimension: i32,
  maxIterations: i32,
  tolerance: f64,
): i32 {
  memory.fill(sums, 0, (<usize>k * dimension) << 3);
  memory.fill(counts, 0, (<usize>k) << 2);
  memory.fill(labels, 0xff, (<usize>(n + WIDTH - 1) & ~(WIDTH - 1)) << 2);
  const squares = kmeansStep(labels, sums, counts, planes, blocks, centres, n, k, dimension, true);
  let inertia = inertiaOf(squares, centres, sums, counts, k, dimension);
  let iterations = 0;
  let before: f64 = 0;
  do {
    moveCentres(centres, sums, counts, k, dimension);
    for (let j = 0; j < k; j++) {
      if (i32.load(counts + ((<usize>j) << 2)) > 0) continue;
      const far = farthest(labels, centres, counts, blocks, n, j, dimension);
      copyPoint(centres + ((<usize>j * dimension) << 2), blocks, far, dimension);
    }
    before = inertia;
    kmeansStep(labels, sums, counts, planes, blocks, centres, n, k, dimension, false);
    inertia = inertiaOf(squares, centres, sums, counts, k, dimension);
    iterations++;
  } while (iterations < maxIterations && before - inertia > tolerance * inertia);
  f64.store(result, inertia);
  return iterations;
}

/**
 * Assign each point to its nearest centre, the lower index of equals. labels (n, padded), sums
 * (k, dimension, f64) and counts (k) hold the assignment before (-1: none, zeros) and hold the new
 * one afterwards: only points that change cluster are moved from sum to sum, few after the first
 * pass. In f64 that loses nothing that the f32 centres could show. The dimension is at least 1.
 * Returns the points' sum of squares if asked for, infinite when one is not finite.
 */
export function kmeansStep(
  labels: usize,
  sums: usize,
  counts: usize,
  planes: usize,
  blocks: usize,
  centres: usize,
  n: i32,
  k: i32,
  dimension: i32,
  measured: bool,
): f64 {
  const step: usize = (<usize>dimension + 1) << 2;
  planesBetween(planes, centres, k, dimension);
  let squares: f64 = 0;
  for (let i = 0; i < n; i += WIDTH) {
    let most0 = f32x4.splat(0), most1 = most0, most2 = most0, most3 = most0;
    let best0 = i32x4.splat(0), best1 = best0, best2 = best0, best3 = best0;
    let plane = planes;
    for (let j = 1; j < k; j += 2) {
      // The last one alone is compared twice.
      const other = j + 1 < k ? step : 0;
      let s0 = v128.load32_splat(plane), s1 = s0, s2 = s0, s3 = s0;
      let t0 = v128.load32_splat(plane + other), t1 = t0, t2 = t0, t3 = t0;
      let from = blocks;
      for (let at = plane + 4, end = plane + step; at < end; at += 4) {
        const s = v128.load32_splat(at), t = v128.load32_splat(at + other);
        let x = v128.load(from);
        s0 = mulAdd(s0, x, s);
        t0 = mulAdd(t0, x, t);
        x = v128.load(from, 16);
        s1 = mulAdd(s1, x, s);
        t1 = mulAdd(t1, x, t);
        x = v128.load(from, 32);
        s2 = mulAdd(s2, x, s);
        t2 = mulAdd(t2, x, t);
        x = v128.load(from, 48);
        s3 = mulAdd(s3, x, s);
        t3 = mulAdd(t3, x, t);
        from += 64;
      }
      plane += step << 1;
      // Larger than all labels before: the maximum is the latest.
      let label = i32x4.splat(j);
      best0 = i32x4.max_s(best0, v128.and(label, f32x4.gt(s0, most0)));
      best1 = i32x4.max_s(best1, v128.and(label, f32x4.gt(s1, most1)));
      best2 = i32x4.max_s(best2, v128.and(label, f32x4.gt(s2, most2)));
      best3 = i32x4.max_s(best3, v128.and(label, f32x4.gt(s3, most3)));
      most0 = f32x4.pmax(most0, s0); // most0 < s0 ? s0 : most0, so that a NaN is none
      most1 = f32x4.pmax(most1, s1);
      most2 = f32x4.pmax(most2, s2);
      most3 = f32x4.pmax(most3, s3);
      label = i32x4.splat(j + 1);
      best0 = i32x4.max_s(best0, v128.and(label, f32x4.gt(t0, most0)));
      best1 = i32x4.max_s(best1, v128.and(label, f32x4.gt(t1, most1)));
      best2 = i32x4.max_s(best2, v128.and(label, f32x4.gt(t2, most2)));
      best3 = i32x4.max_s(best3, v128.and(label, f32x4.gt(t3, most3)));
      most0 = f32x4.pmax(most0, t0);
      most1 = f32x4.pmax(most1, t1);
      most2 = f32x4.pmax(most2, t2);
      most3 = f32x4.pmax(most3, t3);
    }
    let changed =
      differing(best0, v128.load(labels)) |
      (differing(best1, v128.load(labels, 16)) << 4) |
      (differing(best2, v128.load(labels, 32)) << 8) |
      (differing(best3, v128.load(labels, 48)) << 12);
    if (changed) {
      if (n - i < WIDTH) changed &= (1 << (n - i)) - 1;
      addMany(-1, changed, labels, sums, counts, blocks, dimension);
      v128.store(labels, best0);
      v128.store(labels, best1, 16);
      v128.store(labels, best2, 32);
      v128.store(labels, best3, 48);
      addMany(1, changed, labels, sums, counts, blocks, dimension);
    }
    if (measured) squares += sumOfSquares(blocks, min(n - i, WIDTH), dimension);
    labels += 64;
    blocks += (<usize>dimension) << 6;
  }
  return squares;
}

/**
 * The plane halfway between the first centre and each other, (k - 1, 1 + dimension): squared distances to the two differ
 * by twice offset + rest . x. That is two thirds of the work of distances, and to one centre less. It loses to cancellation
 * where points lie far from 0: movePoints first.
 */
function planesBetween(planes: usize, centres: usize, k: i32, dimension: i32): void {
  let centre = centres + ((<usize>dimension) << 2);
  for (let j = 1; j < k; j++) {
    let offset: f64 = 0;
    const own = planes;
    planes += 4;
    for (let d: usize = 0; d < <usize>dimension << 2; d += 4) {
      const a = <f64>f32.load(centres + d);
      const b = <f64>f32.load(centre);
      offset += (a - b) * (a + b);
      f32.store(planes, <f32>(b - a));
      planes += 4;
      centre += 4;
    }
    f32.store(own, <f32>(0.5 * offset));
  }
}

/** Sum of squares of the first n points of a block, in f64; infinite where scalar products could be. */
function sumOfSquares(block: usize, n: i32, dimension: i32): f64 {
  let even = f64x2.splat(0), odd = even;
  for (let d = 0; d < dimension; d++) {
    for (let i = 0; i < n; i += 4) {
      let x = v128.load(block + ((<usize>i) << 2));
      if (n - i < 4) x = firstLanes(x, n - i);
      const low = f64x2.promote_low_f32x4(x);
      const high = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
      even = f64x2.add(even, f64x2.mul(low, low));
      odd = f64x2.add(odd, f64x2.mul(high, high));
    }
    block += 64;
  }
  const both = f64x2.add(even, odd);
  const sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  return sum < LARGEST ? sum : Infinity;
}

/** Sum of squared distances of the points to their centres, from their sum of squares and their sums. */
function inertiaOf(squares: f64, centres: usize, sums: usize, counts: usize, k: i32, dimension: i32): f64 {
  let inertia = squares;
  for (let j = 0; j < k; j++) {
    const count = <f64>i32.load(counts + ((<usize>j) << 2));
    for (let d = 0; d < dimension; d++) {
      const c = <f64>f32.load(centres);
      inertia += c * (count * c - 2 * f64.load(sums));
      centres += 4;
      sums += 8;
    }
  }
  return max(inertia, 0);
}

/** A bit for each of four labels that differ. */
// @ts-ignore: decorator
@inline
function differing(a: v128, b: v128): i32 {
  return i32x4.bitmask(i32x4.ne(a, b));
}

/** Add the points of a block whose bit is set once, or minus once, to the clusters that their labels name; -1 is none. */
function addMany(times: i32, bits: i32, labels: usize, sums: usize, counts: usize, block: usize, dimension: i32): void {
  for (; bits; bits &= bits - 1) {
    const at = (<usize>i32.ctz(bits)) << 2;
    const cluster = i32.load(labels + at);
    if (cluster >= 0) add(times, cluster, sums, counts, block + at, dimension);
  }
}

/** Add a point once, or minus once, to a cluster's sum and count. */
// @ts-ignore: decorator
@inline
function add(times: i32, cluster: i32, sums: usize, counts: usize, point: usize, dimension: i32): void {
  const count = counts + ((<usize>cluster) << 2);
  i32.store(count, i32.load(count) + times);
  let sum = sums + ((<usize>cluster * dimension) << 3);
  for (const end = sum + ((<usize>dimension) << 3); sum < end; sum += 8) {
    f64.store(sum, f64.load(sum) + <f64>times * <f64>f32.load(point));
    point += 64;
  }
}

/** Centres of clusters that are not empty become the means of their points. */
function moveCentres(centres: usize, sums: usize, counts: usize, k: i32, dimension: i32): void {
  for (let j = 0; j < k; j++) {
    const count = i32.load(counts + ((<usize>j) << 2));
    for (let d = 0; d < dimension; d++) {
      if (count > 0) f32.store(centres, <f32>(f64.load(sums) / <f64>count));
      centres += 4;
      sums += 8;
    }
  }
}

/**
 * The point farthest from its own centre, the first of equals; not one that lies on a centre to
 * which an empty cluster before j has been moved.
 */
function farthest(labels: usize, centres: usize, counts: usize, blocks: usize, n: i32, j: i32, dimension: i32): i32 {
  let best = 0;
  let most: f64 = -1;
  for (let i = 0; i < n; i++) {
    const own = i32.load(labels + ((<usize>i) << 2));
    const away = squaredDistance(blocks, i, centres + ((<usize>own * dimension) << 2), dimension);
    if (!(away > most)) continue;
    let taken = false;
    for (let e = 0; e < j && !taken; e++) {
      if (i32.load(counts + ((<usize>e) << 2)) > 0) continue;
      taken = squaredDistance(blocks, i, centres + ((<usize>e * dimension) << 2), dimension) == 0;
    }
    if (taken) continue;
    most = away;
    best = i;
  }
  return best;
}

function squaredDistance(blocks: usize, i: i32, centre: usize, dimension: i32): f64 {
  let point = pointAt(blocks, i, dimension);
  let sum: f64 = 0;
  for (let d = 0; d < dimension; d++) {
    const difference = <f64>f32.load(point) - <f64>f32.load(centre);
    sum += difference * difference;
    point += 64;
    centre += 4;
  }
  return sum;
}

function copyPoint(out: usize, blocks: usize, i: i32, dimension: i32): void {
  const point = pointAt(blocks, i, dimension);
  for (let d: usize = 0; d < <usize>dimension; d++) f32.store(out + (d << 2), f32.load(point + (d << 6)));
}

// @ts-ignore: decorator
@inline
function pointAt(blocks: usize, i: i32, dimension: i32): usize {
  return blocks + (((<usize>(i & ~15)) * dimension) << 2) + ((<usize>(i & 15)) << 2);
}

/** (a - b)^2 */
// @ts-ignore: decorator
@inline
function square(a: v128, b: v128): v128 {
  const d = f32x4.sub(a, b);
  return f32x4.mul(d, d);
}

/** acc + (a - b)^2 */
// @ts-ignore: decorator
@inline
function addSquare(acc: v128, a: v128, b: v128): v128 {
  return f32x4.add(acc, square(a, b));
}

/** The first n of sixteen values added up in two f64 lanes. */
// @ts-ignore: decorator
@inline
function sum16(a: v128, b: v128, c: v128, d: v128, n: i32): v128 {
  if (n < WIDTH) {
    a = firstLanes(a, n);
    b = firstLanes(b, n - 4);
    c = firstLanes(c, n - 8);
    d = firstLanes(d, n - 12);
  }
  return f64x2.add(f64x2.add(widen(a), widen(b)), f64x2.add(widen(c), widen(d)));
}

import { Random } from '../../bindings/core/random.ts';
import { squaredDistance } from './distances.ts';

export interface Step {
  labels: Int32Array;
  sums: Float64Array;
  counts: Int32Array;
  inertia: number;
}

/** One Lloyd step: points (n, dimension) to the nearest of centres (k, dimension), sums per cluster. */
export function kmeansStep(
  points: ArrayLike<number>,
  centres: ArrayLike<number>,
  n: number,
  k: number,
  dimension: number,
): Step {
  const labels = new Int32Array(n);
  const sums = new Float64Array(k * dimension);
  const counts = new Int32Array(k);
  let inertia = 0;
  for (let i = 0; i < n; i++) {
    let best = 0;
    let least = Infinity;
    for (let j = 0; j < k; j++) {
      const d = squaredDistance(points, i, centres, j, dimension);
      if (d < least) {
        least = d;
        best = j;
      }
    }
    labels[i] = best;
    counts[best]++;
    inertia += least;
    for (let d = 0; d < dimension; d++) sums[best * dimension + d] += points[i * dimension + d];
  }
  return { labels, sums, counts, inertia };
}

/** nearest (n) becomes the smaller of itself and the squared distance to centre; returns its sum. */
export function kmeansSeedStep(
  nearest: Float64Array,
  points: ArrayLike<number>,
  centre: ArrayLike<number>,
  dimension: number,
): number {
  let total = 0;
  for (let i = 0; i < nearest.length; i++) {
    nearest[i] = Math.min(nearest[i], squaredDistance(points, i, centre, 0, dimension));
    total += nearest[i];
  }
  return total;
}

/** k-means++ seeds: indices of k points, drawn with the same generator in the same order. */
export function kmeansSeeds(
  points: Float32Array,
  dimension: number,
  k: number,
  seed: number,
): number[] {
  const random = new Random(seed);
  const n = points.length / dimension;
  const nearest = new Float64Array(n).fill(Infinity);
  const seeds = [random.below(n)];
  while (seeds.length < k) {
    const last = seeds[seeds.length - 1];
    const centre = points.subarray(last * dimension, (last + 1) * dimension);
    let left = random.uniform() * kmeansSeedStep(nearest, points, centre, dimension);
    let chosen = last;
    for (let i = 0; i < n && left >= 0; i++) {
      if (nearest[i] > 0) chosen = i;
      left -= nearest[i];
    }
    seeds.push(chosen);
  }
  return seeds;
}

/**
 * A number of Lloyd iterations from given centres, in float64. An empty cluster moves to the point
 * farthest from its own centre where no other has moved to; moved counts how often that happened.
 */
export function lloyd(
  points: ArrayLike<number>,
  start: ArrayLike<number>,
  n: number,
  k: number,
  dimension: number,
  iterations: number,
): { centres: Float64Array; moved: number } {
  const centres = Float64Array.from(start);
  let moved = 0;
  for (let t = 0; t < iterations; t++) {
    const { labels, sums, counts } = kmeansStep(points, centres, n, k, dimension);
    for (let j = 0; j < k; j++) {
      for (let d = 0; d < dimension && counts[j] > 0; d++) {
        centres[j * dimension + d] = sums[j * dimension + d] / counts[j];
      }
    }
    const before = centres.slice();
    let far = Array.from({ length: n }, (_, i) => i);
    for (let j = 0; j < k; j++) {
      if (counts[j] > 0) continue;
      const away = (i: number) => squaredDistance(points, i, before, labels[i], dimension);
      const i = far.reduce((best, other) => (away(other) > away(best) ? other : best));
      far = far.filter((other) => squaredDistance(points, i, points, other, dimension) > 0);
      if (far.length === 0) far = [0];
      for (let d = 0; d < dimension; d++) centres[j * dimension + d] = points[i * dimension + d];
      moved++;
    }
  }
  return { centres, moved };
}

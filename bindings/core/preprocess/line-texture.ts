import type { Kernels } from '../kernels.ts';
import { median } from './statistics.ts';

/** Pixels so far apart along the line are compared; and of lines so far apart these differences, which no line's offset changes. */
const DISTANCES: readonly [pixels: number, lines: number][] = [
  [1, 0],
  [2, 0],
  [4, 0],
  [8, 0],
  [4, 1],
  [4, 2],
];
/** A line is told of when this part of its pixels can be compared. */
const ENOUGH = 0.25;
/** Enough pixels of a line, and enough of a scan for a median. */
const OF_A_LINE = 256;
const OF_A_SCAN = 4096;

/**
 * How rough each line is: logarithm of the mean difference of its pixels at several distances, each difference counted
 * up to the scan's median, so that defects say little. heights (rows, columns), lines aligned; of usable pixels alone.
 * One series (rows) for each distance, NaN where a line has too few.
 */
export function lineTextures(
  kernels: Kernels,
  heights: Float64Array,
  usable: Uint8Array,
  rows: number,
  columns: number,
): Float64Array[] {
  const stride = Math.max(1, Math.floor(columns / OF_A_LINE));
  // An odd one does not fall in step with image widths, which are powers of two.
  const sampleStride = Math.ceil(heights.length / OF_A_SCAN) | 1;
  const differences = new Float64Array(Math.max(OF_A_SCAN, columns));
  return DISTANCES.map(([pixels, lines]) => {
    const up = lines * columns;
    const reach = up + pixels;
    const n = compare(
      heights,
      usable,
      pixels,
      up,
      reach,
      heights.length,
      sampleStride,
      differences,
    );
    const most = n > 0 ? median(differences, n) : 0;
    const means = new Float64Array(rows).fill(NaN);
    for (let y = lines; most > 0 && y < rows; y++) {
      const from = y * columns + pixels;
      const n = compare(heights, usable, pixels, up, from, (y + 1) * columns, stride, differences);
      const mean = meanUpTo(most, differences, n);
      if (n * stride >= ENOUGH * columns && mean > 0) means[y] = kernels.log(mean);
    }
    return means;
  });
}

/** Of every stride-th pixel from..to-1 how much it differs from that `pixels` before it, or this difference from that `up` before it. Returns how many. */
function compare(
  heights: Float64Array,
  usable: Uint8Array,
  pixels: number,
  up: number,
  from: number,
  to: number,
  stride: number,
  differences: Float64Array,
): number {
  let n = 0;
  for (let i = from; i < to; i += stride) {
    const isUsable = usable[i] & usable[i - pixels] & usable[i - up] & usable[i - up - pixels];
    if (isUsable === 0) continue;
    const here = heights[i] - heights[i - pixels];
    const above = up > 0 ? heights[i - up] - heights[i - up - pixels] : 0;
    differences[n++] = Math.abs(here - above);
  }
  return n;
}

/** Mean of the first n values, each counted up to `most`. */
function meanUpTo(most: number, values: Float64Array, n: number): number {
  let sum = 0;
  // The lesser of two without a branch, which would be taken at random.
  for (let i = 0; i < n; i++) sum += values[i] + most - Math.abs(values[i] - most);
  return n > 0 ? sum / (2 * n) : 0;
}

import type { Kernels } from '../kernels.ts';
import { blur } from './blur.ts';
import type { Grid } from './grid.ts';
import { quantile } from './quantile.ts';

/** Window side: two lattice rows, but enough of the picture's pixels that no defect fills it. */
const WINDOW_PERIODS = 2;
const SMALLEST_WINDOW_PX = 32;
/** Robust standard deviations from a window's median beyond which a pixel does not count for its mean. */
const TRIM = 3;
/** Half-width in periods of the blur that keeps the lattice, and of the one that suppresses it. */
export const FINE = 0.08;
export const COARSE = 0.3;
/** For clustering, values are cut here, so that one tall adatom does not take a cluster for itself. */
const CUT = 6;
/** A window's spread counts only within this factor of the whole picture's. */
const SPREAD_RANGE = 2;
/** A window's mean counts only within this many spreads of the whole picture's: heights are level. */
const MEAN_RANGE = 2;

/** A spread of less than this part of the largest height is rounding; the unit is then this other part. */
const ROUNDING = 1e-3;
const NOISELESS = 0.05;

/** A plane after local normalisation at two widths of blur; unit: the lattice's own spread. */
export interface Normalised {
  /** Barely blurred: the lattice shows. */
  fine: Float32Array;
  /** Blurred over a good part of a lattice row: the lattice fades, defects stay. */
  coarse: Float32Array;
}

/** A normalised height within the limits that clustering wants. */
export function cut(height: number): number {
  return clamp(height, -CUT, CUT);
}

/**
 * Local normalisation of the paper: overlapping windows, each brought to zero mean and unit spread,
 * blended smoothly so that no seam shows. Means and spreads are blended, not the windows
 * themselves, which comes to the same for the mean and keeps the arithmetic per pixel.
 */
export function normalise(kernels: Kernels, grid: Grid): Normalised[] {
  const { rows, columns, period } = grid;
  return grid.planes.map((plane) => {
    const { centre, spread } = localStatistics(plane, grid);
    const at = (sigma: number) => {
      const z = blur(kernels, plane, rows, columns, sigma);
      for (let i = 0; i < z.length; i++) z[i] = spread[i] > 0 ? (z[i] - centre[i]) / spread[i] : 0;
      return toUnitSpread(z, grid.valid);
    };
    return { fine: at(Math.max(0.5, FINE * period)), coarse: at(Math.max(0.8, COARSE * period)) };
  });
}

/** Centre and spread of the lattice around each pixel, (rows, columns) each. */
function localStatistics(plane: Float32Array, grid: Grid) {
  const { rows, columns, valid, period, factor } = grid;
  const side = Math.round(Math.max(SMALLEST_WINDOW_PX / factor, WINDOW_PERIODS * period));
  const height = Math.min(side, rows);
  const width = Math.min(side, columns);
  const windows: { top: number; left: number; mean: number; spread: number }[] = [];
  const scratch = new Float32Array(height * width);
  for (const top of starts(rows, height)) {
    for (const left of starts(columns, width)) {
      let count = 0;
      for (let y = top; y < top + height; y++) {
        for (let x = left; x < left + width; x++) {
          if (valid[y * columns + x]) scratch[count++] = plane[y * columns + x];
        }
      }
      // A window with little in it takes its neighbours' statistics.
      if (4 * count < height * width) continue;
      windows.push({ top, left, ...trimmed(scratch, count) });
    }
  }
  limitStatistics(windows);

  const centre = new Float32Array(plane.length);
  const spread = new Float32Array(plane.length);
  const weights = new Float32Array(plane.length);
  const rise = bell(height);
  const run = bell(width);
  for (const window of windows) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const to = (window.top + y) * columns + window.left + x;
        const weight = rise[y] * run[x];
        centre[to] += weight * window.mean;
        spread[to] += weight * window.spread;
        weights[to] += weight;
      }
    }
  }
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    centre[i] /= weights[i];
    spread[i] /= weights[i];
  }
  return { centre, spread };
}

/** Half-overlapping windows' first pixels; the last window ends with the picture, whatever its size. */
function starts(length: number, side: number): number[] {
  const count = Math.ceil((length - side) / (side / 2)) + 1;
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (length - side)) / (count - 1)),
  );
}

/** A window's blending weight along one side: smooth, 1 in the middle, near 0 at the ends. */
function bell(side: number): Float32Array {
  return Float32Array.from({ length: side }, (_, i) => {
    const t = 1 - Math.abs((2 * i + 1) / side - 1);
    return t * t * (3 - 2 * t);
  });
}

/** Mean and standard deviation of the values near the median. Reorders them. */
function trimmed(values: Float32Array, count: number): { mean: number; spread: number } {
  const median = quantile(values, count, 0.5);
  const deviations = values.slice(0, count);
  for (let i = 0; i < count; i++) deviations[i] = Math.abs(values[i] - median);
  // Coarsely quantised heights: when more than half are equal these are the centre, and nothing is trimmed.
  const reach = TRIM * 1.4826 * quantile(deviations, count, 0.5) || Infinity;
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const deviation = values[i] - median;
    if (Math.abs(deviation) > reach) continue;
    n++;
    sum += deviation;
    squares += deviation * deviation;
  }
  const mean = sum / n;
  const spread = Math.sqrt(Math.max(0, squares / n - mean * mean));
  return { mean: reach < Infinity ? median + mean : median, spread };
}

/**
 * Keep windows near the usual: a flat one must not blow up its noise (nor divide by zero), and one
 * full of defects, or inside one, must not call them normal.
 */
function limitStatistics(windows: { mean: number; spread: number }[]): void {
  if (windows.length === 0) return;
  const means = Float32Array.from(windows, ({ mean }) => mean);
  const spreads = Float32Array.from(windows, ({ spread }) => spread);
  const mean = quantile(means, means.length, 0.5);
  const spread =
    quantile(spreads, spreads.length, 0.5) || spreads.reduce((a, b) => Math.max(a, b), 0);
  for (const window of windows) {
    window.mean = clamp(window.mean, mean - spread * MEAN_RANGE, mean + spread * MEAN_RANGE);
    window.spread = clamp(window.spread, spread / SPREAD_RANGE, spread * SPREAD_RANGE);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Scale so that 68 % of the valid values lie within -1..1. In place. */
function toUnitSpread(z: Float32Array, valid: Uint8Array): Float32Array {
  const sizes = new Float32Array(z.length);
  let count = 0;
  let largest = 0;
  for (let i = 0; i < z.length; i++) {
    if (!valid[i]) continue;
    const size = Math.abs(z[i]);
    sizes[count++] = size;
    if (size > largest) largest = size;
  }
  if (count === 0) return z.fill(0);
  // On a picture without noise most values are zero but for rounding, which must not be the unit.
  const usual = quantile(sizes, count, 0.68);
  const unit = usual > ROUNDING * largest ? usual : NOISELESS * largest;
  for (let i = 0; i < z.length; i++) z[i] = unit > 0 ? z[i] / unit : 0;
  return z;
}

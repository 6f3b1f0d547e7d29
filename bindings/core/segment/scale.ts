import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { powerSpectrum } from './spectrum.ts';

/** The row spacing as found in the picture. */
export interface LatticePeriod {
  periodPx: number;
  /** Power of the spectrum's peak over that of its surroundings. */
  prominence: number;
}

/** Windows for the spectrum: long enough for a few periods, short enough to average several. */
const WINDOW = 256;
const SMALLEST_WINDOW = 32;
/** Shorter waves are pixel noise and mains hum, not rows that anyone resolved. */
const SHORTEST_PERIOD_PX = 3;
/** A window must hold this many periods before a peak can be told from the 1/f background. */
const FEWEST_PERIODS = 5;
/** White noise reaches ln(bins), 10, and one time in two thousand 18. */
const LEAST_PROMINENCE = 18;

/**
 * Row spacing of the lattice in pixels, from the sharpest strong peak of the power spectrum
 * averaged over windows; null when no peak stands out. Long periods are looked for on a reduced
 * picture.
 */
export function findPeriod(kernels: Kernels, levelled: Levelled): LatticePeriod | null {
  let plane = levelled.planes[0];
  let { rows, columns } = levelled;
  for (let reduction = 1; Math.min(rows, columns) >= SMALLEST_WINDOW; reduction *= 2) {
    const found = peakPeriod(kernels, plane, rows, columns);
    // The finest wins: in a reduced picture a short period comes back as a false long one.
    if (found) return { ...found, periodPx: found.periodPx * reduction };
    // A window that spans the picture has seen every period there is.
    if (Math.min(rows, columns) < 2 * WINDOW) break;
    const half = reduce(plane, rows, columns, 2);
    plane = half.plane;
    rows = half.rows;
    columns = half.columns;
  }
  return null;
}

function peakPeriod(
  kernels: Kernels,
  plane: Float32Array,
  rows: number,
  columns: number,
): LatticePeriod | null {
  let size = WINDOW;
  while (size > Math.min(rows, columns)) size /= 2;
  const power = cornerPower(kernels, plane, rows, columns, size);
  let best: LatticePeriod | null = null;
  let strongest = 0;
  for (let v = -size / 2 + 1; v < size / 2; v++) {
    for (let u = 0; u < size / 2; u++) {
      const frequency = Math.sqrt(u * u + v * v);
      if (frequency < FEWEST_PERIODS || frequency > size / SHORTEST_PERIOD_PX) continue;
      const at = power(v, u);
      // Steps, blobs and bow fall off with frequency; weighing by it lets the lattice stand out.
      if (at * frequency <= strongest || !isPeak(power, v, u)) continue;
      const prominence = at / surroundings(power, v, u);
      if (prominence < LEAST_PROMINENCE) continue;
      strongest = at * frequency;
      best = { periodPx: size / refinedFrequency(power, v, u), prominence };
    }
  }
  return best;
}

type Power = (v: number, u: number) => number;

/** Sum of the spectra of windows in the plane's four corners. */
function cornerPower(
  kernels: Kernels,
  plane: Float32Array,
  rows: number,
  columns: number,
  size: number,
): Power {
  const sum = new Float64Array(size * size);
  const window = new Float32Array(size * size);
  for (const top of starts(rows, size)) {
    for (const left of starts(columns, size)) {
      for (let y = 0; y < size; y++) {
        const from = (top + y) * columns + left;
        window.set(plane.subarray(from, from + size), y * size);
      }
      const power = powerSpectrum(kernels, window, size);
      for (let i = 0; i < sum.length; i++) sum[i] += power[i];
    }
  }
  const mask = size - 1;
  return (v, u) => sum[(v & mask) * size + (u & mask)];
}

function starts(length: number, size: number): number[] {
  const room = length - size;
  return room === 0 ? [0] : [0, room];
}

function isPeak(power: Power, v: number, u: number): boolean {
  const at = power(v, u);
  for (let dv = -1; dv <= 1; dv++) {
    for (let du = -1; du <= 1; du++) if (power(v + dv, u + du) > at) return false;
  }
  return true;
}

/** Mean power around a peak, outside the reach of the Hann window's own width. */
function surroundings(power: Power, v: number, u: number): number {
  let sum = 0;
  let count = 0;
  // Offsets between scan lines fill the column u = 0: a peak there competes with that column only.
  const reach = u <= 1 ? 0 : 6;
  for (let dv = -6; dv <= 6; dv++) {
    for (let du = -reach; du <= reach; du++) {
      if (Math.max(Math.abs(dv), Math.abs(du)) < 3) continue;
      sum += power(v + dv, u + du);
      count++;
    }
  }
  return sum / count + 1e-30;
}

/** Distance of the peak's centre of power from zero frequency. */
function refinedFrequency(power: Power, v: number, u: number): number {
  let sum = 0;
  let sv = 0;
  let su = 0;
  for (let dv = -1; dv <= 1; dv++) {
    for (let du = -1; du <= 1; du++) {
      const at = power(v + dv, u + du);
      sum += at;
      sv += at * (v + dv);
      su += at * (u + du);
    }
  }
  return Math.sqrt(sv * sv + su * su) / sum;
}

/** Means of factor x factor blocks; the last ones may be smaller. */
export function reduce(
  plane: Float32Array,
  rows: number,
  columns: number,
  factor: number,
): { plane: Float32Array; rows: number; columns: number } {
  const outRows = Math.ceil(rows / factor);
  const outColumns = Math.ceil(columns / factor);
  const sums = new Float64Array(outRows * outColumns);
  const counts = new Int32Array(outRows * outColumns);
  for (let y = 0; y < rows; y++) {
    const line = Math.floor(y / factor) * outColumns;
    for (let x = 0; x < columns; x++) {
      const to = line + Math.floor(x / factor);
      sums[to] += plane[y * columns + x];
      counts[to]++;
    }
  }
  const means = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) means[i] = sums[i] / counts[i];
  return { plane: means, rows: outRows, columns: outColumns };
}

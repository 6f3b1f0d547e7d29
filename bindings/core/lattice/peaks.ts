import { powerFloor } from './floor.ts';
import { hannWindowed, powersOf, type Spectrum } from './spectrum.ts';

/** A wave of frequency (fx, fy), cycles per pixel, x to the right and y down. */
export interface Frequency {
  fx: number;
  fy: number;
}

/** A bin that stands out of its surroundings. */
export interface Peak extends Frequency {
  /** Power over what is usual near it, the mean of the planes. */
  prominence: number;
}

/** Power over its surroundings that neither noise nor a crowd of defects reaches. */
export const PROMINENT = 18;
/** Slower waves are undulations: cycles per pixel, and waves per picture. */
const SLOWEST = 0.02;
const FEWEST_WAVES = 5;
/** Peaks nearer than this many bins to a larger one are its flanks. */
const APART = 3;
/** So near to a peak that is that many times as large, one is part of its blur: domains, drift. */
const BLUR = 8;
const DWARFED = 6;
const MOST = 14;
/** Bins so close to the axes hold what is the same along all lines, or all columns. */
const AXIS = 1;
/** As much more prominent a peak has to be there. */
const AXIS_FACTOR = 4;

/** Power over surroundings on the half plane (columns/2 + 1, rows), under a Hann window, mean of the planes. */
export function prominences(spectrum: Spectrum): Float64Array {
  const { rows, columns, planes } = spectrum;
  const powers = powersOf(hannWindowed(spectrum));
  const out = new Float64Array(powers[0].length);
  for (const power of powers) {
    const floor = powerFloor(power, rows, columns);
    for (let i = 0; i < out.length; i++) {
      if (floor[i] > 0) out[i] += power[i] / floor[i] / planes;
    }
  }
  return out;
}

/** A peak's bin of the spectrum, r signed. */
interface Bin {
  c: number;
  r: number;
  prominence: number;
}

/** The most prominent peaks, falling, at most fourteen, none of a shorter period than that (px). */
export function findPeaks(
  prominence: Float64Array,
  rows: number,
  columns: number,
  shortestPeriodPx = 0,
): Peak[] {
  const half = (columns >> 1) + 1;
  const slowest = Math.max(SLOWEST, FEWEST_WAVES / Math.min(rows, columns));
  const found: Bin[] = [];
  for (let c = 0; c < half; c++) {
    for (let r = 0; r < rows; r++) {
      const p = prominence[c * rows + r];
      const signed = r <= rows / 2 ? r : r - rows;
      if (p < PROMINENT || (c === 0 && signed < 0)) continue;
      if ((c <= AXIS || Math.abs(signed) <= AXIS) && p < AXIS_FACTOR * PROMINENT) continue;
      const fx = c / columns;
      const fy = signed / rows;
      const squared = fx * fx + fy * fy;
      if (squared < slowest * slowest) continue;
      if (squared * shortestPeriodPx * shortestPeriodPx > 1) continue;
      // Every other pixel or line: the electronics.
      if (columns / 2 - c <= AXIS || rows / 2 - Math.abs(signed) <= AXIS) continue;
      if (isTop(prominence, c, r, rows, half)) found.push({ c, r: signed, prominence: p });
    }
  }
  found.sort((a, b) => b.prominence - a.prominence);
  const kept: Bin[] = [];
  for (const peak of found) {
    if (kept.length === MOST) break;
    if (kept.every((other) => apart(peak, other))) kept.push(peak);
  }
  return kept.map(({ c, r, prominence: p }) => ({ fx: c / columns, fy: r / rows, prominence: p }));
}

function apart(peak: Bin, larger: Bin): boolean {
  const bins = Math.max(Math.abs(peak.c - larger.c), Math.abs(peak.r - larger.r));
  return bins >= (larger.prominence > DWARFED * peak.prominence ? BLUR : APART);
}

function isTop(values: Float64Array, c: number, r: number, rows: number, half: number): boolean {
  const p = values[c * rows + r];
  for (let dc = -1; dc <= 1; dc++) {
    if (c + dc < 0 || c + dc >= half) continue;
    for (let dr = -1; dr <= 1; dr++) {
      if (values[(c + dc) * rows + ((r + dr + rows) % rows)] > p) return false;
    }
  }
  return true;
}

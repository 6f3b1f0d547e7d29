import type { Levelled } from '../preprocess/levelled.ts';

/** The length that blurs, windows and areas are measured in. */
export interface Scale {
  /** Row spacing of the lattice, or what stands for it, in levelled pixels. */
  periodPx: number;
  periodFrom: 'option' | 'lattice' | 'correlation length' | 'assumed';
  /** One sentence where no lattice says how large a defect is. */
  warnings: string[];
}

/** Row spacing, in correlation lengths: 4.2 on rows of atoms without defects, 1.5 to 3.3 with many. */
const CORRELATION_LENGTHS = 3;
const SMALLEST_PX = 4;
const LARGEST_PX = 64;
/** Where nothing says anything: rows of the paper's Si(001) scans, doubled. */
const FALLBACK_PX = 8;

/** The row spacing asked for, else the lattice's, else a guess from how far heights are alike. */
export function chooseScale(levelled: Levelled, periodPx: number | undefined): Scale {
  if (periodPx !== undefined) return { periodPx, periodFrom: 'option', warnings: [] };
  const { rowSpacingPx } = levelled;
  if (rowSpacingPx) return { periodPx: rowSpacingPx, periodFrom: 'lattice', warnings: [] };
  const length = correlationLength(levelled);
  const guess =
    length === null
      ? FALLBACK_PX
      : Math.min(LARGEST_PX, Math.max(SMALLEST_PX, CORRELATION_LENGTHS * length));
  return {
    periodPx: guess,
    periodFrom: length === null ? 'assumed' : 'correlation length',
    warnings: [
      `No lattice could be seen: defects were looked for at an assumed row spacing of ${guess.toPrecision(2)} pixels, check the outlines; naming the surface (--surface), where it is a known one, says what its rows are.`,
    ],
  };
}

/** Longest displacement looked at, as a part of the picture's side. */
const LARGEST_PART = 1 / 12;
/** Part of the heights' likeness that may be a slow background's. */
const MOST_BACKGROUND = 0.5;
/** Lines looked at, and pixels of each: enough for an average. */
const LINES = 256;
const PER_LINE = 1024;

/**
 * Length over which heights stay alike, px: the displacement at which the autocorrelation of the
 * first plane has fallen half-way from its value at one pixel (at none, white noise adds to it) to its least within a
 * twelfth of the picture, along x or y, whichever is less, because offsets of lines are alike all along x. Null when it
 * does not fall by half within that.
 */
export function correlationLength(levelled: Levelled): number | null {
  const { rows, columns } = levelled;
  const x = lengthAlong(levelled, rows, columns, columns, 1);
  const y = lengthAlong(levelled, columns, rows, 1, columns);
  const shortest = Math.min(x, y);
  return shortest < Infinity ? shortest : null;
}

/** `count` lines of `length` pixels; `across` from line to line and `along` from pixel to pixel. */
function lengthAlong(
  { planes, valid }: Levelled,
  count: number,
  length: number,
  across: number,
  along: number,
): number {
  const [plane] = planes;
  const stride = Math.max(1, Math.floor(count / LINES));
  const step = Math.ceil(length / PER_LINE) * along;
  const largest = Math.min(LARGEST_PX, length * LARGEST_PART);
  const mean = meanOf(plane, valid);
  const correlation = (lag: number) => {
    let sum = 0;
    let n = 0;
    for (let line = 0; line < count; line += stride) {
      for (let i = line * across, end = i + (length - lag) * along; i < end; i += step) {
        const j = i + lag * along;
        if (!valid[i] || !valid[j]) continue;
        sum += (plane[i] - mean) * (plane[j] - mean);
        n++;
      }
    }
    return n > 0 ? sum / n : 0;
  };
  const all: number[] = [];
  for (let lag = 1; lag <= largest; lag++) all.push(correlation(lag));
  const [near] = all;
  // What does not fall is the background's, not the features'.
  const background = Math.max(0, Math.min(...all));
  const half = (near + background) / 2;
  if (!(near > 0) || background > MOST_BACKGROUND * near) return Infinity;
  const at = all.findIndex((value) => value <= half);
  return at + 1 - (half - all[at]) / (all[at - 1] - all[at]);
}

function meanOf(plane: Float32Array, valid: Uint8Array): number {
  let sum = 0;
  let n = 0;
  for (let i = 0; i < plane.length; i++) {
    if (!valid[i]) continue;
    sum += plane[i];
    n++;
  }
  return sum / n;
}

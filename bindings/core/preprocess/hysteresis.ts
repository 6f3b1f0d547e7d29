import { blurX } from './blur.ts';
import { robustFit } from './fit.ts';
import { vertex } from './lattice.ts';
import { evaluateTerms, normalise } from './polynomial.ts';
import { centreAndSpread, median } from './statistics.ts';

/** Places along the line and blocks of lines where the displacement is measured. */
const WINDOWS = 11;
const BANDS = 4;
/** The displacement is a polynomial of this order along the line. */
const ORDER = 3;
/** Search around the expected displacement, px: first wide, then close. */
const ROUNDS: readonly number[] = [6, 3, 2];
/** Weaker matches than this mean nothing. */
const WEAKEST = 0.2;
const CLIP = 3;
const ALONG: [number, number][] = [
  [1, 0],
  [2, 0],
  [3, 0],
];

export interface Displacement {
  /** Displacement of the second image at each column, px: second(x + shift[x]) shows first(x). */
  shift: Float64Array;
  /** Median absolute correlation of the windows before and after. */
  before: number;
  after: number;
  /** -1 when the second image shows the opposite contrast. */
  contrast: 1 | -1;
}

/**
 * Measure the displacement of second against first (rows, columns) along x, varying smoothly along
 * the line, by cross-correlation of windows; opposite contrast counts as well. The result's `after`
 * is below 0.2 when the two do not match anywhere: then do not use it.
 */
export function measureDisplacement(
  first: Float64Array,
  second: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
): Displacement {
  const a = contrastOf(first, valid, rows, columns);
  const b = contrastOf(second, valid, rows, columns);
  const start = wholeShift(a, b, rows, columns);
  let shift = new Float64Array(columns).fill(start.shift);
  const still = matches(a, b, rows, columns, new Float64Array(columns), 0, start.contrast);
  const before = medianOf(still.map((m) => m.correlation));
  for (const reach of ROUNDS) {
    const moved = warp(b, rows, columns, shift);
    const found = matches(a, moved, rows, columns, shift, reach, start.contrast);
    shift = fitAlong(found, columns, shift);
  }
  const moved = warp(b, rows, columns, shift);
  const settled = matches(a, moved, rows, columns, shift, 0, start.contrast);
  return {
    shift,
    before,
    after: medianOf(settled.map((m) => m.correlation)),
    contrast: start.contrast,
  };
}

/** Part of the mismatch, 1 - correlation, that a displacement must take away to be believed. */
const CLEAR_GAIN = 0.08;

/**
 * True when the images match and match clearly better displaced. On a bare lattice a slip by whole
 * rows matches almost as well, and would show every defect twice.
 */
export function isImprovement({ before, after }: Displacement): boolean {
  return after >= WEAKEST && after - before >= CLEAR_GAIN * (1 - before);
}

/**
 * image (rows, columns) read at x + shift[x]: Catmull-Rom between pixels, the end pixel beyond the
 * ends.
 */
export function warp(
  image: Float64Array,
  rows: number,
  columns: number,
  shift: Float64Array,
): Float64Array {
  const out = new Float64Array(image.length);
  const last = columns - 1;
  const clamp = (x: number) => (x < 0 ? 0 : x > last ? last : x);
  for (let x = 0; x < columns; x++) {
    const from = clamp(x + shift[x]);
    const i = Math.min(Math.floor(from), Math.max(0, last - 1));
    const t = from - i;
    const w0 = ((2 - t) * t - 1) * t * 0.5;
    const w1 = ((3 * t - 5) * t * t + 2) * 0.5;
    const w2 = ((4 - 3 * t) * t + 1) * t * 0.5;
    const w3 = (t - 1) * t * t * 0.5;
    const x0 = clamp(i - 1);
    const x2 = clamp(i + 1);
    const x3 = clamp(i + 2);
    for (let y = 0; y < rows; y++) {
      const at = y * columns;
      out[at + x] =
        w0 * image[at + x0] + w1 * image[at + i] + w2 * image[at + x2] + w3 * image[at + x3];
    }
  }
  return out;
}

/** Columns that the warp had to invent become invalid. */
export function warpValid(
  valid: Uint8Array,
  rows: number,
  columns: number,
  shift: Float64Array,
): Uint8Array {
  const out = new Uint8Array(valid.length);
  for (let x = 0; x < columns; x++) {
    const from = x + shift[x];
    // A whole pixel beyond the end was not measured; a fraction of one is still the end pixel.
    if (from <= -1 || from >= columns) continue;
    const low = Math.max(0, Math.floor(from));
    const high = Math.min(columns - 1, Math.ceil(from));
    for (let y = 0; y < rows; y++) {
      out[y * columns + x] = valid[y * columns + low] & valid[y * columns + high];
    }
  }
  return out;
}

/** Fine detail along x, clipped so that single tall features do not decide. */
function contrastOf(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
): Float64Array {
  const wide = blurX(heights, rows, columns, Math.max(4, columns >> 5));
  const fine = heights.map((h, i) => h - wide[i]);
  const { centre, sigma } = centreAndSpread(fine, valid);
  const limit = CLIP * sigma;
  return fine.map((h, i) => (valid[i] ? Math.max(-limit, Math.min(limit, h - centre)) : 0));
}

/** The best displacement of the whole image in whole pixels, from every fourth line. */
function wholeShift(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
): { shift: number; contrast: 1 | -1 } {
  const reach = Math.min(40, columns >> 3);
  let best = 0;
  let shift = 0;
  // From the middle outwards: of equal matches, as a lattice makes them, the nearest is kept.
  for (let k = 0; k <= 2 * reach; k++) {
    const s = k & 1 ? (k + 1) >> 1 : -(k >> 1);
    const c = correlation(a, b, columns, 0, rows, 4, reach, columns - reach, s);
    if (Math.abs(c) > Math.abs(best)) {
      best = c;
      shift = s;
    }
  }
  return { shift, contrast: best < 0 ? -1 : 1 };
}

/** Normalised correlation of a(x) with b(x + s), columns from..to, lines y0..y1 in steps. */
function correlation(
  a: Float64Array,
  b: Float64Array,
  columns: number,
  y0: number,
  y1: number,
  step: number,
  from: number,
  to: number,
  s: number,
): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let y = y0; y < y1; y += step) {
    const at = y * columns;
    for (let x = at + from; x < at + to; x++) {
      const p = a[x];
      const q = b[x + s];
      ab += p * q;
      aa += p * p;
      bb += q * q;
    }
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

interface Match {
  /** Middle of the window, px. */
  x: number;
  /** Displacement in all: expected plus found. */
  shift: number;
  correlation: number;
}

/**
 * In each window of each band of lines, the displacement within reach that remains between a and b,
 * where b has been displaced by `shift` already.
 */
function matches(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  shift: Float64Array,
  reach: number,
  contrast: 1 | -1,
): Match[] {
  const found: Match[] = [];
  const half = Math.max(8, Math.round(columns / WINDOWS));
  const values = new Float64Array(2 * reach + 1);
  for (let band = 0; band < BANDS; band++) {
    const y0 = Math.floor((band * rows) / BANDS);
    const y1 = Math.floor(((band + 1) * rows) / BANDS);
    for (let w = 0; w < WINDOWS; w++) {
      const x = Math.round(((w + 0.5) * columns) / WINDOWS);
      const from = Math.max(reach, x - half);
      const to = Math.min(columns - reach, x + half);
      let best = 0;
      for (let s = -reach; s <= reach; s++) {
        values[s + reach] = contrast * correlation(a, b, columns, y0, y1, 1, from, to, s);
        if (values[s + reach] > values[best]) best = s + reach;
      }
      const atEdge = reach > 0 && (best === 0 || best === 2 * reach);
      if (atEdge) continue;
      const fine = reach > 0 ? vertex(values[best - 1], values[best], values[best + 1]) : 0;
      const middle = Math.round((from + to - 1) / 2);
      found.push({
        x: middle,
        shift: shift[middle] + best - reach + fine,
        correlation: values[best],
      });
    }
  }
  return found;
}

function fitAlong(
  found: readonly Match[],
  columns: number,
  before: Float64Array,
): Float64Array<ArrayBuffer> {
  const good = found.filter((m) => m.correlation >= WEAKEST / 2);
  const m = ORDER + 1;
  if (good.length < 3 * m) return Float64Array.from(before);
  const design = new Float64Array(good.length * m);
  good.forEach((match, i) => {
    design[i * m] = 1;
    evaluateTerms(ALONG, normalise(match.x, columns), 0, design, i * m + 1);
  });
  const target = Float64Array.from(good, (match) => match.shift);
  const start = new Float64Array(m);
  start[0] = median(Float64Array.from(target));
  const { coefficients } = robustFit(design, target, m, start);
  const powers = new Float64Array(ORDER);
  return Float64Array.from({ length: columns }, (_, x) => {
    evaluateTerms(ALONG, normalise(x, columns), 0, powers, 0);
    return powers.reduce((sum, p, k) => sum + p * coefficients[k + 1], coefficients[0]);
  });
}

function medianOf(values: readonly number[]): number {
  return values.length > 0 ? median(Float64Array.from(values)) : 0;
}

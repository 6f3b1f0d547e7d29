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
 * the line, by cross-correlation of windows; opposite contrast counts as well. Of a far displacement
 * and one of few pixels that match about as well, as a lattice makes them, the latter is meant. `after`
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
  const { near, far, contrast } = wholeShift(a, b, rows, columns);
  const medianMatch = (moved: Float64Array, shift: Float64Array) =>
    medianOf(matches(a, moved, rows, columns, shift, 0, contrast).map((m) => m.correlation));
  const before = medianMatch(b, new Float64Array(columns));
  const from = (start: number): Displacement => {
    const shift = refine(a, b, rows, columns, start, contrast);
    const after = medianMatch(warp(b, rows, columns, shift), shift);
    return { shift, before, after, contrast };
  };
  const nearby = from(near);
  if (far === near) return nearby;
  const away = from(far);
  return isClearlyBetter(away.after, nearby.after) ? away : nearby;
}

/** The displacement at each column, from one of the whole image in whole pixels. */
function refine(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  start: number,
  contrast: 1 | -1,
): Float64Array {
  let shift = new Float64Array(columns).fill(start);
  for (const reach of ROUNDS) {
    const moved = warp(b, rows, columns, shift);
    const found = matches(a, moved, rows, columns, shift, reach, contrast);
    shift = fitAlong(found, columns, shift);
  }
  return shift;
}

/** Part of the mismatch, 1 - correlation, that a displacement must take away to be believed. */
const CLEAR_GAIN = 0.08;

/**
 * True when the images match and match clearly better displaced. On a bare lattice a slip by whole
 * rows matches almost as well, and would show every defect twice.
 */
export function isImprovement({ before, after }: Displacement): boolean {
  return after >= WEAKEST && isClearlyBetter(after, before);
}

function isClearlyBetter(correlation: number, than: number): boolean {
  return correlation - than >= CLEAR_GAIN * (1 - than);
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
  // Places and weights per column first: a walk down the columns of a large image misses every cache.
  const place = new Int32Array(4 * columns);
  const weight = new Float64Array(4 * columns);
  for (let x = 0; x < columns; x++) {
    const from = clamp(x + shift[x]);
    const i = Math.min(Math.floor(from), Math.max(0, last - 1));
    const t = from - i;
    place.set([clamp(i - 1), i, clamp(i + 1), clamp(i + 2)], 4 * x);
    weight[4 * x] = ((2 - t) * t - 1) * t * 0.5;
    weight[4 * x + 1] = ((3 * t - 5) * t * t + 2) * 0.5;
    weight[4 * x + 2] = ((4 - 3 * t) * t + 1) * t * 0.5;
    weight[4 * x + 3] = (t - 1) * t * t * 0.5;
  }
  for (let y = 0; y < rows; y++) {
    const at = y * columns;
    for (let x = 0, k = 0; x < columns; x++, k += 4) {
      out[at + x] =
        weight[k] * image[at + place[k]] +
        weight[k + 1] * image[at + place[k + 1]] +
        weight[k + 2] * image[at + place[k + 2]] +
        weight[k + 3] * image[at + place[k + 3]];
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
  const fine = blurX(heights, rows, columns, Math.max(4, columns >> 5));
  for (let i = 0; i < fine.length; i++) fine[i] = heights[i] - fine[i];
  const { centre, sigma } = centreAndSpread(fine, valid);
  const limit = CLIP * sigma;
  for (let i = 0; i < fine.length; i++) {
    fine[i] = valid[i] ? Math.max(-limit, Math.min(limit, fine[i] - centre)) : 0;
  }
  return fine;
}

/**
 * The best displacement of the whole image in whole pixels, from every fourth line: of all within reach,
 * and of those that the first round finds from no displacement, at the same contrast: half a row off, a
 * lattice matches its own reverse.
 */
function wholeShift(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
): { near: number; far: number; contrast: 1 | -1 } {
  const reach = Math.min(40, columns >> 3);
  const values = new Float64Array(2 * reach + 1);
  correlations(a, b, columns, 0, rows, 4, reach, columns - reach, values);
  const bestWithin = (most: number, size: (correlation: number) => number) => {
    let shift = 0;
    // From the middle outwards: of equal matches, as a lattice makes them, the nearest is kept.
    for (let k = 1; k <= 2 * most; k++) {
      const s = k & 1 ? (k + 1) >> 1 : -(k >> 1);
      if (size(values[s + reach]) > size(values[shift + reach])) shift = s;
    }
    return shift;
  };
  const far = bestWithin(reach, Math.abs);
  const contrast = values[far + reach] < 0 ? -1 : 1;
  const near = bestWithin(Math.min(reach, ROUNDS[0]), (correlation) => contrast * correlation);
  return { near, far, contrast };
}

/**
 * Normalised correlations of a(x) with b(x + s), columns from..to, lines y0..y1 in steps, for all s as
 * far to either side as there is room in `values`.
 */
function correlations(
  a: Float64Array,
  b: Float64Array,
  columns: number,
  y0: number,
  y1: number,
  step: number,
  from: number,
  to: number,
  values: Float64Array,
): void {
  const reach = values.length >> 1;
  // Three at a time: a sum waits for its last term, and several sums wait together.
  for (let s = -reach; s <= reach; s += 3) {
    const second = Math.min(s + 1, reach);
    const third = Math.min(s + 2, reach);
    let [aa, ab0, ab1, ab2, bb0, bb1, bb2] = [0, 0, 0, 0, 0, 0, 0];
    for (let y = y0; y < y1; y += step) {
      const end = y * columns + to;
      for (let x = y * columns + from; x < end; x++) {
        const p = a[x];
        const q0 = b[x + s];
        const q1 = b[x + second];
        const q2 = b[x + third];
        aa += p * p;
        ab0 += p * q0;
        ab1 += p * q1;
        ab2 += p * q2;
        bb0 += q0 * q0;
        bb1 += q1 * q1;
        bb2 += q2 * q2;
      }
    }
    values[s + reach] = normalised(aa, bb0, ab0);
    values[second + reach] = normalised(aa, bb1, ab1);
    values[third + reach] = normalised(aa, bb2, ab2);
  }
}

function normalised(aa: number, bb: number, ab: number): number {
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
      correlations(a, b, columns, y0, y1, 1, from, to, values);
      let best = 0;
      for (let k = 0; k < values.length; k++) {
        values[k] *= contrast;
        if (values[k] > values[best]) best = k;
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

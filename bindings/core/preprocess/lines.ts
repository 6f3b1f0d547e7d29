import { blurX } from './blur.ts';
import { trimmedMean } from './fit.ts';
import { median, spread } from './statistics.ts';
import { offsetsOfSteps } from './step-offsets.ts';

/** Pixels whose difference lies farther out than this many spreads are steps, defects or scars. */
const MASK = 3;
/** A line offset this many spreads of all offsets out is doubted: part of the line may have risen. */
const DOUBT = 6;
/** It is overruled when this part of the line says that nothing moved. */
const SHARE = 0.2;

export interface LineResult {
  heights: Float64Array;
  /** What was subtracted from each line (at its middle, when slopes are aligned), (rows). */
  offsets: Float64Array;
}

/**
 * Align lines by medians of the differences between neighbouring lines, so that a feature raises
 * no line: only its edge enters a difference, and what is bright or dark there is masked. An offset
 * that most of a line shows but a good part does not is the edge of a wide feature and is refused.
 * What steps at a small angle to the lines then still add is taken back by lines farther apart.
 * slope: also align each line's slope. The mean tilt along y goes with the offsets.
 */
export function alignLines(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  slope: boolean,
): LineResult {
  const jumps = new Float64Array(rows).fill(NaN);
  const turns = new Float64Array(rows);
  const sigmas = new Float64Array(rows);
  const differences = new Float64Array(columns);
  const places = new Float64Array(columns);
  const scratch = new Float64Array(columns);
  const gather = (y: number): number => {
    let n = 0;
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      if (!valid[i] || !valid[i - columns]) continue;
      differences[n] = heights[i] - heights[i - columns];
      places[n++] = (2 * x) / (columns - 1) - 1;
    }
    return n;
  };

  const known: number[] = [];
  for (let y = 1; y < rows; y++) {
    const n = gather(y);
    if (n < columns / 8) continue;
    const { mean, sigma } = trimmedMean(differences, n, scratch, MASK);
    jumps[y] = mean;
    sigmas[y] = sigma;
    known.push(y);
  }
  if (known.length === 0)
    return { heights: Float64Array.from(heights), offsets: new Float64Array(rows) };

  const usual = median(Float64Array.from(known, (y) => jumps[y]));
  const variation = spread(
    Float64Array.from(known, (y) => jumps[y]),
    known.length,
    usual,
  );
  const noise = median(Float64Array.from(known, (y) => sigmas[y]));
  for (let y = 1; y < rows; y++) if (Number.isNaN(jumps[y])) jumps[y] = usual;
  for (const y of known) {
    const doubtful = Math.abs(jumps[y] - usual) > DOUBT * variation + noise;
    if (!doubtful && !slope) continue;
    const n = gather(y);
    if (doubtful) jumps[y] = unmoved(differences, n, scratch, usual, noise) ?? jumps[y];
    if (slope) turns[y] = slopeOf(differences, places, n, jumps[y], MASK * (sigmas[y] || noise));
  }

  const offsets = new Float64Array(rows);
  const slopes = new Float64Array(rows);
  for (let y = 1; y < rows; y++) {
    offsets[y] = offsets[y - 1] + jumps[y];
    slopes[y] = slopes[y - 1] + turns[y];
  }
  const meanSlope = slopes.reduce((sum, s) => sum + s, 0) / rows;
  const aligned = subtract(heights, rows, columns, offsets, slopes, meanSlope);
  const rest = offsetsOfSteps(aligned, valid, rows, columns);
  for (let y = 0; y < rows; y++) {
    for (let i = y * columns; i < (y + 1) * columns; i++) aligned[i] -= rest[y];
  }
  return { heights: aligned, offsets: offsets.map((o, y) => o + rest[y]) };
}

/** Mean of the differences near the usual one, if enough of the line lies there. */
function unmoved(
  differences: Float64Array,
  n: number,
  scratch: Float64Array,
  usual: number,
  noise: number,
): number | null {
  let kept = 0;
  for (let i = 0; i < n; i++) {
    if (Math.abs(differences[i] - usual) <= MASK * noise) scratch[kept++] = differences[i];
  }
  return kept >= SHARE * n ? median(scratch, kept) : null;
}

function slopeOf(
  differences: Float64Array,
  places: Float64Array,
  n: number,
  centre: number,
  limit: number,
): number {
  let xx = 0;
  let xd = 0;
  for (let i = 0; i < n; i++) {
    const d = differences[i] - centre;
    if (d > limit || d < -limit) continue;
    xx += places[i] * places[i];
    xd += places[i] * d;
  }
  return xx > 0 ? xd / xx : 0;
}

function subtract(
  heights: Float64Array,
  rows: number,
  columns: number,
  offsets: Float64Array,
  slopes: Float64Array,
  meanSlope: number,
): Float64Array {
  const out = new Float64Array(heights.length);
  for (let y = 0; y < rows; y++) {
    const s = slopes[y] - meanSlope;
    const first = y * columns;
    if (s === 0) {
      for (let i = first; i < first + columns; i++) out[i] = heights[i] - offsets[y];
      continue;
    }
    for (let x = 0; x < columns; x++) {
      out[first + x] = heights[first + x] - offsets[y] - s * ((2 * x) / (columns - 1) - 1);
    }
  }
  return out;
}

/**
 * What sums of differences leave: their slow drift from line to line, (rows). heights must be
 * level with terraces flattened, so that the background is zero everywhere; each line's baseline is
 * the mean of what lies near zero after a blur along x of radius blurPx, smoothed along y over
 * smoothLines lines. A feature that fills most of a line is not near zero and does not count.
 */
export function settleLines(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  blurPx: number,
  smoothLines: number,
): Pick<LineResult, 'offsets'> {
  const soft = blurX(heights, rows, columns, blurPx);
  const scratch = new Float64Array(heights.length);
  let n = 0;
  for (let i = 0; i < soft.length; i++) if (valid[i]) scratch[n++] = soft[i];
  const limit = 2.5 * (n > 0 ? spread(scratch, n, 0) : 0);

  const baselines = new Float64Array(rows);
  const measured = new Uint8Array(rows);
  for (let y = 0; y < rows; y++) {
    let centre = 0;
    for (let round = 0; round < 4; round++) {
      let sum = 0;
      let count = 0;
      for (let i = y * columns; i < (y + 1) * columns; i++) {
        const d = soft[i] - centre;
        if (!valid[i] || d > limit || d < -limit) continue;
        sum += d;
        count++;
      }
      if (count < SHARE * columns) break;
      centre += sum / count;
      measured[y] = 1;
    }
    baselines[y] = centre;
  }
  bridge(baselines, measured);
  return { offsets: smoothAlong(baselines, smoothLines) };
}

/** Draw straight lines over what was not measured, in place; level beyond the first and the last. */
function bridge(values: Float64Array, measured: Uint8Array): void {
  let before = -1;
  for (let y = 0; y <= values.length; y++) {
    if (y < values.length && !measured[y]) continue;
    const low = values[before < 0 ? y : before] ?? 0;
    const high = values[y < values.length ? y : before] ?? 0;
    for (let g = before + 1; g < y; g++) {
      values[g] = low + ((high - low) * (g - before)) / (y - before);
    }
    before = y;
  }
}

/** Running median, then running mean, over about window lines. */
function smoothAlong(values: Float64Array, window: number): Float64Array {
  const half = window >> 1;
  const rows = values.length;
  const scratch = new Float64Array(2 * half + 1);
  const medians = new Float64Array(rows);
  for (let y = 0; y < rows; y++) {
    let n = 0;
    for (let k = Math.max(0, y - half); k <= Math.min(rows - 1, y + half); k++) {
      scratch[n++] = values[k];
    }
    medians[y] = median(scratch, n);
  }
  const out = new Float64Array(rows);
  for (let y = 0; y < rows; y++) {
    let sum = 0;
    let n = 0;
    for (let k = Math.max(0, y - half); k <= Math.min(rows - 1, y + half); k++) {
      sum += medians[k];
      n++;
    }
    out[y] = sum / n;
  }
  return out;
}

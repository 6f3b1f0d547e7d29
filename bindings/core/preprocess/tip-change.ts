import { factorise } from '../cholesky.ts';
import type { Kernels } from '../kernels.ts';
import { select } from '../select.ts';
import { lineTextures } from './line-texture.ts';
import { median, spread } from './statistics.ts';

/** The first line of another tip, and how many times more than elsewhere the lines' texture changes there. */
export interface TipChange {
  row: number;
  ratio: number;
}

/** Lines directly above and below that are compared. */
const NEAR = 5;
/** Part of the lines in the regions above and below that are compared; no changes are closer to each other, or to an end. */
const WIDE = 0.1;
/** Of fewer lines nothing is told. */
const FEWEST = 64;
/** Near lines differ by so many spreads at a change. */
const OUTSTANDING = 6;
/** Regions differ by so many times what this part of all others in the scan differ by. */
const UNUSUAL = 4;
const OTHERS = 0.8;
/** Near lines differ by these parts of what regions do: by less where a tip creeps, by more where lines are disturbed. */
const LEAST_AT_ONCE = 0.75;
const MOST_AT_ONCE = 1.8;
/** Part of the change by which a region may change within itself. */
const MOST_WITHIN = 0.5;
/** Where more of the lines lies beside steps, they cross to another terrace. */
const MOST_EDGES = 0.2;
/** Part by which textures are taken to vary each for itself, whatever the scan's few lines say. */
const SHRINK = 0.2;
const CLIP = 3;
const SMALLEST_SPREAD = 1e-6;

/**
 * Lines at which the tip changed: there and hardly elsewhere the lines' texture, of all channels together, becomes
 * another within a few lines and stays so. planes (rows, columns) each, level; what is disturbed or beside steps says
 * nothing.
 */
export function findTipChanges(
  kernels: Kernels,
  planes: readonly Float64Array[],
  { valid, disturbed, roundedSteps }: Record<'valid' | 'disturbed' | 'roundedSteps', Uint8Array>,
  rows: number,
  columns: number,
): TipChange[] {
  const usable = new Uint8Array(valid.length);
  for (let i = 0; i < usable.length; i++) usable[i] = valid[i] & ~(disturbed[i] | roundedSteps[i]);
  const textures = planes.flatMap((plane) => lineTextures(kernels, plane, usable, rows, columns));
  const { first, lines, series } = withoutGaps(textures);
  if (lines < FEWEST) return [];
  const { whole, steps } = whiten(series);
  const outstanding = steps[0].map((_, y) => Math.sqrt(dot(steps, y, steps, y)));
  const wide = Math.max(2 * NEAR, Math.round(WIDE * lines));
  const changes: TipChange[] = [];
  for (const y of peaks(outstanding, wide)) {
    if (edgesAround(roundedSteps, first + y, rows, columns) > MOST_EDGES) continue;
    // What changes, as one texture: in the direction of the change at this line.
    const texture = whole[0].map((_, at) => dot(whole, at, steps, y) / outstanding[y]);
    const ratio = unusual(texture, y, outstanding[y], wide);
    if (ratio > UNUSUAL) changes.push({ row: first + y, ratio });
  }
  return changes.sort((a, b) => a.row - b.row);
}

/** From the first to the last line that all series tell of, but those of no line, with lines between bridged. */
function withoutGaps(textures: readonly Float64Array[]): {
  first: number;
  lines: number;
  series: Float64Array[];
} {
  const telling = textures.filter((each) => each.some((value) => !Number.isNaN(value)));
  const known: number[] = [];
  for (let y = 0; telling.length > 0 && y < telling[0].length; y++) {
    if (telling.every((each) => !Number.isNaN(each[y]))) known.push(y);
  }
  if (known.length === 0) return { first: 0, lines: 0, series: [] };
  const first = known[0];
  const last = known[known.length - 1];
  const series = telling.map((each) => {
    const out = each.slice(first, last + 1);
    for (let k = 1; k < known.length; k++) {
      const [before, after] = [known[k - 1], known[k]];
      const rise = (each[after] - each[before]) / (after - before);
      for (let y = before + 1; y < after; y++) out[y - first] = each[before] + rise * (y - before);
    }
    return out;
  });
  return { first, lines: last + 1 - first, series };
}

/**
 * The series, and what the lines directly above and below each line differ by, recombined so that this has a spread of 1
 * in each and none varies with another.
 */
function whiten(series: readonly Float64Array[]): Record<'whole' | 'steps', Float64Array[]> {
  const n = series.length;
  const steps = series.map((each) => stepsOf(each, NEAR));
  const spreads = steps.map((each) =>
    Math.max(SMALLEST_SPREAD, spread(each.slice(NEAR, -NEAR), each.length - 2 * NEAR, 0)),
  );
  const scaled = (all: readonly Float64Array[]) =>
    all.map((each, k) => each.map((value) => value / spreads[k]));
  const clipped = scaled(steps).map((each) =>
    each.map((value) => Math.max(-CLIP, Math.min(CLIP, value))),
  );
  const squares = clipped.map((each) => product(each, each));
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const together = product(clipped[i], clipped[k]);
      if (together)
        factor[i * n + k] = ((1 - SHRINK) * together) / Math.sqrt(squares[i] * squares[k]);
    }
    factor[i * n + i] = 1;
  }
  factorise(factor, n, SMALLEST_SPREAD);
  const apart = (all: Float64Array[]) => {
    for (let i = 0; i < n; i++) {
      for (let y = 0; y < all[i].length; y++) {
        let value = all[i][y];
        for (let k = 0; k < i; k++) value -= factor[i * n + k] * all[k][y];
        all[i][y] = value / factor[i * n + i];
      }
    }
    return all;
  };
  return { whole: apart(scaled(series)), steps: apart(scaled(steps)) };
}

/** Median of `reach` lines below each line minus that of as many above it; 0 where there are fewer. */
function stepsOf(series: Float64Array, reach: number): Float64Array {
  const out = new Float64Array(series.length);
  for (let y = reach; y + reach < series.length; y++) {
    out[y] = middle(series, y + 1, y + 1 + reach) - middle(series, y - reach, y);
  }
  return out;
}

/** Median of the lines from..to-1, those of them that there are. */
function middle(series: Float64Array, from: number, to: number): number {
  return median(series.slice(Math.max(0, from), to));
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let y = 0; y < a.length; y++) sum += a[y] * b[y];
  return sum;
}

/** Product of the vector that line y of a has in all series with that of line z of b. */
function dot(a: readonly Float64Array[], y: number, b: readonly Float64Array[], z: number): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k][y] * b[k][z];
  return sum;
}

/** Lines that stand out, none closer to another, or to an end, than `apart`. */
function peaks(outstanding: Float64Array, apart: number): number[] {
  const found: number[] = [];
  const left = outstanding.slice();
  left.fill(0, 0, apart);
  left.fill(0, Math.max(apart, left.length - apart));
  for (;;) {
    let best = 0;
    for (let y = 1; y < left.length; y++) if (left[y] > left[best]) best = y;
    if (!(left[best] > OUTSTANDING)) return found;
    found.push(best);
    left.fill(0, Math.max(0, best - apart), best + apart + 1);
  }
}

/** Part of the lines around row that is beside steps. */
function edgesAround(edges: Uint8Array, row: number, rows: number, columns: number): number {
  const around = edges.subarray(
    Math.max(0, row - 2 * NEAR) * columns,
    Math.min(rows, row + 2 * NEAR + 1) * columns,
  );
  return around.reduce((sum, edge) => sum + edge, 0) / around.length;
}

/** How many times more the regions above and below line y differ than others in the scan; 0 unless at once. */
function unusual(texture: Float64Array, y: number, atOnce: number, wide: number): number {
  const half = wide >> 1;
  const change = middle(texture, y + 1, y + 1 + wide) - middle(texture, y - wide, y);
  if (!(atOnce > LEAST_AT_ONCE * change && atOnce < MOST_AT_ONCE * change)) return 0;
  const above = middle(texture, y - half, y) - middle(texture, y - wide, y - half);
  const below = middle(texture, y + 1 + half, y + 1 + wide) - middle(texture, y + 1, y + 1 + half);
  if (Math.max(Math.abs(above), Math.abs(below)) > MOST_WITHIN * change) return 0;
  const others = stepsOf(texture, wide)
    .map(Math.abs)
    .filter((_, at) => Math.abs(at - y) > wide && at >= wide && at + wide < texture.length);
  const usual = select(others, Math.floor(OTHERS * others.length));
  return others.length > 0 ? change / Math.max(usual, 1) : 0;
}

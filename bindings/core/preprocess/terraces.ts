import { select } from '../select.ts';
import type { Blocks } from './blocks.ts';
import { median, spread } from './statistics.ts';

/** Histogram bins per spread of block heights. */
const BINS_PER_SIGMA = 3;
const MOST_BINS = 4000;
/** The valley between two terraces holds less than this part of the lower peak. */
const VALLEY = 0.5;
/** A step rises by this part of its height within three blocks; a bow or a halo does not. */
const SHARPNESS = 0.6;
/** A step is at least this many spreads of block heights high. */
const SMALLEST_STEP = 4;
/** Much lower than this part of the usual one, a step is what is left of lines' offsets. */
const SMALL = 1 / 3;
/** Blocks farther than this many spreads from any terrace's level belong to none. */
const OUTLIER = 5;

export interface Terraces {
  /** Terrace 0..count-1 of each block. */
  labels: Int16Array;
  count: number;
}

/**
 * Split block heights, already free of tilt and bow, into terraces: peaks of the height histogram
 * with deep valleys between them, then connected parts of at least smallest blocks whose borders
 * are as sharp as steps. Smaller parts (defects) join the terrace around them.
 */
export function findTerraces(blocks: Blocks, heights: Float64Array, smallest: number): Terraces {
  const one = { labels: new Int16Array(heights.length), count: 1 };
  const sigma = localSpread(blocks, heights);
  const levels = peakHeights(heights, blocks.used, sigma, smallest);
  if (levels.length < 2) return one;
  let labels = nearestLevels(heights, levels, sigma);
  labels = majority(labels, levels.length, blocks.rows, blocks.columns);
  const parts = connectedParts(labels, blocks.rows, blocks.columns, smallest);
  if (parts.count <= 1) return one;
  growInto(parts.labels, blocks.rows, blocks.columns);
  return mergeBlurred(parts, blocks, heights, sigma);
}

/** Levels, rising, with a deep valley to the next, at which a connected part of smallest blocks lies. */
export function findLevels(blocks: Blocks, heights: Float64Array, smallest: number): number[] {
  const sigma = localSpread(blocks, heights);
  const levels = peakHeights(heights, blocks.used, sigma, smallest);
  if (levels.length < 2) return levels;
  const nearest = nearestLevels(heights, levels, sigma);
  const labels = nearest.map((label, i) => (blocks.used[i] ? label : -1));
  const parts = connectedParts(labels, blocks.rows, blocks.columns, smallest).labels;
  return levels.filter((_, k) => labels.some((label, i) => label === k && parts[i] >= 0));
}

/** Spread of the difference between neighbouring blocks, as that of a single block. */
function localSpread(blocks: Blocks, heights: Float64Array): number {
  const { rows, columns, used } = blocks;
  const differences = new Float64Array(2 * heights.length);
  let n = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const i = r * columns + c;
      if (!used[i]) continue;
      if (c + 1 < columns && used[i + 1]) differences[n++] = heights[i + 1] - heights[i];
      if (r + 1 < rows && used[i + columns]) differences[n++] = heights[i + columns] - heights[i];
    }
  }
  return n > 0 ? spread(differences, n, 0) / Math.SQRT2 : 0;
}

/** Heights of the peaks of the histogram that deep valleys separate, rising. */
function peakHeights(
  heights: Float64Array,
  used: Uint8Array,
  sigma: number,
  smallest: number,
): number[] {
  const known = heights.filter((_, i) => used[i] === 1);
  if (known.length < 2 * smallest) return [];
  const low = select(known, Math.floor(0.002 * known.length));
  const high = select(known, Math.ceil(0.998 * known.length) - 1);
  const range = high - low;
  // The last bits of an ideal plane are no terraces.
  const largest = Math.max(Math.abs(low), Math.abs(high), 0);
  const width = Math.max(sigma, range / 200) / BINS_PER_SIGMA;
  if (!(range > 1e-9 * largest && range > SMALLEST_STEP * sigma)) return [];

  const pad = 3 * BINS_PER_SIGMA;
  const bins = Math.min(MOST_BINS, Math.ceil(range / width) + 1) + 2 * pad;
  let density = new Float64Array(bins);
  for (const h of known) {
    const bin = Math.floor((h - low) / width) + pad;
    if (bin >= 0 && bin < bins) density[bin]++;
  }
  // Three box passes are close to a Gaussian of 0.8 sigma.
  for (let pass = 0; pass < 3; pass++) density = smooth(density, 2);

  // A terrace of the smallest area, its heights twenty times as spread as single blocks.
  const least = smallest / (20 * 2.5 * BINS_PER_SIGMA);
  const peaks: number[] = [];
  for (let i = 1; i < bins - 1; i++) {
    if (density[i] > least && density[i] >= density[i - 1] && density[i] > density[i + 1]) {
      peaks.push(i);
    }
  }
  peaks.sort((a, b) => density[b] - density[a] || a - b);
  const kept: number[] = [];
  for (const peak of peaks) {
    if (kept.every((other) => separated(density, peak, other))) kept.push(peak);
  }
  kept.sort((a, b) => a - b);
  return kept.map((peak) => low + (peak + 0.5 - pad) * width);
}

/**
 * The nearest level of each block; -1 for blocks far above or below all of them, which belong to a
 * tall cluster or a pit and not to a terrace.
 */
function nearestLevels(
  heights: Float64Array,
  levels: readonly number[],
  sigma: number,
): Int16Array<ArrayBuffer> {
  let gap = Infinity;
  for (let k = 1; k < levels.length; k++) gap = Math.min(gap, levels[k] - levels[k - 1]);
  const limit = Math.max(OUTLIER * sigma, gap / 2);
  const labels = new Int16Array(heights.length);
  for (let i = 0; i < heights.length; i++) {
    let best = 0;
    for (let k = 1; k < levels.length; k++) {
      if (Math.abs(heights[i] - levels[k]) < Math.abs(heights[i] - levels[best])) best = k;
    }
    labels[i] = Math.abs(heights[i] - levels[best]) <= limit ? best : -1;
  }
  return labels;
}

function smooth(values: Float64Array, radius: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let k = Math.max(0, i - radius); k <= i + radius && k < values.length; k++) {
      sum += values[k];
    }
    out[i] = sum / (2 * radius + 1);
  }
  return out;
}

function separated(density: Float64Array, a: number, b: number): boolean {
  if (Math.abs(a - b) < SMALLEST_STEP * BINS_PER_SIGMA) return false;
  let valley = density[a];
  for (let i = Math.min(a, b); i <= Math.max(a, b); i++) valley = Math.min(valley, density[i]);
  return valley < VALLEY * Math.min(density[a], density[b]);
}

/** The most frequent label (-1 counts as one) around each block, 3 x 3; its own if tied. */
function majority(
  labels: Int16Array,
  count: number,
  rows: number,
  columns: number,
): Int16Array<ArrayBuffer> {
  const out = Int16Array.from(labels);
  const votes = new Int32Array(count + 1);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      votes.fill(0);
      for (let y = Math.max(0, r - 1); y <= Math.min(rows - 1, r + 1); y++) {
        for (let x = Math.max(0, c - 1); x <= Math.min(columns - 1, c + 1); x++) {
          votes[labels[y * columns + x] + 1]++;
        }
      }
      let best = labels[r * columns + c] + 1;
      for (let k = 0; k <= count; k++) if (votes[k] > votes[best]) best = k;
      out[r * columns + c] = best - 1;
    }
  }
  return out;
}

/** Number the 4-connected parts of equal label; parts smaller than smallest get -1. */
function connectedParts(
  labels: Int16Array,
  rows: number,
  columns: number,
  smallest: number,
): Terraces {
  const parts = new Int16Array(labels.length).fill(-2);
  const queue = new Int32Array(labels.length);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (parts[start] !== -2) continue;
    let end = 0;
    queue[end++] = start;
    parts[start] = count;
    for (let head = 0; head < end; head++) {
      const i = queue[head];
      for (const j of neighbours(i, rows, columns)) {
        if (parts[j] === -2 && labels[j] === labels[start]) {
          parts[j] = count;
          queue[end++] = j;
        }
      }
    }
    if (end >= smallest && labels[start] >= 0) count++;
    else for (let k = 0; k < end; k++) parts[queue[k]] = -1;
  }
  return { labels: parts, count };
}

function neighbours(i: number, rows: number, columns: number): number[] {
  const x = i % columns;
  const y = (i - x) / columns;
  const list: number[] = [];
  if (x > 0) list.push(i - 1);
  if (x + 1 < columns) list.push(i + 1);
  if (y > 0) list.push(i - columns);
  if (y + 1 < rows) list.push(i + columns);
  return list;
}

/** Give every block of label -1 the label of the nearest labelled block, in place. */
function growInto(labels: Int16Array, rows: number, columns: number): void {
  let front: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) front.push(i);
  while (front.length > 0) {
    const next: number[] = [];
    for (const i of front) {
      for (const j of neighbours(i, rows, columns)) {
        if (labels[j] === -1) {
          labels[j] = labels[i];
          next.push(j);
        }
      }
    }
    front = next;
  }
}

/** Join terraces whose common border does not rise as sharply as their heights differ. */
function mergeBlurred(
  parts: Terraces,
  blocks: Blocks,
  heights: Float64Array,
  sigma: number,
): Terraces {
  const { labels, count } = parts;
  const levels = levelsOf(parts, blocks.used, heights);
  const joined = Array.from({ length: count }, (_, k) => k);
  const root = (k: number): number => (joined[k] === k ? k : root(joined[k]));
  const found = borders(parts, blocks, heights);
  const least = Math.max(SMALLEST_STEP * sigma, SMALL * usualRise(found));
  for (const { a, b, rises } of found) {
    const difference = levels[b] - levels[a];
    const rise = rises.length > 0 ? median(Float64Array.from(rises)) : 0;
    const sharp =
      rise * Math.sign(difference) >= SHARPNESS * Math.abs(difference) && Math.abs(rise) > least;
    if (!sharp) joined[Math.max(root(a), root(b))] = Math.min(root(a), root(b));
  }
  const names = new Map<number, number>();
  const out = labels.map((label) => {
    const k = root(label);
    if (!names.has(k)) names.set(k, names.size);
    return names.get(k) ?? 0;
  });
  return { labels: out, count: names.size };
}

/** Median rise along all borders. */
function usualRise(found: readonly Border[]): number {
  const rises = found.flatMap((border) => border.rises.map(Math.abs));
  return rises.length > 0 ? median(Float64Array.from(rises)) : 0;
}

/** Median height of each terrace. */
export function levelsOf(
  terraces: Terraces,
  used: Uint8Array,
  heights: Float64Array,
): Float64Array {
  const levels = new Float64Array(terraces.count);
  const scratch = new Float64Array(heights.length);
  for (let k = 0; k < terraces.count; k++) {
    let n = 0;
    for (let i = 0; i < heights.length; i++) {
      if (used[i] && terraces.labels[i] === k) scratch[n++] = heights[i];
    }
    if (n > 0) levels[k] = median(scratch, n);
  }
  return levels;
}

interface Border {
  a: number;
  b: number;
  /** Height differences b - a between blocks one step inside either terrace. */
  rises: number[];
}

export function borders(terraces: Terraces, blocks: Blocks, heights: Float64Array): Border[] {
  const { rows, columns, used } = blocks;
  const { labels, count } = terraces;
  const found = new Map<number, Border>();
  const visit = (before: number, i: number, j: number, after: number) => {
    if (labels[i] === labels[j]) return;
    const up = labels[i] < labels[j];
    const a = up ? labels[i] : labels[j];
    const b = up ? labels[j] : labels[i];
    const key = a * count + b;
    const border = found.get(key) ?? { a, b, rises: [] };
    found.set(key, border);
    if (labels[before] !== labels[i] || labels[after] !== labels[j]) return;
    if (!used[before] || !used[after]) return;
    const rise = heights[after] - heights[before];
    border.rises.push(up ? rise : -rise);
  };
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const i = r * columns + c;
      if (c + 1 < columns) {
        visit(c > 0 ? i - 1 : i, i, i + 1, c + 2 < columns ? i + 2 : i + 1);
      }
      if (r + 1 < rows) {
        visit(
          r > 0 ? i - columns : i,
          i,
          i + columns,
          r + 2 < rows ? i + 2 * columns : i + columns,
        );
      }
    }
  }
  return [...found.values()];
}

import { type Blocks, blockMedians } from './blocks.ts';
import { blur } from './blur.ts';
import { robustFit } from './fit.ts';
import { settleLines } from './lines.ts';
import { evaluateTerms, normalise, polynomialSurface, terms } from './polynomial.ts';
import { joinSoftBorders } from './soft-borders.ts';
import { median, spread } from './statistics.ts';
import { borders, findLevels, findTerraces, levelsOf, type Terraces } from './terraces.ts';

/** Fit, look for terraces, fit again: the second look sees steps that the first bow hid. */
const ROUNDS = 3;
/** One pixel in so many tells the noise. */
const SPARSE = 5;
/** Lines over which the slow drift of baselines is smoothed. */
const SETTLE_LINES = 7;

export interface LevelOptions {
  /** Order of the background polynomial: 1 plane, 2 with bow, 3 with skew. */
  order: 1 | 2 | 3;
  /** Subtract each terrace's own height too, so that heights count from the local terrace. */
  flatten: boolean;
  /** Terraces smaller than this part of the image are defects. */
  smallestTerrace: number;
  /** Side of the blocks whose medians are fitted, px: more than one period of the lattice. */
  blockPx: number;
  /** Take the slow drift of lines out as well. */
  settle?: boolean;
  /** Terraces of the blocks where they are known already, from an earlier result. */
  blockTerraces?: Terraces;
}

export interface LevelResult {
  heights: Float64Array;
  /** Terrace 0..count-1 of each pixel, (rows, columns). */
  terraces: Int16Array;
  terraceCount: number;
  blockTerraces: Terraces;
  /** Absolute height differences between terraces that touch, rising, in the heights' unit. */
  stepHeights: number[];
  /** Heights at which terraces still pile up; more than one when steps were missed. */
  levelsLeft: number[];
}

/**
 * Subtract a polynomial background that steps and defects do not fool from heights
 * (rows, columns): the polynomial and one constant per terrace are fitted together, robustly, to
 * medians over blocks; with settle, once more after the slow drift of the lines is taken out. The
 * zero of the result is the largest terrace, or with flatten each terrace's own median.
 */
export function level(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  options: LevelOptions,
): LevelResult {
  const { order, flatten, blockPx } = options;
  const measured = blockMedians(heights, valid, rows, columns, blockPx);
  let blocks = measured;
  let offsets: Float64Array | undefined;
  let fit = fitBackground(blocks, rows, columns, options);
  if (options.settle) {
    offsets = drift(heights, valid, rows, columns, blocks, fit, order);
    blocks = { ...measured, heights: withoutDrift(measured, offsets) };
    fit = fitBackground(blocks, rows, columns, { ...options, blockTerraces: fit.terraces });
  }
  const { background, terraces, flat } = fit;
  const levelled = polynomialSurface(order, background, rows, columns);
  for (let y = 0; y < rows; y++) {
    const offset = offsets ? offsets[y] : 0;
    for (let i = y * columns; i < (y + 1) * columns; i++) {
      levelled[i] = heights[i] - offset - levelled[i];
    }
  }
  const noise = neighbourSpread(levelled, valid);
  const labels = pixelTerraces(levelled, blocks, terraces, flat, rows, columns);
  if (!options.blockTerraces && terraces.count > 1) {
    const steep = joinSoftBorders(terraces, labels, levelled, valid, rows, columns, blockPx);
    if (steep !== terraces) {
      return level(heights, valid, rows, columns, { ...options, blockTerraces: steep });
    }
  }
  const constants = terraceMedians(levelled, valid, labels, terraces.count);
  const zero = constants[largestTerrace(labels, terraces.count)];
  for (let i = 0; i < levelled.length; i++) {
    levelled[i] -= flatten ? constants[labels[i]] : zero;
  }
  return {
    heights: levelled,
    terraces: labels,
    terraceCount: terraces.count,
    blockTerraces: terraces,
    stepHeights: stepHeights(terraces, blocks, flat),
    levelsLeft: levelsLeft(terraces, blocks, flat, smallestPart(blocks, options), noise),
  };
}

/** Every plane by itself, but with terraces in common: they are the surface's, not a channel's, and the first channel's hold. */
export function levelAlike(
  planes: readonly Float64Array[],
  valid: Uint8Array,
  rows: number,
  columns: number,
  options: LevelOptions,
): LevelResult[] {
  let blockTerraces = options.blockTerraces;
  return planes.map((plane) => {
    const known = blockTerraces ? { ...options, blockTerraces } : options;
    const result = level(plane, valid, rows, columns, known);
    blockTerraces ??= result.blockTerraces;
    return result;
  });
}

interface Fit {
  /** Coefficients of the polynomial. */
  background: Float64Array;
  terraces: Terraces;
  /** Block heights without the polynomial. */
  flat: Float64Array;
}

function fitBackground(blocks: Blocks, rows: number, columns: number, options: LevelOptions): Fit {
  const { order, blockTerraces } = options;
  const smallest = smallestPart(blocks, options);
  let background = slopes(blocks, rows, columns, order);
  let terraces = blockTerraces ?? { labels: new Int16Array(blocks.heights.length), count: 1 };
  let flat = blocks.heights;
  for (let round = 0; round < ROUNDS; round++) {
    flat = subtractAtBlocks(blocks, rows, columns, order, background);
    const before = terraces.labels;
    terraces = blockTerraces ?? findTerraces(blocks, flat, smallest);
    if (round > 0 && terraces.labels.every((label, i) => label === before[i])) break;
    background = fitTerraces(blocks, flat, terraces, rows, columns, order, background);
  }
  flat = subtractAtBlocks(blocks, rows, columns, order, background);
  return { background, terraces, flat };
}

/** Blocks that a terrace has at least. */
function smallestPart({ heights }: Blocks, { smallestTerrace }: LevelOptions): number {
  return Math.max(4, smallestTerrace * heights.length);
}

/** Slow drift of the lines, (rows): what is left of heights without background and terraces. */
function drift(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  blocks: Blocks,
  { background, terraces, flat }: Fit,
  order: number,
): Float64Array {
  const left = polynomialSurface(order, background, rows, columns);
  const levels = levelsOf(terraces, blocks.used, flat);
  const inside = new Uint8Array(valid.length);
  for (let r = 0; r < blocks.rows; r++) {
    for (let c = 0; c < blocks.columns; c++) {
      const block = r * blocks.columns + c;
      if (onBorder(terraces.labels, block, blocks.rows, blocks.columns)) continue;
      const height = levels[terraces.labels[block]];
      for (let y = blocks.rowEdges[r]; y < blocks.rowEdges[r + 1]; y++) {
        for (let x = blocks.columnEdges[c]; x < blocks.columnEdges[c + 1]; x++) {
          const i = y * columns + x;
          left[i] = heights[i] - left[i] - height;
          inside[i] = valid[i];
        }
      }
    }
  }
  const blur = blocks.columnEdges[1] >> 1;
  return settleLines(left, inside, rows, columns, blur, SETTLE_LINES).offsets;
}

/** Block heights less the mean drift of their lines. */
function withoutDrift({ heights, columns, rowEdges }: Blocks, offsets: Float64Array): Float64Array {
  return heights.map((h, i) => {
    const r = Math.floor(i / columns);
    let sum = 0;
    for (let y = rowEdges[r]; y < rowEdges[r + 1]; y++) sum += offsets[y];
    return h - sum / (rowEdges[r + 1] - rowEdges[r]);
  });
}

/** Side of the blocks where no lattice says how large they have to be, px. */
export function roughSide(rows: number, columns: number): number {
  return Math.max(4, Math.round(Math.min(rows, columns) / 24));
}

/** Only the tilt and bow that the gradients show; good enough to look for a lattice where there are no steps. */
export function levelRoughly(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
): Float64Array {
  const blocks = blockMedians(heights, valid, rows, columns, roughSide(rows, columns));
  const levelled = polynomialSurface(2, slopes(blocks, rows, columns, 2), rows, columns);
  for (let i = 0; i < levelled.length; i++) levelled[i] = heights[i] - levelled[i];
  return levelled;
}

function centreOf(edges: Int32Array, i: number, size: number): number {
  return normalise((edges[i] + edges[i + 1] - 1) / 2, size);
}

/** Values of the polynomial's terms at every block's centre, (blocks, terms). */
function termsAtBlocks(blocks: Blocks, rows: number, columns: number, order: number): Float64Array {
  const list = terms(order);
  const design = new Float64Array(blocks.heights.length * list.length);
  for (let r = 0; r < blocks.rows; r++) {
    const v = centreOf(blocks.rowEdges, r, rows);
    for (let c = 0; c < blocks.columns; c++) {
      const u = centreOf(blocks.columnEdges, c, columns);
      evaluateTerms(list, u, v, design, (r * blocks.columns + c) * list.length);
    }
  }
  return design;
}

/**
 * The polynomial from height differences of neighbouring blocks alone. A step touches few pairs,
 * so that a robust fit leaves it out whatever the number of terraces.
 */
function slopes(blocks: Blocks, rows: number, columns: number, order: number): Float64Array {
  const m = terms(order).length;
  const at = termsAtBlocks(blocks, rows, columns, order);
  const { heights, used } = blocks;
  const design: number[] = [];
  const target: number[] = [];
  const start = new Float64Array(m);
  for (const [axis, stride] of [1, blocks.columns].entries()) {
    const rises: number[] = [];
    for (let i = 0; i + stride < heights.length; i++) {
      const j = i + stride;
      if (axis === 0 && j % blocks.columns === 0) continue;
      if (!used[i] || !used[j]) continue;
      for (let k = 0; k < m; k++) design.push(at[j * m + k] - at[i * m + k]);
      target.push(heights[j] - heights[i]);
      rises.push((heights[j] - heights[i]) / (at[j * m + axis] - at[i * m + axis]));
    }
    if (rises.length > 0) start[axis] = median(Float64Array.from(rises));
  }
  if (target.length < 3 * m) return start;
  return robustFit(Float64Array.from(design), Float64Array.from(target), m, start).coefficients;
}

function subtractAtBlocks(
  blocks: Blocks,
  rows: number,
  columns: number,
  order: number,
  background: Float64Array,
): Float64Array {
  const at = termsAtBlocks(blocks, rows, columns, order);
  const m = background.length;
  return blocks.heights.map((h, i) => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += at[i * m + k] * background[k];
    return h - sum;
  });
}

/** The polynomial and one constant per terrace together; returns the polynomial. */
function fitTerraces(
  blocks: Blocks,
  flat: Float64Array,
  terraces: Terraces,
  rows: number,
  columns: number,
  order: number,
  background: Float64Array,
): Float64Array {
  const p = background.length;
  const m = p + terraces.count;
  const at = termsAtBlocks(blocks, rows, columns, order);
  const inside: number[] = [];
  for (let i = 0; i < flat.length; i++) {
    if (blocks.used[i] && !onBorder(terraces.labels, i, blocks.rows, blocks.columns)) {
      inside.push(i);
    }
  }
  if (inside.length < 3 * m) return background;
  const design = new Float64Array(inside.length * m);
  const target = new Float64Array(inside.length);
  inside.forEach((i, n) => {
    for (let k = 0; k < p; k++) design[n * m + k] = at[i * p + k];
    design[n * m + p + terraces.labels[i]] = 1;
    target[n] = blocks.heights[i];
  });
  const start = new Float64Array(m);
  start.set(background);
  start.set(levelsOf(terraces, blocks.used, flat), p);
  return robustFit(design, target, m, start).coefficients.slice(0, p);
}

function onBorder(labels: Int16Array, i: number, rows: number, columns: number): boolean {
  const x = i % columns;
  const y = (i - x) / columns;
  return (
    (x > 0 && labels[i - 1] !== labels[i]) ||
    (x + 1 < columns && labels[i + 1] !== labels[i]) ||
    (y > 0 && labels[i - columns] !== labels[i]) ||
    (y + 1 < rows && labels[i + columns] !== labels[i])
  );
}

/**
 * Terraces of pixels from terraces of blocks: near a border a pixel takes the nearest level of
 * those around it, and then the majority around it decides, so that a vacancy beside a step stays
 * on its own terrace.
 */
function pixelTerraces(
  levelled: Float64Array,
  blocks: Blocks,
  terraces: Terraces,
  flat: Float64Array,
  rows: number,
  columns: number,
): Int16Array {
  const labels = new Int16Array(rows * columns);
  if (terraces.count === 1) return labels;
  const levels = levelsOf(terraces, blocks.used, flat);
  const side = blocks.rowEdges[1];
  const soft = blur(levelled, rows, columns, Math.max(1, Math.round(side / 4)));
  const open: number[] = [];
  for (let r = 0; r < blocks.rows; r++) {
    for (let c = 0; c < blocks.columns; c++) {
      const near = labelsAround(terraces.labels, r, c, blocks.rows, blocks.columns);
      for (let y = blocks.rowEdges[r]; y < blocks.rowEdges[r + 1]; y++) {
        for (let x = blocks.columnEdges[c]; x < blocks.columnEdges[c + 1]; x++) {
          const i = y * columns + x;
          labels[i] = near[0];
          if (near.length === 1) continue;
          labels[i] = nearestLevel(near, levels, soft[i]);
          open.push(i);
        }
      }
    }
  }
  return vote(labels, open, terraces.count, rows, columns, Math.max(2, side >> 1));
}

function labelsAround(
  labels: Int16Array,
  r: number,
  c: number,
  rows: number,
  columns: number,
): number[] {
  const found = [labels[r * columns + c]];
  for (let y = Math.max(0, r - 1); y <= Math.min(rows - 1, r + 1); y++) {
    for (let x = Math.max(0, c - 1); x <= Math.min(columns - 1, c + 1); x++) {
      if (!found.includes(labels[y * columns + x])) found.push(labels[y * columns + x]);
    }
  }
  return found;
}

function nearestLevel(near: readonly number[], levels: Float64Array, height: number): number {
  let best = near[0];
  for (const k of near) {
    if (Math.abs(levels[k] - height) < Math.abs(levels[best] - height)) best = k;
  }
  return best;
}

/** Majority of the labels within radius of each open pixel, read at no more than 11 x 11 places. */
function vote(
  labels: Int16Array,
  open: readonly number[],
  count: number,
  rows: number,
  columns: number,
  radius: number,
): Int16Array {
  const out = Int16Array.from(labels);
  const stride = Math.ceil(radius / 5);
  const reach = Math.floor(radius / stride) * stride;
  const votes = new Int32Array(count);
  for (const i of open) {
    const x0 = i % columns;
    const y0 = (i - x0) / columns;
    votes.fill(0);
    let best = labels[i];
    for (let y = y0 - reach; y <= y0 + reach; y += stride) {
      if (y < 0 || y >= rows) continue;
      for (let x = x0 - reach; x <= x0 + reach; x += stride) {
        if (x < 0 || x >= columns) continue;
        const label = labels[y * columns + x];
        if (++votes[label] > votes[best]) best = label;
      }
    }
    out[i] = best;
  }
  return out;
}

function terraceMedians(
  heights: Float64Array,
  valid: Uint8Array,
  labels: Int16Array,
  count: number,
): Float64Array {
  const medians = new Float64Array(count);
  const scratch = new Float64Array(heights.length);
  for (let k = 0; k < count; k++) {
    let n = 0;
    for (let i = 0; i < heights.length; i++) {
      if (valid[i] && labels[i] === k) scratch[n++] = heights[i];
    }
    if (n > 0) medians[k] = median(scratch, n);
  }
  return medians;
}

function largestTerrace(labels: Int16Array, count: number): number {
  const areas = new Int32Array(count);
  for (const label of labels) areas[label]++;
  return areas.indexOf(areas.reduce((most, area) => Math.max(most, area), 0));
}

function stepHeights(terraces: Terraces, blocks: Blocks, flat: Float64Array): number[] {
  const levels = levelsOf(terraces, blocks.used, flat);
  return borders(terraces, blocks, flat)
    .filter(({ rises }) => rises.length > 0)
    .map(({ a, b }) => Math.abs(levels[b] - levels[a]))
    .sort((a, b) => a - b);
}

/** Levels at which block heights above their terraces pile up, if farther apart than noise explains. */
function levelsLeft(
  terraces: Terraces,
  blocks: Blocks,
  flat: Float64Array,
  smallest: number,
  noise: number,
): number[] {
  const levels = levelsOf(terraces, blocks.used, flat);
  const heights = flat.map((h, i) => h - levels[terraces.labels[i]]);
  const used = blocks.used.map((u, i) =>
    u && !onBorder(terraces.labels, i, blocks.rows, blocks.columns) ? 1 : 0,
  );
  const found = findLevels({ ...blocks, used }, heights, smallest);
  return found.length > 1 && found[found.length - 1] - found[0] < 3 * noise ? [0] : found;
}

/** Spread of the difference between neighbours along lines: noise and what texture is as fine. */
function neighbourSpread(heights: Float64Array, valid: Uint8Array): number {
  const scratch = new Float64Array(Math.ceil(heights.length / SPARSE));
  let n = 0;
  for (let i = 1; i < heights.length; i += SPARSE) {
    if (valid[i] && valid[i - 1]) scratch[n++] = heights[i] - heights[i - 1];
  }
  return n > 0 ? spread(scratch, n, 0) : 0;
}

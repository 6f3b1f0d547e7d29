import type { Random } from '../random.ts';
import { chance, type Tables } from './tables.ts';

/** What the tip makes of a surface. Lengths in pixels, heights as the image's. */
export interface Probe {
  /** A paraboloid -curvature * r^2 within reach: bright features grow, dark ones shrink. 0 for a sharp tip. */
  curvature: number;
  reach: number;
  /** Standard deviations of the Gaussian that blurs along columns and along lines. */
  blurX: number;
  blurY: number;
  /** A second apex, displaced, and how much higher it ends; it makes ghosts of what is tall. */
  second?: { x: number; y: number; height: number };
}

export interface Plane {
  values: Float32Array;
  rows: number;
  columns: number;
}

/** A blur ends at this many standard deviations. */
const BLUR_REACH = 2.8;

/** What a feature becomes ends this far beyond it, but for a few per cent of its height; pixels. */
export function probeReach({ curvature, reach, blurX, blurY, second }: Probe): number {
  const apex = second ? Math.max(Math.abs(second.x), Math.abs(second.y)) : 0;
  return (curvature > 0 ? reach : 0) + apex + Math.ceil(2 * Math.max(blurX, blurY));
}

/** The image of a noise-free surface: morphological dilation by the tip, then the feedback's blur. */
export function scanWith(
  tables: Tables,
  probe: Probe,
  { values, rows, columns }: Plane,
): Float32Array {
  let heights = values;
  const { curvature, reach, second } = probe;
  if (curvature > 0 && reach > 0) {
    // A paraboloid is a sum of a parabola in x and one in y, so the dilation splits likewise.
    const drop = Float64Array.from({ length: reach + 1 }, (_, i) => curvature * i * i);
    heights = dilateAlong(heights, rows, columns, drop);
    heights = dilateAcross(heights, rows, columns, drop);
  }
  if (second) heights = addGhost(heights, rows, columns, second);
  return blur(tables, { values: heights, rows, columns }, probe.blurX, probe.blurY);
}

/** Maximum of height minus drop[distance] along lines. */
function dilateAlong(
  heights: Float32Array,
  rows: number,
  columns: number,
  drop: Float64Array,
): Float32Array {
  const reach = drop.length - 1;
  const out = new Float32Array(heights.length);
  const padded = new Float64Array(columns + 2 * reach).fill(-Infinity);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    padded.set(heights.subarray(start, start + columns), reach);
    for (let i = 0; i < columns; i++) {
      const at = i + reach;
      let highest = padded[at];
      for (let k = 1; k <= reach; k++) {
        const most = Math.max(padded[at - k], padded[at + k]) - drop[k];
        if (most > highest) highest = most;
      }
      out[start + i] = highest;
    }
  }
  return out;
}

/** The same across lines. */
function dilateAcross(
  heights: Float32Array,
  rows: number,
  columns: number,
  drop: Float64Array,
): Float32Array {
  const out = heights.slice();
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let k = 1; k < drop.length; k++) {
      const fall = drop[k];
      const above = Math.max(0, row - k) * columns;
      const below = Math.min(rows - 1, row + k) * columns;
      for (let i = 0; i < columns; i++) {
        const most = Math.max(heights[above + i], heights[below + i]) - fall;
        if (most > out[start + i]) out[start + i] = most;
      }
    }
  }
  return out;
}

/** The second apex sees the surface elsewhere; the higher of both counts. */
function addGhost(
  heights: Float32Array,
  rows: number,
  columns: number,
  { x, y, height }: { x: number; y: number; height: number },
): Float32Array {
  const out = new Float32Array(heights.length);
  for (let row = 0; row < rows; row++) {
    const from = Math.max(0, Math.min(rows - 1, row - y)) * columns;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const ghost = heights[from + Math.max(0, Math.min(columns - 1, column - x))] - height;
      out[at] = ghost > heights[at] ? ghost : heights[at];
    }
  }
  return out;
}

/** Gaussian blur by sigmaX along lines and sigmaY across them; beyond its edges an image goes on as it ends. */
export function blur(
  tables: Tables,
  { values, rows, columns }: Plane,
  sigmaX: number,
  sigmaY: number,
): Float32Array {
  const along = blurWeights(tables, sigmaX);
  const lines = along.length > 1 ? blurAlong(values, rows, columns, along) : values.slice();
  const across = blurWeights(tables, sigmaY);
  return across.length > 1 ? blurAcross(lines, rows, columns, across) : lines;
}

/** Half of a Gaussian whose sum over both halves is 1, from its middle. */
function blurWeights(tables: Tables, sigma: number): Float64Array {
  const reach = Math.ceil(BLUR_REACH * sigma);
  const weights = new Float64Array(reach + 1);
  let sum = 0;
  for (let k = 0; k <= reach; k++) {
    weights[k] = k === 0 ? 1 : tables.bell((k * k) / (sigma * sigma));
    sum += k === 0 ? weights[k] : 2 * weights[k];
  }
  for (let k = 0; k <= reach; k++) weights[k] /= sum;
  return weights;
}

function blurAlong(
  values: Float32Array,
  rows: number,
  columns: number,
  weights: Float64Array,
): Float32Array {
  const reach = weights.length - 1;
  const out = new Float32Array(values.length);
  const padded = new Float64Array(columns + 2 * reach);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    padded.fill(values[start], 0, reach);
    padded.set(values.subarray(start, start + columns), reach);
    padded.fill(values[start + columns - 1], reach + columns);
    for (let i = 0; i < columns; i++) {
      const at = i + reach;
      let total = weights[0] * padded[at];
      for (let k = 1; k <= reach; k++) total += weights[k] * (padded[at - k] + padded[at + k]);
      out[start + i] = total;
    }
  }
  return out;
}

function blurAcross(
  values: Float32Array,
  rows: number,
  columns: number,
  weights: Float64Array,
): Float32Array {
  const out = new Float32Array(values.length);
  const total = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let i = 0; i < columns; i++) total[i] = weights[0] * values[start + i];
    for (let k = 1; k < weights.length; k++) {
      const above = Math.max(0, row - k) * columns;
      const below = Math.min(rows - 1, row + k) * columns;
      const weight = weights[k];
      for (let i = 0; i < columns; i++)
        total[i] += weight * (values[above + i] + values[below + i]);
    }
    out.set(total, start);
  }
  return out;
}

/**
 * Probes for both channels: one tip, whose electronic states differ. spacing is the rows', px;
 * typical the height of a typical defect.
 */
export function randomProbes(
  tables: Tables,
  random: Random,
  spacing: number,
  typical: number,
): [Probe, Probe] {
  const unit = spacing / 5;
  const blur = tables.logBetween(random, 0.3, 1.6) * unit;
  const shared = drawTip(random, unit, typical);
  const tips = chance(random, 0.7) ? [shared, shared] : [shared, drawTip(random, unit, typical)];
  const [first, second] = tips.map((tip) => ({
    ...tip,
    blurX: blur * random.between(1, 1.6),
    blurY: blur,
  }));
  return [first, second];
}

function drawTip(
  random: Random,
  unit: number,
  typical: number,
): Pick<Probe, 'curvature' | 'reach' | 'second'> {
  const blunt = chance(random, 0.4);
  const tip = {
    curvature: blunt ? (random.between(0.02, 0.3) * typical) / (unit * unit) : 0,
    reach: blunt ? Math.ceil(2 * random.between(0.6, 2) * unit) : 0,
  };
  if (!chance(random, 0.2)) return tip;
  const x = random.below(13) - 6;
  const y = random.below(13) - 6;
  return { ...tip, second: { x, y, height: random.between(0.2, 1) * typical } };
}

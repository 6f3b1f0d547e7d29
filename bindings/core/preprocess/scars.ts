import { median, spread } from './statistics.ts';

export interface ScarOptions {
  /** Spreads by which a scar's pixel stands out from the lines above and below. */
  threshold: number;
  /** Shortest scar of one line, px. */
  minLength: number;
  /** Most lines that a scar spans. */
  maxLines: number;
}

export interface ScarResult {
  heights: Float64Array;
  /** 1 where a scar was found and interpolated. (rows, columns) */
  disturbed: Uint8Array;
  count: number;
}

/** A scar's pixels need only this part of the threshold once a few of them exceed it. */
const LOW = 0.6;
/** A scar of several lines is longer than one line's, this many times per line more. */
const LENGTH_PER_LINE = 2;
/** Holes of so many pixels inside a scar are bridged. */
const BRIDGE = 2;

/**
 * Find scars, pieces of one or a few lines that jump away from both the line above and the line
 * below, and interpolate across them along y. heights (rows, columns) with aligned lines.
 */
export function removeScars(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  options: ScarOptions,
): ScarResult {
  const { threshold, minLength, maxLines } = options;
  const out = new Float64Array(heights);
  const disturbed = new Uint8Array(heights.length);
  const limit = threshold * standOutSpread(heights, valid, rows, columns);
  let count = 0;
  if (!(limit > 0)) return { heights: out, disturbed, count };
  const excess = new Float64Array(columns);
  for (let lines = 1; lines <= maxLines; lines++) {
    const length = minLength * (1 + LENGTH_PER_LINE * (lines - 1));
    for (let y = 1; y + lines < rows; y++) {
      for (const sign of [1, -1]) {
        excessOf(out, disturbed, columns, y, lines, sign, excess);
        for (const [from, to] of runs(excess, limit, length)) {
          interpolate(out, disturbed, columns, y, lines, from, to);
          count++;
        }
      }
    }
  }
  return { heights: out, disturbed, count };
}

/** Spread of the height of a pixel over the mean of those above and below: texture and noise. */
function standOutSpread(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
): number {
  const stride = heights.length > 65536 ? 5 : 1;
  const scratch = new Float64Array(Math.ceil(heights.length / stride));
  let n = 0;
  for (let i = columns; i < (rows - 1) * columns; i += stride) {
    if (!valid[i]) continue;
    scratch[n++] = heights[i] - (heights[i - columns] + heights[i + columns]) / 2;
  }
  return n > 0 ? spread(scratch, n, median(scratch.slice(0, n))) : 0;
}

/** How far the least of the lines y..y+lines-1 stands out from both lines around them. */
function excessOf(
  heights: Float64Array,
  disturbed: Uint8Array,
  columns: number,
  y: number,
  lines: number,
  sign: number,
  excess: Float64Array,
): void {
  for (let x = 0; x < columns; x++) {
    const above = sign * heights[(y - 1) * columns + x];
    const below = sign * heights[(y + lines) * columns + x];
    let least = Infinity;
    for (let k = y; k < y + lines; k++) {
      const h = disturbed[k * columns + x] ? -Infinity : sign * heights[k * columns + x];
      if (h < least) least = h;
    }
    excess[x] = least - (above > below ? above : below);
  }
}

/** Pieces [from, to) above the low threshold, with a core above the limit, long enough. */
function runs(excess: Float64Array, limit: number, minLength: number): [number, number][] {
  const found: [number, number][] = [];
  const low = LOW * limit;
  let from = -1;
  let last = -1;
  let core = 0;
  const close = () => {
    if (from >= 0 && last + 1 - from >= minLength && 2 * core >= last + 1 - from) {
      found.push([from, last + 1]);
    }
    from = -1;
    core = 0;
  };
  for (let x = 0; x < excess.length; x++) {
    if (excess[x] > low) {
      if (from < 0) from = x;
      last = x;
      if (excess[x] > limit) core++;
    } else if (from >= 0 && x - last > BRIDGE) close();
  }
  close();
  return found;
}

function interpolate(
  heights: Float64Array,
  disturbed: Uint8Array,
  columns: number,
  y: number,
  lines: number,
  from: number,
  to: number,
): void {
  for (let x = from; x < to; x++) {
    const above = heights[(y - 1) * columns + x];
    const rise = (heights[(y + lines) * columns + x] - above) / (lines + 1);
    for (let k = 0; k < lines; k++) {
      heights[(y + k) * columns + x] = above + rise * (k + 1);
      disturbed[(y + k) * columns + x] = 1;
    }
  }
}

import type { Kernels } from '../kernels.ts';
import type { Frequency } from './peaks.ts';

const TURN = 2 * Math.PI;
/** Blocks along the longer side: several waves each, many for a map. */
const BLOCKS = 24;
/** A frequency moves by at most so many bins from where its peak was. */
const FARTHEST = 1.2;
const ROUNDS = 6;

/** A grid of blocks over a picture, the last ones perhaps smaller. */
export interface BlockGrid {
  side: number;
  down: number;
  across: number;
  rows: number;
  columns: number;
}

/** Index of the block that a place is in, or next to. */
export function blockAt({ side, down, across }: BlockGrid, x: number, y: number): number {
  const column = Math.max(0, Math.min(across - 1, Math.floor((x + 0.5) / side)));
  const row = Math.max(0, Math.min(down - 1, Math.floor((y + 0.5) / side)));
  return row * across + column;
}

/** What a wave of one frequency is like in each block: complex amplitude sums, per plane. */
export interface Demodulated extends Frequency {
  grid: BlockGrid;
  /** (down, across) per plane. */
  re: Float64Array[];
  im: Float64Array[];
}

export function blockGrid(rows: number, columns: number): BlockGrid {
  const side = Math.max(2, Math.ceil(Math.max(rows, columns) / BLOCKS));
  return { side, down: Math.ceil(rows / side), across: Math.ceil(columns / side), rows, columns };
}

/** Sums over blocks of each plane times e^(-2 pi i f x). */
export function demodulate(
  kernels: Kernels,
  planes: readonly Float64Array[],
  grid: BlockGrid,
  { fx, fy }: Frequency,
): Demodulated {
  const { side, down, across, rows, columns } = grid;
  const x = phases(kernels, fx, columns);
  const y = phases(kernels, fy, rows);
  const re = planes.map(() => new Float64Array(down * across));
  const im = planes.map(() => new Float64Array(down * across));
  planes.forEach((plane, p) => {
    for (let row = 0; row < rows; row++) {
      const at = Math.floor(row / side) * across;
      for (let b = 0; b < across; b++) {
        let cos = 0;
        let sin = 0;
        const end = Math.min(columns, (b + 1) * side);
        for (let c = b * side; c < end; c++) {
          const value = plane[row * columns + c];
          cos += value * x.cos[c];
          sin += value * x.sin[c];
        }
        re[p][at + b] += cos * y.cos[row] - sin * y.sin[row];
        im[p][at + b] -= cos * y.sin[row] + sin * y.cos[row];
      }
    }
  });
  return { fx, fy, grid, re, im };
}

function phases(kernels: Kernels, f: number, n: number) {
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const angle = TURN * (f * k - Math.floor(f * k));
    cos[k] = kernels.cos(angle);
    sin[k] = kernels.sin(angle);
  }
  return { cos, sin };
}

/** A part of a grid of blocks. */
export interface Part {
  top: number;
  left: number;
  down: number;
  across: number;
}

export function whole({ down, across }: BlockGrid): Part {
  return { top: 0, left: 0, down, across };
}

/**
 * The frequency near a wave's at which it holds most power within a part of the picture, all planes
 * together, by Newton's method along both axes. Also that power.
 */
export function refine(
  kernels: Kernels,
  wave: Demodulated,
  part: Part,
): Frequency & { power: number } {
  const { side } = wave.grid;
  const stepX = 1 / (part.across * side);
  const stepY = 1 / (part.down * side);
  const at = (dx: number, dy: number) => powerAt(kernels, wave, part, dx, dy);
  let dx = 0;
  let dy = 0;
  let reach = 0.5;
  for (let round = 0; round < ROUNDS; round++) {
    const h = reach * stepX;
    const v = reach * stepY;
    const here = at(dx, dy);
    const nextX = dx + h * top(at(dx - h, dy), here, at(dx + h, dy));
    const nextY = dy + v * top(at(dx, dy - v), here, at(dx, dy + v));
    dx = Math.max(-FARTHEST * stepX, Math.min(FARTHEST * stepX, nextX));
    dy = Math.max(-FARTHEST * stepY, Math.min(FARTHEST * stepY, nextY));
    if (round > 1) reach /= 2;
  }
  return { fx: wave.fx + dx, fy: wave.fy + dy, power: at(dx, dy) };
}

/** Offset of a parabola's top through three equidistant values, within one step; uphill where it has none. */
function top(before: number, middle: number, after: number): number {
  const curvature = before - 2 * middle + after;
  if (!(curvature < 0)) return after > before ? 1 : after < before ? -1 : 0;
  return Math.max(-1, Math.min(1, (before - after) / (2 * curvature)));
}

/** Power at a frequency (dx, dy) beside the wave's, under a Hann window over the part. */
function powerAt(
  kernels: Kernels,
  { grid, re, im }: Demodulated,
  part: Part,
  dx: number,
  dy: number,
): number {
  const x = windowedPhases(kernels, dx * grid.side, part.across);
  const y = windowedPhases(kernels, dy * grid.side, part.down);
  let power = 0;
  for (let p = 0; p < re.length; p++) {
    let sumRe = 0;
    let sumIm = 0;
    for (let r = 0; r < part.down; r++) {
      let lineRe = 0;
      let lineIm = 0;
      for (let c = 0; c < part.across; c++) {
        const i = (r + part.top) * grid.across + c + part.left;
        lineRe += re[p][i] * x.cos[c] + im[p][i] * x.sin[c];
        lineIm += im[p][i] * x.cos[c] - re[p][i] * x.sin[c];
      }
      sumRe += lineRe * y.cos[r] + lineIm * y.sin[r];
      sumIm += lineIm * y.cos[r] - lineRe * y.sin[r];
    }
    power += sumRe * sumRe + sumIm * sumIm;
  }
  return power;
}

function windowedPhases(kernels: Kernels, turns: number, n: number) {
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const weight = 0.5 - 0.5 * kernels.cos((TURN * (k + 0.5)) / n);
    cos[k] = weight * kernels.cos(TURN * turns * k);
    sin[k] = weight * kernels.sin(TURN * turns * k);
  }
  return { cos, sin };
}

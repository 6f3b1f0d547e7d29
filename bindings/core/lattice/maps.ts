import type { Kernels } from '../kernels.ts';
import type { Frequency } from './peaks.ts';
import type { BlockGrid, Demodulated } from './wave.ts';

const TURN = 2 * Math.PI;
/** Blocks that a local amplitude averages over, so that it stands out of the noise; at least and at most. */
const FEWEST_AVERAGED = 9;
const MOST_AVERAGED = 80;
/** Signal to noise aimed at, power. */
const AIM = 4;

/** A wave at its own frequency: its amplitude in each block and how much of it noise would be. */
export interface WaveMap {
  /** Local complex amplitude, smoothed, per plane; (down, across). */
  re: Float64Array[];
  im: Float64Array[];
  /** Local amplitude without what noise adds, planes together. (down, across) */
  amplitude: Float64Array;
  /** Amplitude over the whole picture, per plane: height from mean to crest. */
  total: { re: number; im: number }[];
}

/** Local amplitude and phase of a wave demodulated near its frequency; prominence says how noisy it is. */
export function mapWave(
  kernels: Kernels,
  wave: Demodulated,
  at: Frequency,
  prominence: number,
): WaveMap {
  const { grid } = wave;
  const turned = turnTo(kernels, wave, at);
  const count = grid.down * grid.across;
  const averaged = Math.max(
    FEWEST_AVERAGED,
    Math.min(MOST_AVERAGED, (AIM * count) / Math.max(1, prominence)),
  );
  const sigma = Math.sqrt(averaged / (2 * TURN));
  const re = turned.re.map((plane) => smooth(kernels, plane, grid, sigma));
  const im = turned.im.map((plane) => smooth(kernels, plane, grid, sigma));
  const perPixel = 2 / (grid.rows * grid.columns);
  const total = turned.re.map((plane, p) => ({
    re: perPixel * sum(plane),
    im: perPixel * sum(turned.im[p]),
  }));
  const power = re[0].map((_, b) =>
    re.reduce((all, plane, p) => all + plane[b] * plane[b] + im[p][b] * im[p][b], 0),
  );
  const mean = total.reduce((all, { re: x, im: y }) => all + x * x + y * y, 0);
  // Noise of a block's average, from that of the whole picture's.
  const noise = (mean * count) / averaged / Math.max(1, prominence);
  const amplitude = power.map((value) => Math.sqrt(Math.max(0, value - noise)));
  return { re, im, amplitude, total };
}

/** Sums over blocks, turned to another frequency nearby. */
function turnTo(kernels: Kernels, { fx, fy, grid, re, im }: Demodulated, at: Frequency) {
  const outRe = re.map((plane) => new Float64Array(plane.length));
  const outIm = im.map((plane) => new Float64Array(plane.length));
  for (let b = 0; b < grid.down * grid.across; b++) {
    const x = ((b % grid.across) + 0.5) * grid.side - 0.5;
    const y = (Math.floor(b / grid.across) + 0.5) * grid.side - 0.5;
    const angle = TURN * ((at.fx - fx) * x + (at.fy - fy) * y);
    const [cos, sin] = [kernels.cos(angle), kernels.sin(angle)];
    for (let p = 0; p < re.length; p++) {
      outRe[p][b] = re[p][b] * cos + im[p][b] * sin;
      outIm[p][b] = im[p][b] * cos - re[p][b] * sin;
    }
  }
  return { re: outRe, im: outIm };
}

/** Gaussian mean over blocks, as an amplitude (height) each. */
function smooth(
  kernels: Kernels,
  plane: Float64Array,
  { down, across, side, rows, columns }: BlockGrid,
  sigma: number,
): Float64Array {
  const radius = Math.ceil(2.5 * sigma);
  const weights = Float64Array.from({ length: radius + 1 }, (_, k) =>
    kernels.exp((-k * k) / (2 * sigma * sigma)),
  );
  const sizeX = (c: number) => Math.min(columns, (c + 1) * side) - c * side;
  const sizeY = (r: number) => Math.min(rows, (r + 1) * side) - r * side;
  const lines = new Float64Array(plane.length);
  for (let r = 0; r < down; r++) {
    for (let c = 0; c < across; c++) {
      let [total, weight] = [0, 0];
      for (let x = Math.max(0, c - radius); x <= Math.min(across - 1, c + radius); x++) {
        const w = weights[Math.abs(x - c)];
        total += w * plane[r * across + x];
        weight += w * sizeX(x);
      }
      lines[r * across + c] = total / weight;
    }
  }
  const out = new Float64Array(plane.length);
  for (let r = 0; r < down; r++) {
    for (let c = 0; c < across; c++) {
      let [total, weight] = [0, 0];
      for (let y = Math.max(0, r - radius); y <= Math.min(down - 1, r + radius); y++) {
        const w = weights[Math.abs(y - r)];
        total += w * lines[y * across + c];
        weight += w * sizeY(y);
      }
      out[r * across + c] = (2 * total) / weight;
    }
  }
  return out;
}

/** 1 for waves that are strong in the same places, 0 for those that exclude each other. */
export function overlap(a: WaveMap, b: WaveMap): number {
  const both = a.amplitude.reduce((all, value, i) => all + value * b.amplitude[i], 0);
  return both / Math.sqrt(Math.max(1e-300, squares(a) * squares(b)));
}

function squares({ amplitude }: WaveMap): number {
  return amplitude.reduce((all, value) => all + value * value, 0);
}

/** Amplitude of `wave` where `other` is strong, over its mean: near 0 where they exclude each other. */
export function shareWhere(wave: WaveMap, other: WaveMap): number {
  const weights = squares(other);
  const there = wave.amplitude.reduce(
    (all, value, i) => all + value * other.amplitude[i] * other.amplitude[i],
    0,
  );
  return (there / weights) * (wave.amplitude.length / sum(wave.amplitude));
}

/** What a block is, for calmShare. */
export const [LIVELY, CALM, UNMEASURED] = [0, 1, 2];

/**
 * Amplitude in phase with the whole wave over the calm half of the blocks, relative to that over the
 * half of most variance: 1 or more for a lattice, little for the waves that defects scatter.
 */
export function calmShare(
  kernels: Kernels,
  wave: Demodulated,
  at: Frequency,
  calm: Uint8Array,
): number {
  const turned = turnTo(kernels, wave, at);
  let [inCalm, elsewhere] = [0, 0];
  turned.re.forEach((plane, p) => {
    const [x, y] = [sum(plane), sum(turned.im[p])];
    for (let b = 0; b < plane.length; b++) {
      const along = plane[b] * x + turned.im[p][b] * y;
      if (calm[b] === CALM) inCalm += along;
      else if (calm[b] === LIVELY) elsewhere += along;
    }
  });
  const count = (kind: number) => calm.reduce((n, is) => n + (is === kind ? 1 : 0), 0);
  return (inCalm / count(CALM)) * (count(LIVELY) / Math.max(1e-300, elsewhere));
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}

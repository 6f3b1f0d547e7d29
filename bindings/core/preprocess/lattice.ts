import { powerSpectrum } from '../fft.ts';
import type { Kernels } from '../kernels.ts';
import { select } from '../select.ts';
import { centreAndSpread } from './statistics.ts';

const PI = Math.PI;
/** Lengths of the transform, px: enough periods, and no more work than needed. */
const SMALLEST = 32;
export const LARGEST = 512;
/** Slower waves than this many per image are undulations, not a lattice. */
const FEWEST_WAVES = 5;
/** Peak over surroundings that noise alone reaches. */
const NOISE_RATIO = 8;
/** Part of all waves' power that a lattice one can see holds; hum and pixel noise hold less. */
const LATTICE_SHARE = 0.02;
/** Bins that a wave has to be off both axes to be told from its mirror image. */
const MIRRORED = 2;
/** Less power than this part of a wave's is no mirror image of it. */
const ALONE = 0.05;
/** Part of a wave's frequency by which one and the same may differ between two images. */
const SAME_WAVE = 0.02;
/** Defects are clipped at this many spreads, so that the many atoms outweigh them. */
const CLIP = 3;

/** Believe a lattice from this confidence on. */
export const CONFIDENT = 0.4;
/** Throw pixels away for a lattice from this confidence on. */
export const CERTAIN = 0.9;

/** One wave of the lattice. Lengths in the unit of pixelX and pixelY. */
export interface Wave {
  /** Distance between rows. */
  spacing: number;
  /** Unit vector across the rows (x to the right, y down). */
  direction: [number, number];
  /** 0 noise .. 1 certain. */
  confidence: number;
  /** Off both axes, without a wave in the mirrored direction: of rows, an oblique lattice, or hum. */
  isAlone: boolean;
}

/** The strongest wave, and the strongest other one that is no harmonic of it and is to be believed. */
export interface Lattice extends Wave {
  /** null where only rows can be seen: noise has a strongest wave too. */
  second: Wave | null;
}

/**
 * Row spacing of heights (rows, columns), level, from peaks of the power spectrum over what is usual
 * at their frequency. pixelX, pixelY: size of a pixel. What repeats over less than `shortest` of their unit is
 * no lattice. Null when nothing stands out.
 */
export function findLattice(
  kernels: Kernels,
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  pixelX = 1,
  pixelY = 1,
  shortest = 0,
): Lattice | null {
  const nx = powerOfTwo(columns);
  const ny = powerOfTwo(rows);
  if (nx < SMALLEST || ny < SMALLEST) return null;
  const image = windowed(kernels, heights, valid, rows, columns, nx, ny);
  const power = softened(powerSpectrum(kernels, image, ny, nx), ny, nx / 2 + 1);
  const [stepX, stepY] = [1 / (nx * pixelX), 1 / (ny * pixelY)];
  const spectrum = { power, nx, ny, stepX, stepY, shortest };
  const background = ringFloors(spectrum);
  const first = strongest(spectrum, background, null);
  if (!first) return null;
  const second = strongest(spectrum, background, first);
  return { ...first, second: second && second.confidence >= CONFIDENT ? second : null };
}

interface Spectrum {
  /** (ny, nx/2 + 1) */
  power: Float64Array;
  nx: number;
  ny: number;
  /** Frequency per bin. */
  stepX: number;
  stepY: number;
  /** Shortest period of a lattice. */
  shortest: number;
}

function powerOfTwo(size: number): number {
  let n = 1;
  while (2 * n <= size && 2 * n <= LARGEST) n *= 2;
  return n;
}

/** The middle ny x nx pixels, clipped, without their mean, under a Hann window. */
function windowed(
  kernels: Kernels,
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  nx: number,
  ny: number,
): Float64Array {
  const { centre, sigma } = centreAndSpread(heights, valid);
  const x0 = (columns - nx) >> 1;
  const y0 = (rows - ny) >> 1;
  const hannX = hann(kernels, nx);
  const hannY = hann(kernels, ny);
  const image = new Float64Array(nx * ny);
  for (let y = 0; y < ny; y++) {
    for (let x = 0; x < nx; x++) {
      const i = (y + y0) * columns + x + x0;
      if (!valid[i]) continue;
      const h = Math.max(-CLIP * sigma, Math.min(CLIP * sigma, heights[i] - centre));
      image[y * nx + x] = h * hannX[x] * hannY[y];
    }
  }
  return image;
}

function hann(kernels: Kernels, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.5 - 0.5 * kernels.cos((2 * PI * i) / n));
}

/** Sum over 3 x 3 bins: the window spreads a peak over so many. Frequencies wrap along y. */
function softened(power: Float64Array, ny: number, half: number): Float64Array {
  const out = new Float64Array(power.length);
  for (let r = 0; r < ny; r++) {
    for (let c = 0; c < half; c++) {
      let sum = 0;
      for (let dr = -1; dr <= 1; dr++) {
        const row = ((r + dr + ny) % ny) * half;
        sum += power[row + c] + power[row + (c > 0 ? c - 1 : 1)];
        if (c + 1 < half) sum += power[row + c + 1];
      }
      out[r * half + c] = sum;
    }
  }
  return out;
}

/** Ring of equal frequency that a bin belongs to. */
function ringOf(spectrum: Spectrum, r: number, c: number): number {
  const fy = (r <= spectrum.ny / 2 ? r : r - spectrum.ny) * spectrum.stepY;
  const fx = c * spectrum.stepX;
  return Math.round(Math.sqrt(fx * fx + fy * fy) / Math.max(spectrum.stepX, spectrum.stepY));
}

/** Power that a quarter of each ring stays below: the peaks of a coarse lattice can fill half of one. */
function ringFloors(spectrum: Spectrum): Float64Array {
  const { power, nx, ny } = spectrum;
  const half = nx / 2 + 1;
  const rings: number[][] = [];
  for (let r = 0; r < ny; r++) {
    for (let c = 1; c < half; c++) {
      const ring = ringOf(spectrum, r, c);
      while (rings.length <= ring) rings.push([]);
      rings[ring].push(power[r * half + c]);
    }
  }
  return Float64Array.from(rings, (ring) =>
    ring.length > 0 ? select(Float64Array.from(ring), ring.length >> 2) : 0,
  );
}

/** The bin of most power, weighted against the 1/f of drift, that stands out of its ring. */
function strongest(spectrum: Spectrum, background: Float64Array, first: Wave | null): Wave | null {
  const { power, nx, ny } = spectrum;
  const half = nx / 2 + 1;
  let best = 0;
  let total = 0;
  let found: [number, number] | null = null;
  // Column 0 holds what is constant along lines: offsets of lines, not atoms. Its neighbour shares in it.
  for (let r = 0; r < ny; r++) {
    for (let c = 2; c < half - 1; c++) {
      const ring = ringOf(spectrum, r, c);
      if (ring < FEWEST_WAVES) continue;
      const p = power[r * half + c];
      total += p / 9; // each bin is a sum over 3 x 3
      if (p * ring <= best || p <= NOISE_RATIO * background[ring]) continue;
      if (!isPeak(power, r, c, ny, half)) continue;
      const wave = waveAt(spectrum, r, c, 0);
      if (wave.spacing < spectrum.shortest || (first && related(wave, first))) continue;
      best = p * ring;
      found = [r, c];
    }
  }
  if (!found) return null;
  const [r, c] = found;
  const floor = background[ringOf(spectrum, r, c)];
  const p = power[r * half + c];
  const outstanding = 1 - (NOISE_RATIO * floor) / p;
  return waveAt(spectrum, r, c, outstanding * Math.min(1, p / total / LATTICE_SHARE));
}

function isPeak(power: Float64Array, r: number, c: number, ny: number, half: number): boolean {
  const p = power[r * half + c];
  for (let dr = -1; dr <= 1; dr++) {
    const row = ((r + dr + ny) % ny) * half;
    for (let dc = -1; dc <= 1; dc++) if (power[row + c + dc] > p) return false;
  }
  return true;
}

/** Position of a peak between bins from its neighbours (parabola of the square root of power). */
function waveAt(spectrum: Spectrum, r: number, c: number, confidence: number): Wave {
  const { power, nx, ny, stepX, stepY } = spectrum;
  const half = nx / 2 + 1;
  const at = (row: number, column: number) => Math.sqrt(power[((row + ny) % ny) * half + column]);
  const dx = vertex(at(r, c - 1), at(r, c), at(r, c + 1));
  const dy = vertex(at(r - 1, c), at(r, c), at(r + 1, c));
  const fx = (c + dx) * stepX;
  const fy = ((r <= ny / 2 ? r : r - ny) + dy) * stepY;
  const f = Math.sqrt(fx * fx + fy * fy);
  const isOff = c > MIRRORED && Math.min(r, ny - r) > MIRRORED;
  const mirror = power[((ny - r) % ny) * half + c];
  const isAlone = isOff && mirror < ALONE * power[r * half + c];
  return { spacing: 1 / f, direction: [fx / f, fy / f], confidence, isAlone };
}

/**
 * Whether what was found in two images of one area, recorded to and fro, is hum: it goes with the time, so that the one
 * shows it mirrored in x.
 */
export function isHum(one: Lattice, other: Lattice): boolean {
  const [ux, uy] = one.direction;
  const [vx, vy] = other.direction;
  // Frequencies have x >= 0: mirrored in x is mirrored in y.
  const apart =
    Math.abs(ux / one.spacing - vx / other.spacing) +
    Math.abs(uy / one.spacing + vy / other.spacing);
  return one.isAlone && other.isAlone && apart * one.spacing < SAME_WAVE;
}

/** Offset of a parabola's top through three equidistant values, within half a step. */
export function vertex(before: number, middle: number, after: number): number {
  const curvature = before - 2 * middle + after;
  if (!(curvature < 0)) return 0;
  return Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature)));
}

/** True for waves along nearly the same direction: harmonics, sidelobes and split peaks. */
function related(wave: Wave, first: Wave): boolean {
  const [ux, uy] = wave.direction;
  const [vx, vy] = first.direction;
  const across = ux * vy - uy * vx;
  return across < 0.25 && across > -0.25;
}

import type { Random } from '../random.ts';
import { blur, type Plane } from './probe.ts';
import type { Tables } from './tables.ts';

/** Standard deviations of what is added to every pixel, as the image's heights. */
export interface Noise {
  white: number;
  /** Correlated along the line, as feedback and preamplifier leave it. */
  along: number;
  /** Correlation length of that, pixels. */
  alongPx: number;
  /** Each line's own baseline. */
  line: number;
  /** Background that varies slowly in both directions. */
  slow: number;
  slowPx: number;
  /** Relaxations of 4 to 2048 pixels in the order of time: nearly 1/f. */
  pink: number;
}

const RELAXATIONS = [4, 32, 256, 2048];

/** Add noise to an image, in place; lines are recorded from left to right. */
export function addNoise(tables: Tables, random: Random, image: Plane, noise: Noise): void {
  const { values, rows, columns } = image;
  for (let i = 0; i < values.length; i++) values[i] += noise.white * tables.normal(random);
  addAlong(tables, random, image, noise.along, noise.alongPx);
  if (noise.pink > 0) addPink(tables, random, image, noise.pink);
  for (let row = 0; row < rows; row++) {
    const offset = noise.line * tables.normal(random);
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i] += offset;
  }
  addSlow(tables, random, image, noise.slow, noise.slowPx);
}

/** White noise through one pole forward and one backward: symmetric, variance kept. */
function addAlong(
  tables: Tables,
  random: Random,
  { values, rows, columns }: Plane,
  deviation: number,
  lengthPx: number,
): void {
  const keep = lengthPx / (1 + lengthPx);
  const line = new Float64Array(columns);
  // Variance of the two-sided exponential filter of unit white noise.
  const variance = ((1 - keep) * (1 + keep * keep)) / ((1 + keep) * (1 + keep) * (1 + keep));
  const scale = deviation / Math.sqrt(variance);
  for (let row = 0; row < rows; row++) {
    let state = 0;
    for (let i = -16; i < columns; i++) {
      state = keep * state + (1 - keep) * tables.normal(random);
      if (i >= 0) line[i] = state;
    }
    // Both ways from the steady state, or lines would end quieter than they begin.
    state = keep * state + (1 - keep) * tables.normal(random);
    for (let i = columns - 1; i >= 0; i--) {
      state = keep * state + (1 - keep) * line[i];
      values[row * columns + i] += scale * state;
    }
  }
}

function addPink(tables: Tables, random: Random, { values }: Plane, deviation: number): void {
  const share = deviation / Math.sqrt(RELAXATIONS.length);
  const keep = RELAXATIONS.map((time) => 1 - 1 / time);
  const kick = keep.map((k) => share * Math.sqrt(1 - k * k));
  const state = RELAXATIONS.map(() => share * tables.normal(random));
  for (let i = 0; i < values.length; i++) {
    let sum = 0;
    for (let k = 0; k < state.length; k++) {
      // A slow relaxation need not be renewed at every pixel.
      if (i % (1 << k) === 0) {
        const root = Math.sqrt(1 << k);
        state[k] += (keep[k] - 1) * (1 << k) * state[k] + root * kick[k] * tables.normal(random);
      }
      sum += state[k];
    }
    values[i] += sum;
  }
}

/** Smooth noise: drawn on a coarse grid, blurred and interpolated. */
function addSlow(
  tables: Tables,
  random: Random,
  { values, rows, columns }: Plane,
  deviation: number,
  lengthPx: number,
): void {
  if (!(deviation > 0)) return;
  const cell = Math.max(1, lengthPx / 2);
  const coarseRows = Math.ceil(rows / cell) + 3;
  const coarseColumns = Math.ceil(columns / cell) + 3;
  const drawn = new Float32Array(coarseRows * coarseColumns);
  for (let i = 0; i < drawn.length; i++) drawn[i] = tables.normal(random);
  const sigma = lengthPx / cell;
  const plane = { values: drawn, rows: coarseRows, columns: coarseColumns };
  const coarse = blur(tables, plane, sigma, sigma);
  const mean = coarse.reduce((sum, value) => sum + value, 0) / coarse.length;
  const square = coarse.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const scale = deviation / Math.sqrt(square / coarse.length);
  for (let row = 0; row < rows; row++) {
    const y = row / cell + 1;
    const top = Math.floor(y) * coarseColumns;
    const down = y - Math.floor(y);
    for (let column = 0; column < columns; column++) {
      const x = column / cell + 1;
      const left = Math.floor(x);
      const right = x - left;
      const at = top + left;
      const above = coarse[at] + right * (coarse[at + 1] - coarse[at]);
      const under = at + coarseColumns;
      const below = coarse[under] + right * (coarse[under + 1] - coarse[under]);
      values[row * columns + column] += scale * (above + down * (below - above) - mean);
    }
  }
}

/** From hardly any noise to half the corrugation, less where all defects are faint. */
export function randomNoise(tables: Tables, random: Random, typical: number): Noise {
  const level = tables.logBetween(random, 0.05, 0.5) * Math.min(1, typical / 1.5);
  return {
    white: level * random.between(0.3, 1),
    along: level * random.between(0.3, 1),
    alongPx: random.between(1, 4),
    line: level * random.between(0, 0.5),
    slow: 0.5 * typical * random.between(0, 0.6),
    slowPx: random.between(10, 30),
    pink: level * random.between(0, 0.4),
  };
}

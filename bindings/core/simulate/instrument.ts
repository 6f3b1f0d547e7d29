import type { Kernels } from '../kernels.ts';
import type { Random } from '../random.ts';

/** What the microscope adds to a surface. Lengths in nm unless said otherwise. */
export interface Instrument {
  /** Rise of the plane over the whole width and height. */
  tiltX: number;
  tiltY: number;
  /** Sag of the piezo's parabola in the middle. */
  bow: number;
  /** Standard deviation of each line's own baseline. */
  lineOffset: number;
  /** Standard deviation of white noise. */
  whiteNoise: number;
  /** Standard deviation of noise whose power falls as 1/f, from pixels to many lines. */
  pinkNoise: number;
  /** Lines that jump for a while, per image. */
  scars: number;
  /** Largest displacement of the backward against the forward image, pixels. */
  hysteresis: number;
}

export const defaultInstrument: Instrument = {
  tiltX: 0.9,
  tiltY: -0.6,
  bow: 0.12,
  lineOffset: 0.012,
  whiteNoise: 0.004,
  pinkNoise: 0.005,
  scars: 3,
  hysteresis: 0.7,
};

/** Correlation times, in pixels, of the relaxations whose sum is nearly 1/f noise (one per decade or so). */
const RELAXATIONS = [4, 32, 256, 2048];

/**
 * Where along x the backward image looks, in pixels to be added to its column: a piezo lags most
 * in the middle of a line, and the lag wanders a little from line to line. (rows, columns)
 */
export function hysteresis(
  kernels: Kernels,
  random: Random,
  rows: number,
  columns: number,
  largest: number,
): Float64Array {
  const shift = new Float64Array(rows * columns);
  let wander = 0;
  for (let row = 0; row < rows; row++) {
    wander = 0.98 * wander + 0.02 * kernels.normal(random);
    const lag = largest * (0.9 + Math.max(-0.1, Math.min(0.1, wander)));
    for (let column = 0; column < columns; column++) {
      const q = columns > 1 ? column / (columns - 1) : 0;
      shift[row * columns + column] = lag * (0.25 + 3 * q * (1 - q));
    }
  }
  return shift;
}

/**
 * Add background, line offsets, noise and scars to both images, in place, in the order in which
 * the tip records them: each line forward, then back. Heights in nm, (rows, columns) each.
 */
export function disturb(
  kernels: Kernels,
  random: Random,
  forward: Float64Array,
  backward: Float64Array,
  rows: number,
  columns: number,
  instrument: Instrument,
): void {
  addBackground(forward, rows, columns, instrument);
  addBackground(backward, rows, columns, instrument);
  const noise = pinkNoise(kernels, random, instrument.pinkNoise);
  for (let row = 0; row < rows; row++) {
    // Most of what moves a baseline is slower than one line and so common to both directions.
    const common = 0.9 * instrument.lineOffset * kernels.normal(random);
    for (const image of [forward, backward]) {
      const offset = common + 0.44 * instrument.lineOffset * kernels.normal(random);
      for (let i = 0; i < columns; i++) {
        const at = row * columns + (image === forward ? i : columns - 1 - i);
        image[at] += offset + noise() + instrument.whiteNoise * kernels.normal(random);
      }
    }
  }
  addScars(random, forward, rows, columns, instrument.scars, 1);
  addScars(random, backward, rows, columns, instrument.scars, -1);
}

function addBackground(
  image: Float64Array,
  rows: number,
  columns: number,
  { tiltX, tiltY, bow }: Instrument,
): void {
  for (let row = 0; row < rows; row++) {
    const q = row / rows - 0.5;
    for (let column = 0; column < columns; column++) {
      const p = column / columns - 0.5;
      image[row * columns + column] += tiltX * p + tiltY * q + bow * (4 * p * p + 2 * q * q - 1);
    }
  }
}

/** Next value of a sum of relaxations with equal variance, whose spectrum is close to 1/f. */
function pinkNoise(kernels: Kernels, random: Random, deviation: number): () => number {
  const share = deviation / Math.sqrt(RELAXATIONS.length);
  const keep = RELAXATIONS.map((time) => kernels.exp(-1 / time));
  const kick = keep.map((k) => share * Math.sqrt(1 - k * k));
  const state = RELAXATIONS.map(() => share * kernels.normal(random));
  return () => {
    let sum = 0;
    for (let k = 0; k < state.length; k++) {
      state[k] = keep[k] * state[k] + kick[k] * kernels.normal(random);
      sum += state[k];
    }
    return sum;
  };
}

/** The tip picks something up or the feedback slips: part of a line stands off and comes back. */
function addScars(
  random: Random,
  image: Float64Array,
  rows: number,
  columns: number,
  scars: number,
  towards: number,
): void {
  for (let n = 0; n < scars; n++) {
    const row = random.below(rows);
    const start = random.below(columns);
    const length = 8 + random.below(Math.max(1, columns >> 2));
    const height = random.between(0.06, 0.16) * (random.uniform() < 0.6 ? 1 : -1);
    for (let i = 0; i < length; i++) {
      const column = start + towards * i;
      if (column < 0 || column >= columns) break;
      image[row * columns + column] += height * (1 - (0.5 * i) / length);
    }
  }
}

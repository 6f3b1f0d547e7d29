import type { Random } from '../random.ts';
import { chance, type Tables } from './tables.ts';

/** How a microscope scanned. Heights in those of the scene (corrugations), lengths in px. */
export interface Conditions {
  /** Shift that grows with the square of the line's number. */
  drift: { x: number; y: number };
  /** Shift at the first line, which dies away within `lines`. */
  creep: { x: number; y: number; lines: number };
  /** How far channel 1 lags behind channel 0 along the line, most in its middle. */
  lag: number;
  /** Whether channel 1 is recorded from right to left. */
  backward: boolean;
  tilt: { x: number; y: number };
  bow: number;
  /** Part of a fall in height by which the feedback overshoots, and how many pixels it lasts. */
  shadow: { gain: number; length: number };
  /** Stripes of mains hum: period along the line, and turns from one line to the next. */
  hum: { height: number; period: number; turnsPerLine: number };
  scars: number;
  /** Lines lost to an unstable tip. */
  noisyLines: number;
  /** Height of what scars and lost lines do. */
  jump: number;
  /** First line at which the tip is another one, and the jump in height there. */
  tipChange?: { row: number; offset: number } | undefined;
  /** First line that was not recorded any more, and what stands there instead. */
  unfinished?: { row: number; value: number } | undefined;
}

/** What line alignment and levelling leave: drift of the frame alone. */
export function plainConditions(random: Random): Conditions {
  return {
    drift: { x: random.between(-5e-4, 5e-4), y: random.between(-5e-4, 5e-4) },
    creep: { x: 0, y: 0, lines: 1 },
    lag: 0,
    backward: false,
    tilt: { x: 0, y: 0 },
    bow: 0,
    shadow: { gain: 0, length: 1 },
    hum: { height: 0, period: 10, turnsPerLine: 0 },
    scars: 0,
    noisyLines: 0,
    jump: 0,
  };
}

/** Everything that spoils a scan, each with its chance; typical is the height of a typical defect. */
export function randomConditions(
  tables: Tables,
  random: Random,
  rows: number,
  typical: number,
): Conditions {
  const some = (probability: number, low: number, high: number) =>
    chance(random, probability) ? random.between(low, high) : 0;
  const tallest = Math.max(1, typical);
  const steep = tables.logBetween(random, 0.5, 40) * tallest;
  const made: Conditions = {
    ...plainConditions(random),
    creep: {
      x: some(0.4, -6, 6),
      y: some(0.4, -6, 6),
      lines: Math.min(rows / 4, random.between(24, 60)),
    },
    lag: some(0.5, -1.5, 1.5),
    backward: chance(random, 0.6),
    tilt: { x: steep * random.between(-1, 1), y: steep * random.between(-1, 1) },
    bow: some(0.6, -0.3, 0.3) * steep,
    shadow: { gain: some(0.25, 0.1, 0.7), length: random.between(2, 12) },
    hum: {
      height: some(0.15, 0.1, 0.8) * Math.min(tallest, 2),
      period: random.between(5, 60),
      turnsPerLine: random.between(-0.2, 0.2),
    },
    scars: Math.round(some(0.5, 1, 8)),
    noisyLines: Math.round(some(0.2, 1, 5)),
    jump: tallest * random.between(0.5, 3),
  };
  if (chance(random, 0.2)) {
    const row = Math.round(rows * random.between(0.15, 0.85));
    made.tipChange = { row, offset: tallest * random.between(-2, 2) };
  }
  if (chance(random, 0.06)) {
    const row = Math.round(rows * random.between(0.5, 0.97));
    made.unfinished = { row, value: chance(random, 0.5) ? Number.NaN : 0 };
  }
  return made;
}

import type { Kernels } from '../kernels.ts';
import { findRegions } from '../regions.ts';
import { select } from '../select.ts';
import { lengthOf } from './basis.ts';
import type { LatticeFit } from './estimate.ts';
import { LocalSpectrum } from './local-spectrum.ts';
import type { Analysis, Picture } from './spectrum.ts';

/** A connected part of a picture in which nothing repeats as its lattices do. */
export interface UnseenPart {
  /** Part of what was measured, 0..1. */
  fraction: number;
  /** The side of the picture that it is on: 'left', 'lower right', ...; '' for none. */
  where: string;
}

/** Waves across a window: enough to stand out, few enough to be straight where the scan drifts. */
const WAVES = 10;
/** Windows along either side: half as far apart as they are wide, but no more than so many. */
const MOST_WINDOWS = 12;
/** Fewer say too little of where. */
const FEWEST_WINDOWS = 4;
/** Frequencies that differ by no more than this part are of one length. */
const SAME = 0.15;
/** A wave that stands out less, of one plane, is none: noise and blunt tips' textures reach 8 to 14. */
const NOTHING = 18;
/** Elsewhere rows stand out so many times more: those of half their height still show. */
const CLEAR = 4;
/** Smaller parts are terraces, step bunches and clusters of defects. */
const LEAST = 0.2;
/** A part lies on one side if its middle is so much of the picture off that of the rest. */
const ASIDE = 0.25;

/**
 * The largest connected part of a picture, a fifth of it or more, in which none of its lattices shows while they stand
 * out clearly elsewhere; null where there is none. It goes by whether anything of a lattice's length stands out
 * locally, in any direction: amplitudes at one frequency also vanish where creep bends the rows, and on terraces.
 */
export function unseenPart(
  kernels: Kernels,
  { rows, columns, valid }: Picture,
  { planes }: Analysis,
  lattices: readonly LatticeFit[],
): UnseenPart | null {
  const frequencies = tellingFrequencies(lattices);
  if (frequencies.length === 0) return null;
  const side = Math.ceil(WAVES / Math.min(...frequencies));
  const count = (length: number) => Math.min(MOST_WINDOWS, Math.round(length / (side / 2)));
  const [down, across] = [count(rows), count(columns)];
  if (Math.min(down, across) < FEWEST_WINDOWS) return null;
  const spectrum = new LocalSpectrum(kernels, side, frequencies);
  const prominences = new Float64Array(down * across).fill(Number.NaN);
  for (let j = 0; j < down; j++) {
    for (let i = 0; i < across; i++) {
      const left = Math.floor((i * (columns - side)) / (across - 1));
      const top = Math.floor((j * (rows - side)) / (down - 1));
      if (measuredIn(valid, columns, left, top, side) < 0.5) continue;
      prominences[j * across + i] = spectrum.prominence(planes, columns, left, top);
    }
  }
  const smooth = medians(prominences, down, across);
  const measured = smooth.filter((value) => !Number.isNaN(value));
  const nothing = NOTHING / Math.sqrt(planes.length);
  // In the clearer half of the picture, by its middle.
  const clear = select(measured.slice(), Math.floor(0.75 * (measured.length - 1)));
  if (!(clear >= CLEAR * nothing)) return null;
  const unseen = Uint8Array.from(smooth, (value) => (value < nothing ? 1 : 0));
  const { labels, regions } = findRegions(unseen, down, across);
  const [largest] = regions.sort((a, b) => b.areaPx - a.areaPx);
  const fraction = largest ? largest.areaPx / measured.length : 0;
  if (fraction < LEAST) return null;
  const isPart = (window: number) => labels[window] === largest.id;
  return { fraction, where: whereIs(smooth, isPart, down, across) };
}

/** Of each lattice's strongest wave, cycles per pixel, in whatever direction; no two alike. */
function tellingFrequencies(lattices: readonly LatticeFit[]): number[] {
  const distinct: number[] = [];
  for (const { waves } of lattices) {
    const [{ frequency }] = waves;
    // As the pixels show it.
    const fx = frequency.fx - Math.round(frequency.fx);
    const fy = frequency.fy - Math.round(frequency.fy);
    const f = lengthOf({ fx, fy });
    if (f > 0 && distinct.every((other) => Math.abs(f / other - 1) > SAME)) distinct.push(f);
  }
  return distinct;
}

/** Part of a window that was measured. */
function measuredIn(
  valid: Uint8Array,
  columns: number,
  left: number,
  top: number,
  side: number,
): number {
  let sum = 0;
  for (let y = top; y < top + side; y++) {
    for (let i = y * columns + left; i < y * columns + left + side; i++) sum += valid[i];
  }
  return sum / (side * side);
}

/** Median of each window and those around it, as far as they were measured. */
function medians(values: Float64Array, down: number, across: number): Float64Array {
  return values.map((value, window) => {
    if (Number.isNaN(value)) return value;
    const [row, column] = [Math.floor(window / across), window % across];
    const near: number[] = [];
    for (let y = Math.max(0, row - 1); y <= Math.min(down - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(across - 1, column + 1); x++) {
        if (!Number.isNaN(values[y * across + x])) near.push(values[y * across + x]);
      }
    }
    return select(Float64Array.from(near), near.length >> 1);
  });
}

/** The side of the rest that was measured on which a part lies, in words. */
function whereIs(
  measured: Float64Array,
  isPart: (window: number) => boolean,
  down: number,
  across: number,
): string {
  const [part, rest] = [true, false].map((wanted) => {
    let [n, x, y] = [0, 0, 0];
    measured.forEach((value, window) => {
      if (Number.isNaN(value) || isPart(window) !== wanted) return;
      n++;
      x += (window % across) / across;
      y += Math.floor(window / across) / down;
    });
    return { x: x / n, y: y / n };
  });
  const [x, y] = [part.x - rest.x, part.y - rest.y];
  return [
    ...(Math.abs(y) > ASIDE ? [y < 0 ? 'upper' : 'lower'] : []),
    ...(Math.abs(x) > ASIDE ? [x < 0 ? 'left' : 'right'] : []),
  ].join(' ');
}

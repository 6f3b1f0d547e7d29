import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { findRegions } from '../regions.ts';
import { fill, join, middlesOf, touches } from './basins.ts';
import { blur } from './blur.ts';
import { deviationOf, deviationOutside, SAMPLE } from './deviation.ts';
import { otherParts, type Part, strongest } from './parts.ts';
import { overSurroundings } from './surroundings.ts';

/** Half-width, row spacings, of the blur against noise. */
const FINE = 0.06;
/**
 * Further half-widths, row spacings, for what does not stand out of the pixels' noise: with the least that makes its
 * height CLEAR deviations of it, the outline at half of that is as smooth as a person would draw it.
 */
const SMOOTHER = [0, 0.12, 0.25];
const CLEAR = 20;
/** The part of an extremum's own height down to which its outline reaches. */
const OUTLINE = 0.5;
/** Weight of the heights as they are beside those without the lattice. */
const LATTICE = 0.75;
/** An extremum of less than this part of its region's largest is that one's slope. */
const LEAST = 0.25;
/** An extremum of less than this many deviations of the lattice could be noise. */
const LEAST_DEVIATIONS = 3;
/** An outline of which the largest piece is less than this part is broken. */
const WHOLE = 0.95;

/** What to outline: where the network sees something, (rows, columns) of the levelled grid. */
export interface Seen {
  /** 1 in and around everything that could be a defect. */
  around: Uint8Array;
  /** 1 where one is likely: a low saddle there is no border. */
  sure: Uint8Array;
  /** 1 in the middle of each defect, which is none without. */
  centres: Uint8Array;
  /** Parts that are defects though the network sees no middle of one there; `around` need not hold them. */
  missed?: readonly Part[];
  /**
   * Pixels of defects that a person clicked: what departs only in ways that none of these does, up or
   * down, is then no defect.
   */
  clicked: readonly number[];
}

/** Outlines, and what a person's clicks make of them. */
export interface Outlined {
  /** (rows, columns) */
  mask: Uint8Array;
  /** 1 where every clicked defect is raised, -1 where each is a pit, 0 where neither or not all can be told. */
  sign: number;
  /** Outlines of what departs the other way, and so is none, worked out when asked for; null where nothing is said. (rows, columns) */
  leftOut: (() => Uint8Array) | null;
  /** Clicks where nothing departs. */
  onLattice: number;
}

/**
 * Outlines at half height: within what the network sees, each extremum of the heights over their
 * surroundings becomes a defect of its own, as far down as half of its height; a line of pixels is left
 * between two that touch.
 */
export function outlineAtHalfHeight(
  kernels: Kernels,
  { planes, rows, columns }: Pick<Levelled, 'planes' | 'rows' | 'columns'>,
  residuals: readonly Float32Array[],
  { around, sure, centres, missed = [], clicked }: Seen,
  spacingPx: number,
): Outlined {
  const over = overSurroundings(kernels, rows, columns, around, spacingPx);
  const overFinely = (plane: Float32Array) =>
    over(plane, blur(kernels, plane, rows, columns, fineOf(spacingPx)));
  const departures = residuals.map(overFinely);
  const deviations = departures.map((plane) => deviationOutside(plane, around));
  const noises = residuals.map((plane) => pixelNoise(plane, rows, columns, around));
  // A person draws along what shows, lattice and all; what departs is told without it.
  const mixed = new Float32Array(rows * columns);
  const shown = planes.map((plane, c) => {
    const residual = residuals[c];
    for (let i = 0; i < mixed.length; i++) {
      mixed[i] = LATTICE * plane[i] + (1 - LATTICE) * residual[i];
    }
    return overFinely(mixed);
  });
  const { labels, regions: seen } = findRegions(around, rows, columns);
  const pixels = seen.map((): number[] => []);
  for (let i = 0; i < labels.length; i++) if (labels[i]) pixels[labels[i] - 1].push(i);
  const middles = findRegions(centres, rows, columns);
  const basins = new Int32Array(rows * columns);
  const left = new Uint8Array(rows * columns);
  const heights = { planes: departures, deviations };
  const main = pixels.map(
    (own): Part => ({ own, middles: middles.labels, ...strongest(heights, own) }),
  );
  const others = otherParts(main, labels, middles, heights, spacingPx);
  // What is strongest first: the gap between two parts goes to the other.
  const all = [...main, ...others, ...missed];
  const clicks = clicked.map((at) => {
    if (!labels[at]) return { isSeen: false, ...strongest(heights, [at]) };
    // A click on what departs the other way than its piece means that.
    const other = others.find(({ own }) => own.includes(at));
    return { isSeen: true, ...(other ?? main[labels[at] - 1]) };
  });
  // A click on bare lattice, or on what can hardly be seen, does not say which way what counts departs: it may be either.
  const telling = clicks.filter(({ isSeen, size }) => isSeen || size >= LEAST_DEVIATIONS);
  const signs = new Set(telling.map(({ sign }) => sign));
  const onLattice = clicks.length - telling.length;
  const sign = signs.size === 1 && onLattice === 0 ? telling[0].sign : 0;
  const outlinesOf = (regions: readonly Part[]): Uint8Array => {
    const mask = new Uint8Array(rows * columns);
    for (let channel = 0; channel < planes.length; channel++) {
      let unclear = regions.filter((region) => region.channel === channel);
      // What is taken for the blurred planes: `mixed` has done its work.
      let scratch: Float32Array | undefined;
      for (const [level, more] of SMOOTHER.entries()) {
        if (unclear.length === 0) break;
        const smooth = (plane: Float32Array, out: Float32Array) =>
          level === 0 ? plane : blur(kernels, plane, rows, columns, more * spacingPx, out);
        scratch ??= level === 0 ? undefined : new Float32Array(rows * columns);
        const departure = smooth(departures[channel], mixed);
        const height = smooth(shown[channel], scratch ?? mixed);
        const deviation = level === 0 ? deviations[channel] : deviationOutside(departure, around);
        const [fine, added] = [fineOf(spacingPx), more * spacingPx];
        const halfWidth = Math.sqrt(fine * fine + added * added);
        // Of white noise, a Gaussian leaves this part.
        const clear = (CLEAR * noises[channel]) / (2 * Math.sqrt(Math.PI) * halfWidth);
        const isClear = ({ own, sign }: { own: readonly number[]; sign: number }) =>
          level === SMOOTHER.length - 1 || own.some((at) => sign * departure[at] >= clear);
        for (const region of unclear.filter(isClear)) {
          outlineRegion(
            region.own,
            departure,
            height,
            region.sign,
            LEAST_DEVIATIONS * deviation,
            rows,
            columns,
            sure,
            region.middles,
            basins,
            left,
            mask,
          );
        }
        unclear = unclear.filter((region) => !isClear(region));
      }
    }
    return mask;
  };
  if (sign === 0) return { mask: outlinesOf(all), sign, leftOut: null, onLattice };
  const departing = (way: number) => all.filter((region) => region.sign === way);
  return {
    mask: outlinesOf(departing(sign)),
    sign,
    leftOut: () => outlinesOf(departing(-sign)),
    onLattice,
  };
}

function fineOf(spacingPx: number): number {
  return Math.max(0.5, FINE * spacingPx);
}

/**
 * Standard deviation of what differs from pixel to pixel along the lines, where no defect is: of second differences
 * (after Immerkaer 1996, who takes them both ways), by their median.
 */
function pixelNoise(
  plane: Float32Array,
  rows: number,
  columns: number,
  around: Uint8Array,
): number {
  const stride = Math.ceil(plane.length / SAMPLE) | 1;
  const sizes = new Float32Array(Math.ceil(plane.length / stride));
  let n = 0;
  for (let i = 1; i < rows * columns - 1; i += stride) {
    const x = i % columns;
    if (x === 0 || x === columns - 1 || around[i - 1] || around[i] || around[i + 1]) continue;
    sizes[n++] = Math.abs(plane[i - 1] - 2 * plane[i] + plane[i + 1]);
  }
  return deviationOf(sizes, n) / Math.sqrt(6);
}

/**
 * Part a region into the basins of its extrema, from the highest pixel down, join those that are of one
 * defect, and outline each.
 */
function outlineRegion(
  pixels: number[],
  departure: Float32Array,
  shown: Float32Array,
  sign: number,
  least: number,
  rows: number,
  columns: number,
  sure: Uint8Array,
  middles: Int32Array,
  basins: Int32Array,
  left: Uint8Array,
  mask: Uint8Array,
): void {
  const height = (at: number) => sign * departure[at];
  pixels.sort((a, b) => height(b) - height(a) || a - b);
  const { peaks, saddles } = fill(pixels, height, rows, columns, basins);
  const bridges: { at: number; basin: number }[] = [];
  const root = join(
    peaks,
    saddles,
    middlesOf(pixels, basins, middles, peaks.length),
    sure,
    (at, basin) => {
      if (sure[at]) bridges.push({ at, basin });
    },
  );
  for (const at of pixels) basins[at] = root[basins[at]];
  const highest = peaks.reduce((most, peak) => Math.max(most, peak), 0);
  const isDefect = new Uint8Array(peaks.length);
  for (const at of pixels) {
    const basin = basins[at];
    if (middles[at] && peaks[basin] > Math.max(least, LEAST * highest)) isDefect[basin] = 1;
  }
  /** Down to where each basin is outlined: what is one defect in one piece. */
  const levels = (plane: Float32Array) => {
    const tops = new Float64Array(peaks.length);
    for (const at of pixels) tops[basins[at]] = Math.max(tops[basins[at]], sign * plane[at]);
    const down = tops.map((top) => OUTLINE * top);
    for (const { at, basin } of bridges) {
      down[root[basin]] = Math.min(down[root[basin]], sign * plane[at]);
    }
    return (at: number) => sign * plane[at] >= down[basins[at]];
  };
  const byShown = levels(shown);
  const own = pixels.filter((at) => isDefect[basins[at]]);
  const broken = brokenBasins(own.filter(byShown), rows, columns, basins, left, peaks.length);
  const byDeparture = broken.includes(1) ? levels(departure) : byShown;
  for (const at of own) {
    const basin = basins[at];
    if (!(broken[basin] ? byDeparture(at) : byShown(at))) continue;
    // Pixels already taken are higher: the gap goes to the lower basin.
    if (!touches(at, basin, rows, columns, basins, mask)) mask[at] = 1;
  }
  for (const at of pixels) basins[at] = 0;
}

/**
 * 1 for each basin whose outline falls into pieces: the lattice's rows, as high as the defect is deep, show through it,
 * so that it is outlined without them. `left` (rows, columns) holds zeros, before and after.
 */
function brokenBasins(
  inside: readonly number[],
  rows: number,
  columns: number,
  basins: Int32Array,
  left: Uint8Array,
  n: number,
): Uint8Array {
  const [largest, all] = [new Int32Array(n), new Int32Array(n)];
  for (const at of inside) left[at] = 1;
  for (const start of inside) {
    if (!left[start]) continue;
    const basin = basins[start];
    left[start] = 0;
    const piece = [start];
    for (let head = 0; head < piece.length; head++) {
      const x = piece[head] % columns;
      const y = (piece[head] - x) / columns;
      for (let r = Math.max(0, y - 1); r <= Math.min(rows - 1, y + 1); r++) {
        for (let c = Math.max(0, x - 1); c <= Math.min(columns - 1, x + 1); c++) {
          const near = r * columns + c;
          if (!left[near] || basins[near] !== basin) continue;
          left[near] = 0;
          piece.push(near);
        }
      }
    }
    largest[basin] = Math.max(largest[basin], piece.length);
    all[basin] += piece.length;
  }
  return Uint8Array.from(all, (pixels, basin) => (largest[basin] < WHOLE * pixels ? 1 : 0));
}

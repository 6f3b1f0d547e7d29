import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { findRegions } from '../regions.ts';
import { select } from '../select.ts';
import { blur } from './blur.ts';

/** Half-widths, row spacings, of the blur against noise, and of the surroundings that heights count from. */
const FINE = 0.06;
const SURROUNDINGS = 1.2;
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
/**
 * Two extrema with no saddle lower than this part of the smaller one between them are one defect: by
 * how many of the two hold a middle of a defect (with one, only where the saddle is likely a defect too).
 */
const SADDLES = [0.5, 0.3, 0.9] as const;
/** An extremum of less than this part of its region's largest is that one's slope. */
const LEAST = 0.25;
/** An extremum of less than this many deviations of the lattice could be noise. */
const LEAST_DEVIATIONS = 3;
/** Row spacings by which what departs up and what departs down in one piece are two defects. */
const APART = 1.5;
/** Scales the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** Enough pixels for a spread. */
const SAMPLE = 20_000;

/** What to outline: where the network sees something, (rows, columns) of the levelled grid. */
export interface Seen {
  /** 1 in and around everything that could be a defect. */
  around: Uint8Array;
  /** 1 where one is likely: a low saddle there is no border. */
  sure: Uint8Array;
  /** 1 in the middle of each defect, which is none without. */
  centres: Uint8Array;
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
  { around, sure, centres, clicked }: Seen,
  spacingPx: number,
): Outlined {
  const over = overSurroundings(kernels, rows, columns, around, spacingPx);
  const departures = residuals.map(over);
  const deviations = departures.map((plane) => deviationOutside(plane, around));
  const noises = residuals.map((plane) => pixelNoise(plane, rows, columns, around));
  // A person draws along what shows, lattice and all; what departs is told without it.
  const mixed = new Float32Array(rows * columns);
  const shown = planes.map((plane, c) => {
    const residual = residuals[c];
    for (let i = 0; i < mixed.length; i++) {
      mixed[i] = LATTICE * plane[i] + (1 - LATTICE) * residual[i];
    }
    return over(mixed);
  });
  const { labels, regions: seen } = findRegions(around, rows, columns);
  const pixels = seen.map((): number[] => []);
  for (let i = 0; i < labels.length; i++) if (labels[i]) pixels[labels[i] - 1].push(i);
  const { labels: middles, regions: places } = findRegions(centres, rows, columns);
  const basins = new Int32Array(rows * columns);
  const strongestOf = (own: readonly number[]) => strongest(departures, deviations, own);
  const clicks = clicked.map((at) => ({
    isSeen: labels[at] > 0,
    ...strongestOf(labels[at] ? pixels[labels[at] - 1] : [at]),
  }));
  // A click on bare lattice, or on what can hardly be seen, does not say which way what counts departs: it may be either.
  const telling = clicks.filter(({ isSeen, size }) => isSeen || size >= LEAST_DEVIATIONS);
  const signs = new Set(telling.map(({ sign }) => sign));
  const onLattice = clicks.length - telling.length;
  const sign = signs.size === 1 && onLattice === 0 ? telling[0].sign : 0;
  const main = pixels.map((own): Part => ({ own, middles, ...strongestOf(own) }));
  const ownMiddles = places.map(({ x, y, id }) => ({ x, y, id, piece: 0, way: 0 }));
  const apart = otherMiddles(
    ownMiddles,
    middles,
    labels,
    main,
    departures,
    deviations,
    APART * spacingPx,
  );
  // What is strongest first: the gap between two parts goes to the other.
  const all = [...main, ...otherParts(main, apart, departures, deviations)];
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

/** Pixels of what the network sees in one piece that depart one way, in the channel where they depart most. */
interface Part {
  own: number[];
  /** The middles that count there, numbered. (rows, columns) */
  middles: Int32Array;
  channel: number;
  sign: number;
  size: number;
}

/** Where a middle is, px, in which piece, and which way it departs. */
interface Middle {
  x: number;
  y: number;
  id: number;
  piece: number;
  way: number;
}

/**
 * The middles of defects that lie in one piece with others and depart the other way than most of it: a pit beside an
 * atom. Nearer to one of these than `apart` px, it is another side of the same defect. (rows, columns)
 */
function otherMiddles(
  all: readonly Middle[],
  middles: Int32Array,
  labels: Int32Array,
  main: readonly Part[],
  departures: readonly Float32Array[],
  deviations: readonly number[],
  apart: number,
): Int32Array {
  const sums = departures.map(() => new Float64Array(all.length + 1));
  for (let i = 0; i < middles.length; i++) {
    if (!middles[i]) continue;
    for (const [c, plane] of departures.entries()) sums[c][middles[i]] += plane[i] / deviations[c];
    all[middles[i] - 1].piece = labels[i];
  }
  for (const one of all) {
    const most = sums.reduce((sum, { [one.id]: s }) => (Math.abs(s) > Math.abs(sum) ? s : sum), 0);
    one.way = one.piece ? Math.sign(most) * main[one.piece - 1].sign : 1;
  }
  const others = all.filter(({ way }) => way < 0);
  const counts = new Uint8Array(all.length + 1);
  for (const one of others) {
    const isNear = all.some(({ x, y, piece, way }) => {
      if (piece !== one.piece || way < 0) return false;
      return (x - one.x) * (x - one.x) + (y - one.y) * (y - one.y) < apart * apart;
    });
    counts[one.id] = isNear ? 0 : 1;
  }
  return middles.map((id) => (counts[id] ? id : 0));
}

/** Of each piece that holds middles which depart the other way, what departs that way. */
function otherParts(
  main: readonly Part[],
  middles: Int32Array,
  departures: readonly Float32Array[],
  deviations: readonly number[],
): Part[] {
  return main.flatMap((part) => {
    if (!part.own.some((at) => middles[at])) return [];
    const found = strongest(departures, deviations, part.own, -part.sign);
    const own = part.own.filter((at) => found.sign * departures[found.channel][at] > 0);
    return [{ ...found, own, middles }];
  });
}

/**
 * What makes of a plane its heights, barely blurred, over the mean of what lies around and is no defect.
 * In plain loops, and in as few large arrays as will do: a fresh one costs more than what is done with it.
 */
function overSurroundings(
  kernels: Kernels,
  rows: number,
  columns: number,
  around: Uint8Array,
  spacingPx: number,
): (plane: Float32Array) => Float32Array {
  const sigma = SURROUNDINGS * spacingPx;
  const weight = new Float32Array(rows * columns);
  for (let i = 0; i < weight.length; i++) weight[i] = 1 - around[i];
  blur(kernels, weight, rows, columns, sigma, weight);
  const sum = new Float32Array(rows * columns);
  return (plane) => {
    for (let i = 0; i < sum.length; i++) sum[i] = plane[i] * (1 - around[i]);
    blur(kernels, sum, rows, columns, sigma, sum);
    const fine = blur(kernels, plane, rows, columns, fineOf(spacingPx));
    for (let i = 0; i < fine.length; i++) if (weight[i] > 1e-4) fine[i] -= sum[i] / weight[i];
    return fine;
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
  return n > 0 ? (MAD_TO_SIGMA * select(sizes, n >> 1, n)) / Math.sqrt(6) : 0;
}

function deviationOutside(plane: Float32Array, around: Uint8Array): number {
  const stride = Math.ceil(plane.length / SAMPLE) | 1;
  const sizes = new Float32Array(Math.ceil(plane.length / stride));
  let n = 0;
  for (let i = 0; i < plane.length; i += stride) if (!around[i]) sizes[n++] = Math.abs(plane[i]);
  return n > 0 ? MAD_TO_SIGMA * select(sizes, n >> 1, n) || 1e-12 : 1e-12;
}

/** The channel in which a region stands out most, which way (of both, or only that way), and by how many deviations. */
function strongest(
  heights: readonly Float32Array[],
  deviations: readonly number[],
  pixels: readonly number[],
  way = 0,
): { channel: number; sign: number; size: number } {
  let [most, channel, sign] = [-1, 0, way || 1];
  heights.forEach((candidate, c) => {
    for (const at of pixels) {
      if (way * candidate[at] < 0) continue;
      const size = Math.abs(candidate[at]) / deviations[c];
      if (size <= most) continue;
      most = size;
      channel = c;
      sign = candidate[at] < 0 ? -1 : 1;
    }
  });
  return { channel, sign, size: most };
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
  mask: Uint8Array,
): void {
  const height = (at: number) => sign * departure[at];
  pixels.sort((a, b) => height(b) - height(a) || a - b);
  const { peaks, saddles } = fill(pixels, height, rows, columns, basins);
  const bridges = new Float64Array(peaks.length).fill(Infinity);
  const root = join(
    peaks,
    saddles,
    middlesOf(pixels, basins, middles, peaks.length),
    sure,
    (at, basin) => {
      if (sure[at]) bridges[basin] = Math.min(bridges[basin], sign * shown[at]);
    },
  );
  for (let basin = 1; basin < root.length; basin++) {
    bridges[root[basin]] = Math.min(bridges[root[basin]], bridges[basin]);
  }
  for (const at of pixels) basins[at] = root[basins[at]];
  const hasMiddle = new Uint8Array(peaks.length);
  for (const at of pixels) if (middles[at]) hasMiddle[basins[at]] = 1;
  const highest = peaks.reduce((most, peak) => Math.max(most, peak), 0);
  /** Highest pixel of each basin as it shows. */
  const tops = new Float64Array(peaks.length);
  for (const at of pixels) tops[basins[at]] = Math.max(tops[basins[at]], sign * shown[at]);
  for (const at of pixels) {
    const basin = basins[at];
    if (!hasMiddle[basin] || peaks[basin] <= Math.max(least, LEAST * highest)) continue;
    // What is one defect is outlined in one piece.
    if (sign * shown[at] < Math.min(OUTLINE * tops[basin], bridges[basin])) continue;
    // Pixels already taken are higher: the gap goes to the lower basin.
    if (!touches(at, basin, rows, columns, basins, mask)) mask[at] = 1;
  }
  for (const at of pixels) basins[at] = 0;
}

/** Where two basins meet: their numbers, the highest pixel there, and its height. */
interface Saddle {
  one: number;
  other: number;
  at: number;
  height: number;
}

/** Number the basin of each pixel, from 1, given from the highest down; the basins' peaks, and their saddles in order of height. */
function fill(
  pixels: readonly number[],
  height: (at: number) => number,
  rows: number,
  columns: number,
  basins: Int32Array,
): { peaks: number[]; saddles: Saddle[] } {
  const peaks = [0];
  const saddles: Saddle[] = [];
  const met = new Set<number>();
  for (const at of pixels) {
    const x = at % columns;
    const y = (at - x) / columns;
    let own = 0;
    for (let r = Math.max(0, y - 1); r <= Math.min(rows - 1, y + 1); r++) {
      for (let c = Math.max(0, x - 1); c <= Math.min(columns - 1, x + 1); c++) {
        const basin = basins[r * columns + c];
        if (!basin || basin === own) continue;
        if (!own) {
          own = basin;
          continue;
        }
        const [one, other] = own < basin ? [own, basin] : [basin, own];
        const pair = one * pixels.length + other;
        if (met.has(pair)) continue;
        met.add(pair);
        saddles.push({ one, other, at, height: height(at) });
      }
    }
    if (!own) {
      own = peaks.length;
      peaks.push(height(at));
    }
    basins[at] = own;
  }
  return { peaks, saddles };
}

/** The middle that each basin holds, 0 where none, from which most of its pixels are. */
function middlesOf(
  pixels: readonly number[],
  basins: Int32Array,
  middles: Int32Array,
  n: number,
): Int32Array {
  const counts = Array.from({ length: n }, () => new Map<number, number>());
  for (const at of pixels) {
    if (!middles[at]) continue;
    const own = counts[basins[at]];
    own.set(middles[at], (own.get(middles[at]) ?? 0) + 1);
  }
  return Int32Array.from(counts, (own) => {
    let [best, most] = [0, 0];
    for (const [middle, count] of own) if (count > most) [best, most] = [middle, count];
    return best;
  });
}

/**
 * For each basin the one that it is joined to, itself where to none; `onJoin` is told of the saddle and the
 * higher of the two. Changes middles.
 */
function join(
  peaks: readonly number[],
  saddles: readonly Saddle[],
  middles: Int32Array,
  sure: Uint8Array,
  onJoin: (at: number, basin: number) => void,
): Int32Array {
  const joined = Int32Array.from(peaks, (_, basin) => basin);
  const root = (basin: number): number => {
    let at = basin;
    while (joined[at] !== at) at = joined[at];
    return at;
  };
  for (const { one, other, at, height } of saddles) {
    const [a, b] = [root(one), root(other)];
    if (a === b) continue;
    const [high, low] = peaks[a] >= peaks[b] ? [a, b] : [b, a];
    const held = (middles[a] ? 1 : 0) + (middles[b] ? 1 : 0);
    const same = held === 2 && middles[a] === middles[b];
    const part = held === 1 && !sure[at] ? SADDLES[0] : SADDLES[held];
    if (!same && height <= part * peaks[low]) continue;
    joined[low] = high;
    onJoin(at, high);
    if (!middles[high]) middles[high] = middles[low];
  }
  return joined.map((_, basin) => root(basin));
}

/** Whether one of the up to eight pixels around is in the mask for another basin, of this part or of another. */
function touches(
  at: number,
  basin: number,
  rows: number,
  columns: number,
  basins: Int32Array,
  mask: Uint8Array,
): boolean {
  const x = at % columns;
  const y = (at - x) / columns;
  for (let r = Math.max(0, y - 1); r <= Math.min(rows - 1, y + 1); r++) {
    for (let c = Math.max(0, x - 1); c <= Math.min(columns - 1, x + 1); c++) {
      const other = r * columns + c;
      if (mask[other] && basins[other] !== basin) return true;
    }
  }
  return false;
}

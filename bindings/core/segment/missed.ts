import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { findRegions, type Region } from '../regions.ts';
import { select } from '../select.ts';
import { without } from '../share.ts';
import { type Click, pixelOf } from './adapt.ts';
import type { Part } from './parts.ts';
import type { Sights } from './sights.ts';
import { overSurroundings } from './surroundings.ts';

/** Heights so many deviations off, over an atom's trace, are no lattice; outlined from half of that (Canny 1986). */
const STRONG = 6;
/** Squares of the row spacing: an atom's trace, and more than a defect among others covers. */
const SMALLEST = 0.15;
const LARGEST = 25;
/** Half-width, row spacings, of the blur over which the lattice fades and defects stay. */
const COARSE = 0.3;
/** Side of the blocks that have a deviation of their own, row spacings; at least so many pixels. */
const BLOCK = 3;
const LEAST_BLOCK_PX = 8;
/** A block of which less than this part is lattice has the whole scan's deviation. */
const ENOUGH = 1 / 8;
/** What holds more than this part of its height in two lines, or has fewer than three, is no tip's image of anything. */
const THIN = 0.7;
const FEWEST_LINES = 3;
/** Row spacings beside the frame where what is left of the lattice is not told from defects. */
const FRAME = 1;
/** Row spacings from what the network sees to its other side: the dark ring of a bright charge. */
const OTHER_SIDE = 2.5;
/** Row spacings along the lines as far as which the feedback rings on. */
const ECHO = 1.5;

/** Scales the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** Enough pixels for a deviation. */
const SAMPLE = 20_000;

/** A departure, and what it holds in all. */
interface Departure extends Omit<Part, 'middles'> {
  region: Region;
  /** Where it is strongest. */
  peakAt: number;
  total: number;
}

/**
 * What departs so far from the lattice that nothing but a defect explains it, though the network sees no middle of one
 * there: clusters of vacancies with the feedback's echoes beside them, which look like a disturbance of the lines to it. Not
 * beside steps or the frame, where the lattice is not known well enough, nor scars, nor what is a side or an echo of something
 * stronger; and none where there are more of them than of what the network sees: that is no lattice with defects. residuals: every channel's heights without the lattice, on the levelled grid.
 */
export function missedParts(
  kernels: Kernels,
  levelled: Pick<Levelled, 'rows' | 'columns' | 'valid' | 'roundedSteps' | 'disturbed'>,
  residuals: readonly Float32Array[],
  { around, centres }: Pick<Sights, 'around' | 'centres'>,
  clicks: readonly Click[],
  spacingPx: number,
): Part[] {
  const { rows, columns, valid } = levelled;
  const over = overSurroundings(kernels, rows, columns, around, spacingPx);
  const lattice = without(valid, around);
  const channels = residuals.map((residual) => {
    const plane = over(residual, Math.max(0.8, COARSE * spacingPx));
    const usual = deviation(plane, lattice);
    return {
      residual,
      usual,
      plane: toLocalDeviations(plane, usual, lattice, rows, columns, spacingPx),
    };
  });
  const planes = channels.map(({ plane }) => plane);
  const seen = seenPieces(planes, around, centres, rows, columns);
  const usable = without(without(valid, levelled.roundedSteps), levelled.disturbed);
  const rejected = clicks.filter(({ isDefect }) => !isDefect);
  const refused = rejected.map((click) => pixelOf(click, rows, columns));
  const found = [-1, 1].flatMap((sign) => {
    const strong = strongWithin(planes, sign, usable, rows, columns, Math.round(FRAME * spacingPx));
    const { labels, regions } = findRegions(strong, rows, columns, {
      minArea: SMALLEST * spacingPx * spacingPx,
    });
    return regions
      .filter(({ areaPx }) => areaPx <= LARGEST * spacingPx * spacingPx)
      .map((region) => departure(region, labels, planes, sign, columns))
      .filter(
        (one) =>
          isStrong(one, planes, spacingPx) &&
          !isThin(one, channels[one.channel].residual, columns) &&
          !isBesideOnly(one, channels[one.channel]) &&
          !one.own.some((at) => refused.includes(at)) &&
          !isSlope(one, seen, rows, columns, spacingPx) &&
          !isOtherSide(one, seen, rows, columns, spacingPx),
      );
  });
  const missed = found.filter((one) => !found.some((other) => isEcho(one, other, spacingPx)));
  if (missed.length === 0 || missed.length > seen.count) return [];
  const middles = new Int32Array(rows * columns);
  return missed.map(({ own, channel, sign, size }, m) => {
    for (const at of own) middles[at] = m + 1;
    return { own, middles, channel, sign, size };
  });
}

/** Divide a plane by the lattice's deviation: the whole scan's usual one, or the block's own where that is larger. In place. */
function toLocalDeviations(
  plane: Float32Array,
  usual: number,
  lattice: Uint8Array,
  rows: number,
  columns: number,
  spacingPx: number,
): Float32Array {
  const side = Math.max(LEAST_BLOCK_PX, Math.round(BLOCK * spacingPx));
  const sizes = new Float32Array(side * side);
  for (let top = 0; top < rows; top += side) {
    const bottom = Math.min(rows, top + side);
    for (let left = 0; left < columns; left += side) {
      const right = Math.min(columns, left + side);
      let n = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = y * columns + left; i < y * columns + right; i++) {
          if (lattice[i]) sizes[n++] = Math.abs(plane[i]);
        }
      }
      const isEnough = n > ENOUGH * side * side;
      const unit = isEnough ? Math.max(usual, MAD_TO_SIGMA * select(sizes, n >> 1, n)) : usual;
      for (let y = top; y < bottom; y++) {
        for (let i = y * columns + left; i < y * columns + right; i++) plane[i] /= unit;
      }
    }
  }
  return plane;
}

/** Standard deviation of heights about 0 where the lattice is, by their median; Infinity where there is none. */
function deviation(plane: Float32Array, lattice: Uint8Array): number {
  const stride = Math.ceil(plane.length / SAMPLE) | 1;
  const sizes = new Float32Array(Math.ceil(plane.length / stride));
  let n = 0;
  for (let i = 0; i < plane.length; i += stride) if (lattice[i]) sizes[n++] = Math.abs(plane[i]);
  return (n > 0 && MAD_TO_SIGMA * select(sizes, n >> 1, n)) || Infinity;
}

/** The network's pieces that hold a middle, with how far each departs and which way. */
interface SeenPieces {
  /** Number of each pixel's piece, from 1; 0 where there is none. (rows, columns) */
  labels: Int32Array;
  /** Height of each piece where it departs most, with its sign; index 0 unused. */
  peaks: Float64Array;
  /** How many there are. */
  count: number;
  centres: Uint8Array;
}

function seenPieces(
  planes: readonly Float32Array[],
  around: Uint8Array,
  centres: Uint8Array,
  rows: number,
  columns: number,
): SeenPieces {
  const { labels, regions } = findRegions(around, rows, columns);
  const peaks = new Float64Array(regions.length + 1);
  const holds = new Uint8Array(regions.length + 1);
  for (let i = 0; i < labels.length; i++) if (centres[i]) holds[labels[i]] = 1;
  holds[0] = 0;
  for (const plane of planes) {
    for (let i = 0; i < labels.length; i++) {
      const piece = labels[i];
      if (holds[piece] && Math.abs(plane[i]) > Math.abs(peaks[piece])) peaks[piece] = plane[i];
    }
  }
  return { labels, peaks, count: holds.reduce((sum, value) => sum + value, 0), centres };
}

/** 1 where some plane is more than half as far off, that way, as is strong. (rows, columns) */
function strongWithin(
  planes: readonly Float32Array[],
  sign: number,
  usable: Uint8Array,
  rows: number,
  columns: number,
  frame: number,
): Uint8Array {
  const strong = new Uint8Array(rows * columns);
  for (const plane of planes) {
    for (let y = frame; y < rows - frame; y++) {
      for (let i = y * columns + frame; i < (y + 1) * columns - frame; i++) {
        if (usable[i] && 2 * sign * plane[i] > STRONG) strong[i] = 1;
      }
    }
  }
  return strong;
}

function departure(
  region: Region,
  labels: Int32Array,
  planes: readonly Float32Array[],
  sign: number,
  columns: number,
): Departure {
  const own = pixelsOf(region, labels, columns);
  let [size, channel, peakAt] = [-Infinity, 0, own[0]];
  planes.forEach((plane, c) => {
    for (const at of own) {
      if (sign * plane[at] > size) [size, channel, peakAt] = [sign * plane[at], c, at];
    }
  });
  const total = own.reduce((sum, at) => sum + sign * planes[channel][at], 0);
  return { own, channel, sign, size, region, peakAt, total };
}

function pixelsOf({ id, box }: Region, labels: Int32Array, columns: number): number[] {
  const own: number[] = [];
  for (let y = box.top; y <= box.bottom; y++) {
    for (let i = y * columns + box.left; i <= y * columns + box.right; i++) {
      if (labels[i] === id) own.push(i);
    }
  }
  return own;
}

function isStrong(
  { own, channel, sign }: Departure,
  planes: readonly Float32Array[],
  spacingPx: number,
): boolean {
  const strong = own.filter((at) => sign * planes[channel][at] > STRONG);
  return strong.length >= Math.max(1, SMALLEST * spacingPx * spacingPx);
}

/** Whether it is one or two scan lines' height, barely blurred. */
function isThin(
  { own, sign, region }: Departure,
  residual: Float32Array,
  columns: number,
): boolean {
  const lines = new Float64Array(region.box.bottom - region.box.top + 1);
  if (lines.length < FEWEST_LINES) return true;
  for (const at of own) {
    const height = sign * residual[at];
    if (height > 0) lines[Math.floor(at / columns) - region.box.top] += height;
  }
  const sum = lines.reduce((all, line) => all + line, 0);
  return lines.some((line, y) => line + (lines[y + 1] ?? 0) > THIN * sum);
}

/** Whether it is at the lattice's own height, and far from that of its surroundings only: beside a scar. */
function isBesideOnly(
  { own, sign, total }: Departure,
  { residual, usual }: { residual: Float32Array; usual: number },
): boolean {
  return 2 * own.reduce((sum, at) => sum + sign * residual[at], 0) < total * usual;
}

/** Whether it is within half a row spacing of something seen that departs the same way, and further. */
function isSlope(
  { own, sign, size }: Departure,
  { labels, peaks }: SeenPieces,
  rows: number,
  columns: number,
  spacingPx: number,
): boolean {
  const near = Math.ceil(spacingPx / 2);
  return own.some((at) => {
    const x = at % columns;
    const y = (at - x) / columns;
    for (const r of [Math.max(0, y - near), y, Math.min(rows - 1, y + near)]) {
      for (const c of [Math.max(0, x - near), x, Math.min(columns - 1, x + near)]) {
        if (sign * peaks[labels[r * columns + c]] >= size) return true;
      }
    }
    return false;
  });
}

/** Whether something seen that departs the other way, half as far or more, has its middle close by. */
function isOtherSide(
  { peakAt, sign, size }: Departure,
  { labels, peaks, centres }: SeenPieces,
  rows: number,
  columns: number,
  spacingPx: number,
): boolean {
  const reach = Math.round(OTHER_SIDE * spacingPx);
  const x = peakAt % columns;
  const y = (peakAt - x) / columns;
  for (let r = Math.max(0, y - reach); r <= Math.min(rows - 1, y + reach); r++) {
    for (let c = Math.max(0, x - reach); c <= Math.min(columns - 1, x + reach); c++) {
      const at = r * columns + c;
      if (!centres[at] || -2 * sign * peaks[labels[at]] < size) continue;
      if ((r - y) * (r - y) + (c - x) * (c - x) <= reach * reach) return true;
    }
  }
  return false;
}

/** Whether one departs the other way than another on the same lines close by, and less in all. */
function isEcho(one: Departure, other: Departure, spacingPx: number): boolean {
  if (one.sign === other.sign || one.total >= other.total) return false;
  const [a, b] = [one.region.box, other.region.box];
  const apart = Math.max(a.left - b.right, b.left - a.right);
  return a.top <= b.bottom && b.top <= a.bottom && apart <= ECHO * spacingPx;
}

import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { findRegions, type Region } from '../regions.ts';
import { select } from '../select.ts';
import { without } from '../share.ts';
import { type Click, pixelOf, within } from './adapt.ts';
import { blur } from './blur.ts';
import { deviationOf, deviationOutside } from './deviation.ts';
import type { Part } from './parts.ts';
import type { Sights } from './sights.ts';
import { overSurroundings } from './surroundings.ts';

/** Heights so many local deviations off, over an atom's trace, are no lattice; outlined from half of that (Canny 1986). */
const STRONG = 6;
/** Squares of the row spacing: an atom's trace, and more than a defect among others covers. */
const SMALLEST = 0.15;
const LARGEST = 25;
/** Half-width, row spacings, of the blur over which the lattice fades and defects stay. */
const COARSE = 0.3;
/** Side of the blocks whose deviations are compared, row spacings; at least so many pixels. */
const BLOCK = 2;
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

/** A channel without its lattice. (rows, columns) each */
interface Channel {
  /** In the scan's unit. */
  residual: Float32Array;
  /** The blurred residual over its surroundings, in local deviations. */
  plane: Float32Array;
  /** The local deviation, in the scan's unit. */
  units: Float32Array;
}

/** What departs strongly, one way. */
interface Strong extends Omit<Part, 'middles'> {
  region: Region;
  /** The pixel where it is strongest. */
  peakAt: number;
  /** Sum over its pixels, local deviations. */
  total: number;
}

/**
 * What departs so far from the lattice that nothing but a defect explains it, though the network sees no middle of one
 * there: clusters of vacancies with the feedback's echoes beside them look like a disturbance of the lines to it. Not
 * beside steps or the frame, where the lattice is not known well enough, nor scars, nor a side or an echo of something
 * stronger. Where there are more of them than of what the network sees, that is no lattice with defects: then none,
 * and `leftOut` says how many. residuals: every channel's heights without the lattice, (rows, columns) of the levelled grid.
 */
export function missedParts(
  kernels: Kernels,
  levelled: Pick<Levelled, 'rows' | 'columns' | 'valid' | 'roundedSteps' | 'disturbed'>,
  residuals: readonly Float32Array[],
  { around, centres }: Pick<Sights, 'around' | 'centres'>,
  clicks: readonly Click[],
  spacingPx: number,
): { parts: Part[]; leftOut: number } {
  const { rows, columns, valid } = levelled;
  const over = overSurroundings(kernels, rows, columns, around, spacingPx);
  const offLattice = around.slice();
  for (let i = 0; i < offLattice.length; i++) offLattice[i] |= 1 - valid[i];
  const channels = residuals.map((residual): Channel => {
    const halfWidth = Math.max(0.8, COARSE * spacingPx);
    const plane = blur(kernels, residual, rows, columns, halfWidth);
    // Before its surroundings are taken away: what is strong lowers or lifts all around it then.
    const units = localDeviations(kernels, plane, offLattice, rows, columns, spacingPx);
    over(residual, plane);
    for (let i = 0; i < plane.length; i++) plane[i] /= units[i];
    return { residual, plane, units };
  });
  const planes = channels.map(({ plane }) => plane);
  const seen = seenPieces(planes, around, centres, rows, columns);
  const usable = without(without(valid, levelled.roundedSteps), levelled.disturbed);
  const found = [-1, 1].flatMap((sign) => {
    const strong = strongWithin(planes, sign, usable, rows, columns, Math.round(FRAME * spacingPx));
    const { labels, regions } = findRegions(strong, rows, columns, {
      minArea: SMALLEST * spacingPx * spacingPx,
    });
    return regions
      .filter(({ areaPx }) => areaPx <= LARGEST * spacingPx * spacingPx)
      .map((region) => strongOf(region, labels, planes, sign, columns))
      .filter(
        (one) =>
          isStrong(one, planes[one.channel], spacingPx) &&
          !isThin(one, channels[one.channel], columns) &&
          !isBesideOnly(one, channels[one.channel]) &&
          !isSeen(one, seen, rows, columns, spacingPx) &&
          !isOtherSide(one, seen, rows, columns, spacingPx),
      );
  });
  const rejected = clicks.filter(({ isDefect }) => !isDefect);
  const refused = new Set(rejected.map((click) => pixelOf(click, rows, columns)));
  const missed = withoutEchoes(found, rows, spacingPx).filter(
    ({ own }) => !own.some((at) => refused.has(at)),
  );
  if (missed.length > seen.count) return { parts: [], leftOut: missed.length };
  const middles = new Int32Array(missed.length > 0 ? rows * columns : 0);
  const parts = missed.map(({ own, channel, sign, size }, m): Part => {
    for (const at of own) middles[at] = m + 1;
    return { own, middles, channel, sign, size };
  });
  return { parts, leftOut: 0 };
}

/**
 * The lattice's deviation around each pixel, (rows, columns): of each block the median with the eight around it, so that
 * no defect sets its own measure, interpolated; at least that of the whole plane.
 */
function localDeviations(
  kernels: Kernels,
  plane: Float32Array,
  offLattice: Uint8Array,
  rows: number,
  columns: number,
  spacingPx: number,
): Float32Array {
  const side = Math.max(LEAST_BLOCK_PX, BLOCK * spacingPx);
  const [down, across] = [rows, columns].map((size) => Math.max(1, Math.round(size / side)));
  const usual = deviationOutside(plane, offLattice);
  const most = Math.ceil(rows / down) * Math.ceil(columns / across);
  const sizes = new Float32Array(most);
  const blocks = new Float32Array(down * across);
  for (let b = 0; b < down; b++) {
    const [top, bottom] = [b, b + 1].map((edge) => Math.floor((edge * rows) / down));
    for (let a = 0; a < across; a++) {
      const [left, right] = [a, a + 1].map((edge) => Math.floor((edge * columns) / across));
      let n = 0;
      for (let y = top; y < bottom; y++) {
        for (let i = y * columns + left; i < y * columns + right; i++) {
          if (!offLattice[i]) sizes[n++] = plane[i];
        }
      }
      const isEnough = n > ENOUGH * most;
      blocks[b * across + a] = isEnough ? Math.max(usual, deviationAboutMedian(sizes, n)) : usual;
    }
  }
  const nine = new Float32Array(9);
  const middle = blocks.map((_, at) => {
    const [b, a] = [Math.floor(at / across), at % across];
    let n = 0;
    for (const r of [Math.max(0, b - 1), b, Math.min(down - 1, b + 1)]) {
      for (const c of [Math.max(0, a - 1), a, Math.min(across - 1, a + 1)]) {
        nine[n++] = blocks[r * across + c];
      }
    }
    return select(nine, 4);
  });
  return kernels.resizeBilinear(middle, 1, down, across, rows, columns);
}

function deviationAboutMedian(values: Float32Array, n: number): number {
  const middle = select(values, n >> 1, n);
  for (let i = 0; i < n; i++) values[i] = Math.abs(values[i] - middle);
  return deviationOf(values, n);
}

/** The network's pieces that hold a middle, with how far each departs. */
interface SeenPieces {
  /** Number of each pixel's piece, from 1; 0 where there is none. (rows, columns) */
  labels: Int32Array;
  /** How far each piece departs up and down where it departs most, local deviations; index 0 unused. */
  up: Float64Array;
  down: Float64Array;
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
  const [up, down] = [1, -1].map(() => new Float64Array(regions.length + 1));
  const holds = new Uint8Array(regions.length + 1);
  for (let i = 0; i < labels.length; i++) if (centres[i]) holds[labels[i]] = 1;
  holds[0] = 0;
  for (const plane of planes) {
    for (let i = 0; i < labels.length; i++) {
      const piece = labels[i];
      if (!holds[piece]) continue;
      if (plane[i] > up[piece]) up[piece] = plane[i];
      if (-plane[i] > down[piece]) down[piece] = -plane[i];
    }
  }
  return { labels, up, down, count: holds.reduce((sum, value) => sum + value, 0), centres };
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

function strongOf(
  region: Region,
  labels: Int32Array,
  planes: readonly Float32Array[],
  sign: number,
  columns: number,
): Strong {
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

/** Whether it is strong over the area of an atom's trace. */
function isStrong({ own, sign }: Strong, plane: Float32Array, spacingPx: number): boolean {
  const strong = own.filter((at) => sign * plane[at] > STRONG);
  return strong.length >= Math.max(1, SMALLEST * spacingPx * spacingPx);
}

/** Whether it is one or two scan lines' height, not blurred. */
function isThin({ own, sign, region }: Strong, { residual }: Channel, columns: number): boolean {
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
function isBesideOnly({ own, sign }: Strong, { residual, plane, units }: Channel): boolean {
  let [itself, over] = [0, 0];
  for (const at of own) {
    itself += sign * residual[at];
    over += sign * plane[at] * units[at];
  }
  return 2 * itself < over;
}

/** Whether it holds a middle, or is within half a row spacing of something seen that departs the same way, and further. */
function isSeen(
  { own, sign, size }: Strong,
  { labels, up, down, centres }: SeenPieces,
  rows: number,
  columns: number,
  spacingPx: number,
): boolean {
  const peaks = sign > 0 ? up : down;
  const near = Math.ceil(spacingPx / 2);
  return own.some((at) => {
    if (centres[at]) return true;
    const x = at % columns;
    const y = (at - x) / columns;
    for (const r of [Math.max(0, y - near), y, Math.min(rows - 1, y + near)]) {
      for (const c of [Math.max(0, x - near), x, Math.min(columns - 1, x + near)]) {
        if (peaks[labels[r * columns + c]] >= size) return true;
      }
    }
    return false;
  });
}

/** Whether something seen that departs the other way, half as far or more, has its middle close by. */
function isOtherSide(
  { peakAt, sign, size }: Strong,
  { labels, up, down, centres }: SeenPieces,
  rows: number,
  columns: number,
  spacingPx: number,
): boolean {
  const peaks = sign > 0 ? down : up;
  const reach = Math.round(OTHER_SIDE * spacingPx);
  const x = peakAt % columns;
  const y = (peakAt - x) / columns;
  return within({ x, y }, reach, rows, columns).some(
    (at) => centres[at] && 2 * peaks[labels[at]] >= size,
  );
}

/** Without what departs the other way than something on the same lines close by, and less in all. */
function withoutEchoes(found: readonly Strong[], rows: number, spacingPx: number): Strong[] {
  const onLine = Array.from({ length: rows }, (): Strong[] => []);
  for (const one of found) {
    for (let y = one.region.box.top; y <= one.region.box.bottom; y++) onLine[y].push(one);
  }
  return found.filter((one) => {
    const { top, bottom } = one.region.box;
    for (let y = top; y <= bottom; y++) {
      if (onLine[y].some((other) => isEcho(one, other, spacingPx))) return false;
    }
    return true;
  });
}

function isEcho(one: Strong, other: Strong, spacingPx: number): boolean {
  if (one.sign === other.sign || one.total >= other.total) return false;
  const [a, b] = [one.region.box, other.region.box];
  return Math.max(a.left - b.right, b.left - a.right) <= ECHO * spacingPx;
}

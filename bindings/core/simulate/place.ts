import type { Random } from '../random.ts';
import type { Vector } from './lattice.ts';
import type { DefectClass } from './motif.ts';
import { chance, pick, type Tables } from './tables.ts';
import type { Warp } from './warp.ts';

/** One defect: where its motif's origin is on the undistorted surface, px, and what sets it apart. */
export interface Placed {
  x: number;
  y: number;
  class: number;
  /** How often its lobes repeat along the row. */
  length: number;
  /** Direction of the motif's s axis: cosine and sine of the angle from the columns' axis. */
  cos: number;
  sin: number;
  /** Factors on the motif's heights and on the widths of its lobes. */
  height: number;
  widen: number;
}

export interface Crowd {
  /** How many are tried for. */
  count: number;
  /** Distance kept between their origins, px. */
  apart: number;
}

/** Chance that a scene may hold so many defects that they touch all over. */
const CROWDED = 0.2;
/** No defect's origin lies nearer to the border, px. */
const FROM_BORDER = 4;
/** Heights of one class scatter at least by this (logarithmic). */
const SCATTER = 0.1;
/** They sit off their sites by this, row spacings. */
const JITTER = 0.04;

/** From a few defects in the frame to hardly any perfect lattice between them. */
export function randomCrowd(
  tables: Tables,
  random: Random,
  spacing: number,
  area: number,
  coverage: number | undefined,
): Crowd {
  const cells = area / (spacing * spacing);
  const most = chance(random, CROWDED) ? 300 : 110;
  const cap = Math.max(4, most * (area / (208 * 208)));
  const apart =
    spacing * (chance(random, 0.15) ? random.between(0.8, 1.6) : random.between(1.6, 3.2));
  const drawn = chance(random, 0.25)
    ? tables.logBetween(random, 0.004, 0.04)
    : (spacing * spacing) / (2.2 * apart * apart);
  if (coverage !== undefined) return { count: Math.round(coverage * cells), apart };
  return { count: Math.round(Math.min(cap, drawn * cells)), apart };
}

/** Where a surface lets defects sit, and how they lie there. */
export interface Sites {
  /** Along the rows; its length does not matter. */
  a: Vector;
  spacing: number;
  /** Directions that the lattice does not tell apart. */
  turns: readonly number[];
  /** Turns by which the lattice lies there otherwise than `a`: on every other terrace, say. */
  turned?(x: number, y: number): number;
  /** The site nearest to (x, y), px; undefined where none is fit. */
  site(x: number, y: number): Vector | undefined;
}

/** Draw defects at random sites; classes are unequally frequent and none is left out for long. */
export function placeOnLattice(
  tables: Tables,
  random: Random,
  { a, spacing, turns, site, turned }: Sites,
  classes: readonly DefectClass[],
  crowd: Crowd,
  warp: Warp,
): Placed[] {
  const { rows, columns } = warp;
  const shares = classes.map(() => -tables.log(1 - random.uniform()));
  const along = Math.sqrt(a.x * a.x + a.y * a.y);
  const placed: Placed[] = [];
  for (let tries = 0; placed.length < crowd.count && tries < 30 * crowd.count; tries++) {
    const column = random.between(FROM_BORDER, columns - FROM_BORDER);
    const row = random.between(FROM_BORDER, rows - FROM_BORDER);
    const there = warp.surfaceAt(column, row);
    const at = site(there.x, there.y);
    if (!at) continue;
    const seen = warp.pixelAt(at.x, at.y);
    if (!isInside(seen.x, columns) || !isInside(seen.y, rows)) continue;
    if (placed.some((other) => squared(other, at) < crowd.apart * crowd.apart)) continue;
    const number = chance(random, 0.6) ? drawShare(random, shares) : random.below(classes.length);
    const { length, fixed, height, variety } = classes[number];
    const turn = (fixed ? 0 : pick(random, turns)) + (turned ? turned(at.x, at.y) : 0);
    const [c, s] = [tables.cosine(turn), tables.cosine(turn - 0.25)];
    const jitter = JITTER * spacing;
    placed.push({
      x: at.x + jitter * tables.normal(random),
      y: at.y + jitter * tables.normal(random),
      class: number,
      length: length[0] + random.below(length[1] - length[0] + 1),
      cos: (a.x * c - a.y * s) / along,
      sin: (a.y * c + a.x * s) / along,
      height: height * tables.logNormal(random, Math.max(SCATTER, variety)),
      widen: tables.logNormal(random, variety),
    });
  }
  return placed;
}

/** An index, each with its share's chance. */
function drawShare(random: Random, shares: readonly number[]): number {
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  let index = 0;
  while (index < shares.length - 1 && left >= shares[index]) left -= shares[index++];
  return index;
}

function isInside(position: number, size: number): boolean {
  return position >= FROM_BORDER && position <= size - 1 - FROM_BORDER;
}

function squared(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

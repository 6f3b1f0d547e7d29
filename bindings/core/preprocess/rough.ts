import { cutOut } from '../cut.ts';
import { LARGEST } from './lattice.ts';
import { levelAlike, levelRoughly, roughSide } from './level.ts';
import { fillMissing } from './missing.ts';
import type { Settings } from './options.ts';
import { stepEdges } from './step-edges.ts';

/** Planes (rows, columns), and where they were measured. */
interface Picture {
  planes: Float64Array[];
  valid: Uint8Array;
  rows: number;
  columns: number;
}

/** A picture to look for a lattice in. */
interface Rough extends Picture {
  /** The same with the steps that there are; null where there are none. */
  stepped: Float64Array[] | null;
  /** Longer waves than this, px, can be what is left of the steps. */
  longestPx: number;
}

/** Waves that are longer than so many of the blocks whose terraces were levelled. */
const LONGEST = 1.5;

/**
 * The middle of a picture, as much of it as a lattice is looked for in, level enough for that: without tilt and bow, and
 * without steps where there are any, whose staircase would outdo the atoms.
 */
export function roughlyLevel(
  picture: Picture,
  { level, smallestTerrace }: Pick<Settings, 'level' | 'smallestTerrace'>,
): Rough {
  const middle = middleOf(picture, LARGEST);
  const { planes, valid, rows, columns } = middle;
  const smooth = planes.map((plane) => levelRoughly(plane, valid, rows, columns));
  const plain = { ...middle, planes: smooth, stepped: null, longestPx: Infinity };
  if (level === 'off') return plain;
  const blockPx = roughSide(rows, columns);
  const results = levelAlike(planes, valid, rows, columns, {
    order: level,
    flatten: true,
    smallestTerrace,
    blockPx,
  });
  const [{ terraces, terraceCount }] = results;
  if (terraceCount === 1) return plain;
  // What is left of a step's edge is no wave; nor is a gap, so that it is filled from beside.
  const edges = stepEdges(terraces, rows, columns, blockPx >> 1);
  const inside = valid.map((measured, i) => measured & ~edges[i]);
  return {
    ...middle,
    planes: results.map(({ heights }) => fillMissing(heights, inside, rows, columns)),
    stepped: smooth,
    longestPx: LONGEST * blockPx,
  };
}

/** At most `most` lines and columns; the picture itself where it has no more. */
function middleOf(picture: Picture, most: number): Picture {
  const rows = Math.min(most, picture.rows);
  const columns = Math.min(most, picture.columns);
  if (rows === picture.rows && columns === picture.columns) return picture;
  const top = (picture.rows - rows) >> 1;
  const left = (picture.columns - columns) >> 1;
  const cut = <T extends Float64Array | Uint8Array>(from: T, to: T): T =>
    cutOut(from, picture.columns, { top, left, rows, columns }, to);
  return {
    planes: picture.planes.map((plane) => cut(plane, new Float64Array(rows * columns))),
    valid: cut(picture.valid, new Uint8Array(rows * columns)),
    rows,
    columns,
  };
}

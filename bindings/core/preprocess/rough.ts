import { LARGEST } from './lattice.ts';
import { levelAlike, levelRoughly, roughSide } from './level.ts';
import type { Settings } from './options.ts';
import { edgeReach, stepEdges } from './step-edges.ts';

/** Planes (rows, columns) to look at, and where. */
interface Picture {
  planes: Float64Array[];
  valid: Uint8Array;
  rows: number;
  columns: number;
}

/**
 * The middle of a picture, as much of it as a lattice is looked for in, level enough for that: without tilt and bow, and
 * without steps where there are any, whose staircase would outdo the atoms.
 */
export function roughlyLevel(
  picture: Picture,
  { level, smallestTerrace }: Pick<Settings, 'level' | 'smallestTerrace'>,
): Picture {
  const middle = middleOf(picture, LARGEST);
  const { planes, valid, rows, columns } = middle;
  const smooth = () => planes.map((plane) => levelRoughly(plane, valid, rows, columns));
  if (level === 'off') return { ...middle, planes: smooth() };
  const blockPx = roughSide(rows, columns);
  const results = levelAlike(planes, valid, rows, columns, {
    order: level,
    flatten: true,
    smallestTerrace,
    blockPx,
  });
  const [{ terraces, terraceCount }] = results;
  if (terraceCount === 1) return { ...middle, planes: smooth() };
  const edges = stepEdges(terraces, rows, columns, edgeReach(blockPx));
  return {
    ...middle,
    planes: results.map(({ heights }) => heights),
    valid: valid.map((measured, i) => measured & ~edges[i]),
  };
}

/** At most `most` lines and columns; the picture itself where it has no more. */
function middleOf(picture: Picture, most: number): Picture {
  const rows = Math.min(most, picture.rows);
  const columns = Math.min(most, picture.columns);
  if (rows === picture.rows && columns === picture.columns) return picture;
  const top = (picture.rows - rows) >> 1;
  const left = (picture.columns - columns) >> 1;
  const cut = <T extends Float64Array | Uint8Array>(from: T, to: T): T => {
    for (let y = 0; y < rows; y++) {
      const start = (top + y) * picture.columns + left;
      to.set(from.subarray(start, start + columns), y * columns);
    }
    return to;
  };
  return {
    planes: picture.planes.map((plane) => cut(plane, new Float64Array(rows * columns))),
    valid: cut(picture.valid, new Uint8Array(rows * columns)),
    rows,
    columns,
  };
}

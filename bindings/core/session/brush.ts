import type { Position, Run } from './types.ts';

/**
 * The pixels that a round brush covers on its way along `path` (at least one position), as runs in
 * raster order. A pixel is covered when its centre lies within `radius` pixels of the path, or the
 * path begins in it, so that the thinnest brush still paints. Pixels outside are left out.
 */
export function strokeRuns(
  path: readonly Position[],
  radius: number,
  rows: number,
  columns: number,
): Run[] {
  const covered = new Map<number, Set<number>>();
  const cover = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= columns || y >= rows) return;
    const row = covered.get(y) ?? new Set();
    covered.set(y, row.add(x));
  };
  path.forEach((point, i) => {
    const from = path[Math.max(0, i - 1)];
    cover(Math.round(point.x), Math.round(point.y));
    const top = Math.ceil(Math.min(from.y, point.y) - radius);
    const left = Math.ceil(Math.min(from.x, point.x) - radius);
    for (let y = top; y <= Math.max(from.y, point.y) + radius; y++) {
      for (let x = left; x <= Math.max(from.x, point.x) + radius; x++) {
        if (squaredDistance({ x, y }, from, point) <= radius * radius) cover(x, y);
      }
    }
  });
  return [...covered.keys()].sort((a, b) => a - b).flatMap((y) => runsOfRow(y, covered.get(y)!));
}

/** From a point to the segment between two others. */
function squaredDistance(point: Position, a: Position, b: Position): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length = dx * dx + dy * dy;
  const along = length && ((point.x - a.x) * dx + (point.y - a.y) * dy) / length;
  const t = Math.max(0, Math.min(1, along));
  const x = a.x + t * dx - point.x;
  const y = a.y + t * dy - point.y;
  return x * x + y * y;
}

function runsOfRow(row: number, columns: ReadonlySet<number>): Run[] {
  const runs: [number, number, number][] = [];
  for (const column of [...columns].sort((a, b) => a - b)) {
    const last = runs[runs.length - 1];
    if (last && last[1] + last[2] === column) last[2]++;
    else runs.push([row, column, 1]);
  }
  return runs;
}

/** Those of the runs' pixels that `isFree` accepts, by (column, row), as runs again. */
export function clipRuns(runs: readonly Run[], isFree: (x: number, y: number) => boolean): Run[] {
  return runs.flatMap(([row, column, length]) => {
    const free = new Set<number>();
    for (let x = column; x < column + length; x++) if (isFree(x, row)) free.add(x);
    return runsOfRow(row, free);
  });
}

/** Number of pixels and centroid of runs that hold at least one pixel. */
export function measureRuns(runs: readonly Run[]): { areaPx: number } & Position {
  let areaPx = 0;
  let sumX = 0;
  let sumY = 0;
  for (const [row, column, length] of runs) {
    areaPx += length;
    sumX += length * (column + (length - 1) / 2);
    sumY += length * row;
  }
  return { areaPx, x: sumX / areaPx, y: sumY / areaPx };
}

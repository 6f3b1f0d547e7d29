import { basename } from 'node:path';
import { type PointRow, readPointsCsv, SupportError, type SupportPoint } from '../index.ts';
import { readFile } from './scan-options.ts';

/** Positions from a CSV file with columns x_px and y_px. */
export function readPoints(path: string): PointRow[] {
  const points = readPointsCsv(new TextDecoder().decode(readFile(path)), basename(path));
  if (points.length === 0) throw new SupportError(`${basename(path)}: holds no point.`);
  return points;
}

/** Labelled examples from a CSV file with columns x_px, y_px and label. */
export function readSupport(path: string): SupportPoint[] {
  return readPoints(path).map(({ x, y, label, line }) => {
    if (label === null) {
      throw new SupportError(`${basename(path)}, line ${line}: expected a label, found none.`);
    }
    return { x, y, label };
  });
}

/** Refuse points outside the scan, by the line that holds them. */
export function checkInside(
  path: string,
  points: readonly PointRow[],
  rows: number,
  columns: number,
): void {
  for (const { x, y, line } of points) {
    if (!(x >= -0.5 && y >= -0.5 && x <= columns - 0.5 && y <= rows - 0.5)) {
      throw new SupportError(
        `${basename(path)}, line ${line}: (${x}, ${y}) is outside the scan of ${columns} x ${rows} pixels.`,
      );
    }
  }
}

import { basename } from 'node:path';
import {
  isInside,
  isReservedLabel,
  type PointRow,
  readPointsCsv,
  SupportError,
  type SupportPoint,
} from '../index.ts';
import type { InputFiles } from './files.ts';

/** Positions from a CSV file with columns x_px and y_px, none of them outside the scan. */
export function readPoints(
  files: InputFiles,
  role: string,
  path: string,
  size: { rows: number; columns: number },
): PointRow[] {
  const name = basename(path);
  const points = readPointsCsv(files.readText(role, path), name);
  if (points.length === 0) throw new SupportError(`${name}: holds no point.`);
  for (const point of points) {
    if (!isInside(point, size)) {
      throw new SupportError(
        `${name}, line ${point.line}: (${point.x}, ${point.y}) is outside the scan of ${size.columns} x ${size.rows} pixels.`,
      );
    }
  }
  return points;
}

/** Labelled examples from a CSV file with columns x_px, y_px and label. */
export function readSupport(
  files: InputFiles,
  role: string,
  path: string,
  size: { rows: number; columns: number },
): SupportPoint[] {
  return readPoints(files, role, path, size).map(({ x, y, label, line }) => {
    if (label === null) {
      throw new SupportError(`${basename(path)}, line ${line}: expected a label, found none.`);
    }
    if (isReservedLabel(label)) {
      throw new SupportError(
        `${basename(path)}, line ${line}: '${label}' is no name for a class: it is kept for defects without one.`,
      );
    }
    return { x, y, label };
  });
}

import { SupportError } from './errors.ts';
import type { Levelled } from './preprocess/levelled.ts';
import type { Step } from './scan.ts';

/** A position in the file's own pixels: x the column, y the row, origin at the top-left pixel centre. */
export interface Point {
  x: number;
  y: number;
}

/** A labelled example. */
export interface SupportPoint extends Point {
  label: string;
}

/** A scan made ready: what every later step of the pipeline works on. */
export interface Prepared {
  /** The file's own grid. */
  rows: number;
  columns: number;
  /** Size of one of the file's pixels, null when the physical size is not known. */
  pixelXNm: number | null;
  pixelYNm: number | null;
  channels: ChannelUsed[];
  levelled: Levelled;
  steps: Step[];
  warnings: string[];
}

/** What a result must say of a channel that it rests on. */
export interface ChannelUsed {
  /** name:direction */
  name: string;
  unit: string;
  biasV: number | null;
  setpointA: number | null;
  angleDeg: number | null;
}

/** Whether a point lies on one of the scan's pixels. */
export function isInside({ x, y }: Point, size: Pick<Prepared, 'rows' | 'columns'>): boolean {
  return x >= -0.5 && y >= -0.5 && x <= size.columns - 0.5 && y <= size.rows - 0.5;
}

/** Throws SupportError for a point that is on none of the scan's pixels. */
export function checkInside(points: readonly Point[], prepared: Prepared): void {
  const { rows, columns } = prepared;
  for (const [index, point] of points.entries()) {
    if (!isInside(point, prepared)) {
      throw new SupportError(
        `point ${index + 1}: (${point.x}, ${point.y}) is outside the scan of ${columns} x ${rows} pixels.`,
      );
    }
  }
}

/** The same place on the levelled grid. */
export function toWorkingGrid({ scaleX, scaleY }: Levelled, { x, y }: Point): Point {
  return { x: (x + 0.5) * scaleX - 0.5, y: (y + 0.5) * scaleY - 0.5 };
}

import type { Kernels } from '../../../bindings/core/kernels.ts';
import { Random } from '../../../bindings/core/random.ts';

/** A made scan, (rows, columns), nm. */
export interface Made {
  rows: number;
  columns: number;
  heights: Float64Array;
}

export function make(
  rows: number,
  columns: number,
  height: (x: number, y: number) => number,
): Made {
  const heights = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) heights[y * columns + x] = height(x, y);
  }
  return { rows, columns, heights };
}

export function allValid({ rows, columns }: Made): Uint8Array {
  return new Uint8Array(rows * columns).fill(1);
}

/** Normal noise of standard deviation sigma added to a copy. */
export function noisy(kernels: Kernels, made: Made, sigma: number, seed: number): Made {
  const random = new Random(seed);
  return { ...made, heights: made.heights.map((h) => h + sigma * kernels.normal(random)) };
}

/** Round bright (positive) and dark features of radius px, at seeded places, in a copy. */
export function withDefects(
  made: Made,
  count: number,
  radius: number,
  depth: number,
  seed: number,
): Made {
  const random = new Random(seed);
  const heights = Float64Array.from(made.heights);
  for (let k = 0; k < count; k++) {
    const cx = random.below(made.columns);
    const cy = random.below(made.rows);
    const height = random.uniform() < 0.5 ? depth : -depth;
    for (let y = Math.max(0, cy - radius); y <= Math.min(made.rows - 1, cy + radius); y++) {
      for (let x = Math.max(0, cx - radius); x <= Math.min(made.columns - 1, cx + radius); x++) {
        if ((x - cx) ** 2 + (y - cy) ** 2 <= radius * radius)
          heights[y * made.columns + x] += height;
      }
    }
  }
  return { ...made, heights };
}

export function mostAbsolute(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** Least-squares rise of heights across the image along x and along y, over pixels where keep is 1. */
export function tilt(made: Made, keep: ArrayLike<number>): { x: number; y: number } {
  let n = 0;
  let sx = 0;
  let sy = 0;
  let sh = 0;
  for (let i = 0; i < made.heights.length; i++) {
    if (!keep[i]) continue;
    n++;
    sx += i % made.columns;
    sy += Math.floor(i / made.columns);
    sh += made.heights[i];
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  let xh = 0;
  let yh = 0;
  for (let i = 0; i < made.heights.length; i++) {
    if (!keep[i]) continue;
    const x = (i % made.columns) - sx / n;
    const y = Math.floor(i / made.columns) - sy / n;
    const h = made.heights[i] - sh / n;
    xx += x * x;
    yy += y * y;
    xy += x * y;
    xh += x * h;
    yh += y * h;
  }
  const d = xx * yy - xy * xy;
  return {
    x: ((xh * yy - yh * xy) / d) * made.columns,
    y: ((yh * xx - xh * xy) / d) * made.rows,
  };
}

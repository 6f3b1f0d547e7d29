import type { Levelled } from '../preprocess/levelled.ts';

/**
 * The grid on which segmentation works: the levelled one, reduced by a whole factor when the scan
 * resolves each lattice row by many more pixels than telling defects from rows needs.
 */
export interface Grid {
  rows: number;
  columns: number;
  /** (rows, columns) each; invalid pixels hold what preprocessing filled in. */
  planes: Float32Array[];
  valid: Uint8Array;
  /** Levelled pixels per grid pixel, along x and y. */
  factor: number;
  /** Row spacing of the lattice in grid pixels. */
  period: number;
}

/** Pixels per lattice row that are enough: twice the paper's 4 to 5 on Si(001). */
const ENOUGH = 8;

export function makeGrid(levelled: Levelled, periodPx: number): Grid {
  const { rows, columns, planes, valid } = levelled;
  // Never so far that nothing is left of a small picture.
  const most = Math.max(1, Math.floor(Math.min(rows, columns) / 16));
  const factor = Math.min(most, Math.max(1, Math.floor(periodPx / ENOUGH)));
  if (factor === 1) return { rows, columns, planes, valid, factor, period: periodPx };
  const reduced = planes.map((plane) => reduce(plane, rows, columns, factor));
  const covered = reduce(Float32Array.from(valid), rows, columns, factor);
  return {
    rows: covered.rows,
    columns: covered.columns,
    planes: reduced.map(({ plane }) => plane),
    valid: Uint8Array.from(covered.plane, (fraction) => (fraction >= 0.5 ? 1 : 0)),
    factor,
    period: periodPx / factor,
  };
}

/**
 * Nearest cluster of each levelled pixel (rows, columns): distances to the k centres, (k, grid rows,
 * grid columns), are interpolated bilinearly, so that outlines follow the picture and not the grid.
 */
export function nearestCluster(
  distances: Float32Array,
  k: number,
  grid: Grid,
  rows: number,
  columns: number,
): Uint8Array {
  const out = new Uint8Array(rows * columns);
  const image = grid.rows * grid.columns;
  const { factor } = grid;
  const nearest = new Float64Array(columns);
  for (let y = 0; y < rows; y++) {
    const v = position(y, factor, grid.rows);
    nearest.fill(Infinity);
    for (let c = 0; c < k; c++) {
      const upper = c * image + v.low * grid.columns;
      const lower = c * image + v.high * grid.columns;
      for (let x = 0; x < columns; x++) {
        const u = position(x, factor, grid.columns);
        const top = mix(distances[upper + u.low], distances[upper + u.high], u.weight);
        const bottom = mix(distances[lower + u.low], distances[lower + u.high], u.weight);
        const distance = mix(top, bottom, v.weight);
        if (distance < nearest[x]) {
          nearest[x] = distance;
          out[y * columns + x] = c;
        }
      }
    }
  }
  return out;
}

/** A mask of the grid on the levelled pixels (rows, columns): interpolated, cut at one half. */
export function enlargeMask(
  mask: Uint8Array,
  grid: Grid,
  rows: number,
  columns: number,
): Uint8Array {
  if (grid.factor === 1) return mask;
  // Nearest of "off" and "on".
  const distances = new Float32Array(2 * mask.length);
  distances.set(mask);
  for (let i = 0; i < mask.length; i++) distances[mask.length + i] = 1 - mask[i];
  return nearestCluster(distances, 2, grid, rows, columns);
}

/** The two grid pixels around a levelled pixel's centre and the second one's weight. */
function position(at: number, factor: number, length: number) {
  const exact = Math.min(length - 1, Math.max(0, (at + 0.5) / factor - 0.5));
  const low = Math.floor(exact);
  return { low, high: Math.min(length - 1, low + 1), weight: exact - low };
}

function mix(a: number, b: number, weight: number): number {
  return a + (b - a) * weight;
}

/** Means of factor x factor blocks; the last ones may be smaller. */
function reduce(
  plane: Float32Array,
  rows: number,
  columns: number,
  factor: number,
): { plane: Float32Array; rows: number; columns: number } {
  const outRows = Math.ceil(rows / factor);
  const outColumns = Math.ceil(columns / factor);
  const sums = new Float64Array(outRows * outColumns);
  const counts = new Int32Array(outRows * outColumns);
  for (let y = 0; y < rows; y++) {
    const line = Math.floor(y / factor) * outColumns;
    for (let x = 0; x < columns; x++) {
      const to = line + Math.floor(x / factor);
      sums[to] += plane[y * columns + x];
      counts[to]++;
    }
  }
  const means = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) means[i] = sums[i] / counts[i];
  return { plane: means, rows: outRows, columns: outColumns };
}

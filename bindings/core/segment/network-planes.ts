import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { resample, resampleMask } from '../resample.ts';
import { select } from '../select.ts';

/** Row spacing at which the segmentation network works, px. */
export const WORKING_SPACING = 6;
/** Planes per channel: heights, and what is left of them without the lattice. */
export const PLANES = 2;

/** Heights of this many deviations still count nearly in full; taller ones saturate at as many. */
const SATURATION = 8;
/** One deviation becomes this. */
const GAIN = 0.5;
/** The residual's unit is at least this part of the heights', or a noiseless lattice would be all defects. */
const LEAST_RESIDUAL = 0.1;
/** Scales the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;
/** Smaller pictures hold nothing to compare with. */
const SMALLEST = 16;

/** What the network sees of a scan: without unit and scale. */
export interface NetworkPlanes {
  rows: number;
  columns: number;
  /** (2, rows, columns) for each channel of the scan. */
  channels: Float32Array[];
  /** (rows, columns) */
  valid: Uint8Array;
}

/**
 * Bring a levelled scan and its residuals to the working pixel, at which `spacingPx` levelled pixels
 * become WORKING_SPACING, and each plane to its median and robust deviation, softly limited.
 */
export function networkPlanes(
  kernels: Kernels,
  levelled: Pick<Levelled, 'rows' | 'columns' | 'planes' | 'valid'>,
  residuals: readonly Float32Array[],
  spacingPx: number,
): NetworkPlanes {
  const { rows: fromRows, columns: fromColumns } = levelled;
  const scale = WORKING_SPACING / spacingPx;
  const rows = Math.max(SMALLEST, Math.round(fromRows * scale));
  const columns = Math.max(SMALLEST, Math.round(fromColumns * scale));
  const n = rows * columns;
  const scratch = new Float32Array(n);
  const valid = resampleMask(kernels, levelled.valid, fromRows, fromColumns, rows, columns);
  const channels = levelled.planes.map((plane, c) => {
    const planes = new Float32Array(PLANES * n);
    const toWorking = (from: Float32Array, to: Float32Array) =>
      resample(kernels, from, fromRows, fromColumns, rows, columns, to);
    const heights = toWorking(plane, planes.subarray(0, n));
    const residual = toWorking(residuals[c], planes.subarray(n));
    const unit = robust(heights, valid, scratch);
    const residualUnit = robust(residual, valid, scratch);
    residualUnit.deviation = Math.max(residualUnit.deviation, LEAST_RESIDUAL * unit.deviation);
    limit(heights, unit);
    limit(residual, residualUnit);
    return planes;
  });
  return { rows, columns, channels, valid };
}

/** Median and robust standard deviation of what was measured. Overwrites `values`, as long as the plane. */
function robust(
  plane: Float32Array,
  valid: Uint8Array,
  values: Float32Array,
): { centre: number; deviation: number } {
  // Plain loops: a large scan has ten million pixels.
  let n = 0;
  for (let i = 0; i < plane.length; i++) if (valid[i]) values[n++] = plane[i];
  if (n === 0) return { centre: 0, deviation: 0 };
  const centre = select(values, n >> 1, n);
  for (let i = 0; i < n; i++) values[i] = Math.abs(values[i] - centre);
  return { centre, deviation: MAD_TO_SIGMA * select(values, n >> 1, n) };
}

/** Heights in deviations, softly limited; all 0 where they do not differ. In place. */
function limit(
  plane: Float32Array,
  { centre, deviation }: { centre: number; deviation: number },
): void {
  if (!(deviation > 0)) {
    plane.fill(0);
    return;
  }
  for (let i = 0; i < plane.length; i++) {
    const z = (plane[i] - centre) / deviation;
    plane[i] = (GAIN * z) / Math.sqrt(1 + (z * z) / (SATURATION * SATURATION));
  }
}

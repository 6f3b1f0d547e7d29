import type { Step } from '../scan.ts';

/**
 * A scan made flat: what segmentation, cropping and embedding work on. One plane per channel used
 * (one or two), all on the same grid of square pixels.
 */
export interface Levelled {
  rows: number;
  columns: number;
  /** Heights above the local terrace, (rows, columns) each, nm when `heightUnit` says so; no NaN. */
  planes: Float32Array[];
  heightUnit: 'nm' | 'arbitrary';
  /** 1 where the value was measured, 0 where it was filled in (NaN, unfinished). (rows, columns) */
  valid: Uint8Array;
  /** For each plane the same of its channel alone; undefined where all of it was measured. (rows, columns) each */
  measured?: (Uint8Array | undefined)[];
  /** 1 where a scar was interpolated in any channel. (rows, columns) */
  disturbed?: Uint8Array;
  /** 1 beside a border between terraces, where a height has no terrace to count from. (rows, columns) */
  stepEdges?: Uint8Array;
  /** 1 as far beside such a border as a blunt tip may round it off: for whoever has only heights to go by. (rows, columns) */
  roundedSteps?: Uint8Array;
  /** Row spacing of the lattice in pixels of this grid, null where none stands out. */
  rowSpacingPx?: number | null;
  /** What repeats over less cannot be the lattice, pixels of this grid; 0 where nothing says so. */
  shortestPeriodPx?: number;
  /** Side of a pixel of this grid, null when the scan's physical size is not known. */
  pixelNm: number | null;
  /** Pixels of this grid per pixel of the file's grid, along x and y. */
  scaleX: number;
  scaleY: number;
  /** What was done, in order, with parameters and findings. */
  steps: Step[];
  warnings: string[];
}

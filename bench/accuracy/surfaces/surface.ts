import type { Kernels } from '../../../bindings/node/index.ts';

/** A labelled defect, in whole pixels as a person would click it. */
export interface LabelledPoint {
  x: number;
  y: number;
  label: string;
}

/** A test scan with its truth. */
export interface Surface {
  name: string;
  /** Heights in nm as recorded, tilt and noise included, (rows, columns) each: two biases, or two directions. */
  planes: [Float32Array, Float32Array];
  rows: number;
  columns: number;
  pixelNm: number;
  points: LabelledPoint[];
  /** Every defect's middle, named or not, px. */
  centres: { x: number; y: number }[];
  /** 1 where a defect changes the noise-free height of either plane by a third of its own peak there. (rows, columns) */
  mask: Uint8Array;
}

/** The same seed gives the same bits. */
export type MakeSurface = (kernels: Kernels, seed: number) => Surface;

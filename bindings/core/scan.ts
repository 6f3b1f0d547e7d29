/** Which way the tip moved along the fast axis while this image was recorded. */
export type Direction = 'forward' | 'backward' | 'unknown';

/** Pixels of one channel, row-major; row 0 is the top of the scanned area, column 0 its left. */
export type Pixels = Float32Array | Float64Array;

/**
 * One image of a scan. Values are in `unit`, an SI unit without prefix ('m', 'A', 'V', ...),
 * or '' when the file does not say. NaN marks pixels that were not measured.
 */
export interface Channel {
  name: string;
  unit: string;
  direction: Direction;
  rows: number;
  columns: number;
  /** (rows, columns), row 0 at the top, whatever order the file stores. */
  pixels: Pixels;
  /** Physical size of the image, null when the file does not say. */
  widthNm: number | null;
  heightNm: number | null;
  /** Rotation of the scan frame, degrees as the instrument states it. */
  angleDeg: number | null;
  /** Sample bias; null when the file does not say. */
  biasV: number | null;
  /** Set-point current; null when the file does not say. */
  setpointA: number | null;
  /** The slow axis: which way lines followed each other. */
  slow: 'up' | 'down' | 'unknown';
}

/** Everything read from one file. */
export interface Scan {
  /** The file's name, without folders. */
  name: string;
  /**
   * The format's short name: 'npy', 'nanonis-sxm', 'nanonis-3ds', 'omicron-matrix', 'createc', 'rhk-sm4', 'wsxm',
   * 'nanosurf-nid', 'igor', 'nanoscope', 'gwy', 'gsf', 'png', 'tiff', 'aarhus-mul'.
   */
  format: string;
  channels: Channel[];
  /** The file's own header, flattened to text, for the record. */
  header: Record<string, string>;
  /** What a user should know: unfinished scan, missing parameter, guessed value. */
  warnings: string[];
}

/** One entry of the record of what was done to a scan, with its parameters and what it found. */
export interface Step {
  name: string;
  [parameter: string]: unknown;
}

/** A fresh channel with nothing known but its pixels. */
export function makeChannel(
  name: string,
  pixels: Pixels,
  rows: number,
  columns: number,
  known: Partial<Channel> = {},
): Channel {
  return {
    name,
    unit: '',
    direction: 'unknown',
    rows,
    columns,
    pixels,
    widthNm: null,
    heightNm: null,
    angleDeg: null,
    biasV: null,
    setpointA: null,
    slow: 'unknown',
    ...known,
  };
}

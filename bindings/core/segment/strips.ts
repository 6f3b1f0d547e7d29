/**
 * One vector per grid pixel, handed out strip by strip, and made so too where they would not lie in memory together.
 * Strips give the same bits whatever their height.
 */
export interface Strips {
  /** Length of a pixel's vector. */
  dimension: number;
  /** Rows to read at a time; every strip but the last has this height. */
  stripRows: number;
  /** Scale each component to unit variance before clustering: its own unit means nothing. */
  standardise: boolean;
  /** 1 where a network that made the vectors itself thinks a defect likelier than not. (rows, columns) */
  likely?: Uint8Array;
  /** What a user should know of the vectors. */
  warnings?: string[];
  /** Vectors of rows top..bottom-1, (rows, columns, dimension); top is a multiple of stripRows or of 32. */
  read(top: number, bottom: number): Float32Array;
}

import { median } from './statistics.ts';

/** Medians over square blocks: a coarse image that single defects and noise do not reach. */
export interface Blocks {
  rows: number;
  columns: number;
  /** Median height of each block, (rows, columns). */
  heights: Float64Array;
  /** 1 where at least half of the block's pixels were measured. */
  used: Uint8Array;
  /** First pixel row of each block, and one more for the end; likewise columns. */
  rowEdges: Int32Array;
  columnEdges: Int32Array;
}

/** Blocks of about side x side pixels of heights (rows, columns). */
export function blockMedians(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  side: number,
): Blocks {
  const rowEdges = edges(rows, side);
  const columnEdges = edges(columns, side);
  const blockRows = rowEdges.length - 1;
  const blockColumns = columnEdges.length - 1;
  const medians = new Float64Array(blockRows * blockColumns);
  const used = new Uint8Array(medians.length);
  const scratch = new Float64Array((side + 1) * (side + 1) * 4);
  for (let r = 0; r < blockRows; r++) {
    for (let c = 0; c < blockColumns; c++) {
      let n = 0;
      for (let y = rowEdges[r]; y < rowEdges[r + 1]; y++) {
        for (let x = columnEdges[c]; x < columnEdges[c + 1]; x++) {
          if (valid[y * columns + x]) scratch[n++] = heights[y * columns + x];
        }
      }
      const area = (rowEdges[r + 1] - rowEdges[r]) * (columnEdges[c + 1] - columnEdges[c]);
      if (2 * n < area) continue;
      used[r * blockColumns + c] = 1;
      medians[r * blockColumns + c] = median(scratch, n);
    }
  }
  return { rows: blockRows, columns: blockColumns, heights: medians, used, rowEdges, columnEdges };
}

function edges(size: number, side: number): Int32Array {
  const count = Math.max(1, Math.round(size / side));
  return Int32Array.from({ length: count + 1 }, (_, i) => Math.floor((i * size) / count));
}

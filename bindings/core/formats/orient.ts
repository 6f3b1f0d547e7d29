/**
 * Position of stored pixel (row, column) in an image whose row 0 is the top and column 0 the left,
 * as a start and a stride per row and per column, so that a reader flips while it decodes.
 */
export interface Walk {
  start: number;
  rowStep: number;
  columnStep: number;
}

export function walk(rows: number, columns: number, flipRows: boolean, flipColumns: boolean): Walk {
  return {
    start: (flipRows ? (rows - 1) * columns : 0) + (flipColumns ? columns - 1 : 0),
    rowStep: flipRows ? -columns : columns,
    columnStep: flipColumns ? -1 : 1,
  };
}

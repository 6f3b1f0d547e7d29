/**
 * Where on the surface each pixel looks: a drifting, creeping or lagging scanner does not record a
 * square grid. Everything in pixels; the shift along y is the same for a whole line.
 */
export class Warp {
  readonly rows: number;
  readonly columns: number;
  /** Surface x of every pixel (rows, columns). */
  readonly x: Float64Array;
  /** Surface y of every line (rows). */
  readonly y: Float64Array;

  /** shiftX(row, column) and shiftY(row) are added to a pixel's own place; smooth and small in slope. */
  constructor(
    rows: number,
    columns: number,
    shiftX: (row: number, column: number) => number,
    shiftY: (row: number) => number,
  ) {
    this.rows = rows;
    this.columns = columns;
    this.x = new Float64Array(rows * columns);
    this.y = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      this.y[row] = row + shiftY(row);
      for (let column = 0; column < columns; column++) {
        this.x[row * columns + column] = column + shiftX(row, column);
      }
    }
  }

  /** The place on the surface that the scan shows at a pixel position. */
  surfaceAt(column: number, row: number): { x: number; y: number } {
    const i = clamp(Math.floor(row), 0, this.rows - 2);
    const j = clamp(Math.floor(column), 0, this.columns - 2);
    const at = i * this.columns + j;
    const right = column - j;
    const down = row - i;
    const above = this.x[at] + right * (this.x[at + 1] - this.x[at]);
    const under = at + this.columns;
    const below = this.x[under] + right * (this.x[under + 1] - this.x[under]);
    return { x: above + down * (below - above), y: this.y[i] + down * (this.y[i + 1] - this.y[i]) };
  }

  /** The pixel position at which the scan shows a place on the surface. */
  pixelAt(x: number, y: number): { x: number; y: number } {
    let column = x;
    let row = y;
    for (let round = 0; round < 12; round++) {
      const seen = this.surfaceAt(column, row);
      column += x - seen.x;
      row += y - seen.y;
    }
    return { x: column, y: row };
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

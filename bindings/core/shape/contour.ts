/** A closed polygon's corner, px: x the column, y the row. */
export type Corner = [x: number, y: number];

/** Values on a grid that reaches one pixel beyond a box: `at(x, y)` for left - 1 <= x <= right + 1. */
export interface Field {
  left: number;
  top: number;
  right: number;
  bottom: number;
  at(x: number, y: number): number;
}

/**
 * Outline of where a field is at least `level`, which has to be above the values around its box:
 * closed polygons, corners between pixels by linear interpolation, clockwise as a picture is seen,
 * holes the other way round. Marching squares (Lorensen and Cline 1987 in two dimensions); where two
 * corners face each other they are joined.
 */
export function outline(field: Field, level: number): Corner[][] {
  const width = field.right - field.left + 3;
  const height = field.bottom - field.top + 3;
  const above = Float64Array.from(
    { length: width * height },
    (_, i) => field.at(field.left - 1 + (i % width), field.top - 1 + Math.floor(i / width)) - level,
  );
  const next: Segments = new Map();
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) addSegments(above, width, x, y, next);
  }
  const polygons: Corner[][] = [];
  for (const start of next.keys()) {
    const polygon: Corner[] = [];
    for (let key = start; ; ) {
      const segment = next.get(key);
      if (!segment) break;
      next.delete(key);
      const [x, y] = segment.corner;
      polygon.push([x + field.left - 1, y + field.top - 1]);
      key = segment.to;
    }
    if (polygon.length > 2) polygons.push(polygon);
  }
  return polygons;
}

/** Segments by the side of a square that they begin at, with their first corner. */
type Segments = Map<number, { to: number; corner: Corner }>;

/** Sides of a square of four pixel centres: 0 top, 1 right, 2 bottom, 3 left. */
type Side = 0 | 1 | 2 | 3;

/** Segments (from side, to side) for each of the 16 patterns of corners inside; inside on the right. */
const SEGMENTS: readonly (readonly [Side, Side])[][] = [
  [],
  [[0, 3]],
  [[1, 0]],
  [[1, 3]],
  [[2, 1]],
  [
    [0, 1],
    [2, 3],
  ],
  [[2, 0]],
  [[2, 3]],
  [[3, 2]],
  [[0, 2]],
  [
    [1, 2],
    [3, 0],
  ],
  [[1, 2]],
  [[3, 1]],
  [[0, 1]],
  [[3, 0]],
  [],
];

function addSegments(
  above: Float64Array,
  width: number,
  x: number,
  y: number,
  next: Segments,
): void {
  const i = y * width + x;
  // Clockwise from the top left.
  const [a, b, c, d] = [above[i], above[i + 1], above[i + width + 1], above[i + width]];
  const pattern = (a >= 0 ? 1 : 0) | (b >= 0 ? 2 : 0) | (c >= 0 ? 4 : 0) | (d >= 0 ? 8 : 0);
  for (const [from, to] of SEGMENTS[pattern]) {
    next.set(keyOf(i, width, from), {
      to: keyOf(i, width, to),
      corner: crossing(x, y, from, [a, b, c, d]),
    });
  }
}

/** Number of a square's side, the same for the two squares that share it: even across, odd down. */
function keyOf(i: number, width: number, side: Side): number {
  if (side === 0) return 2 * i;
  if (side === 2) return 2 * (i + width);
  return side === 3 ? 2 * i + 1 : 2 * (i + 1) + 1;
}

function crossing(x: number, y: number, side: Side, [a, b, c, d]: number[]): Corner {
  const part = (from: number, to: number) => from / (from - to);
  if (side === 0) return [x + part(a, b), y];
  if (side === 1) return [x + 1, y + part(b, c)];
  if (side === 2) return [x + part(d, c), y + 1];
  return [x, y + part(a, d)];
}

/** Area of a closed polygon, px squared: positive when it runs clockwise as a picture is seen. */
export function signedArea(polygon: readonly Corner[]): number {
  let twice = 0;
  polygon.forEach(([x, y], k) => {
    const [nextX, nextY] = polygon[(k + 1) % polygon.length];
    twice += x * nextY - nextX * y;
  });
  return twice / 2;
}

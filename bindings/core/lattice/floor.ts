import { select } from '../select.ts';

/** Bins per side of the squares at whose middle the floor is known; it is interpolated between. */
const TILE = 12;
/** Bins to either side that a median looks at, and every how many of them. */
const REACH = 12;
const STRIDE = 2;
/** So near to an axis, offsets of lines and the like hold power of their own. */
const AXIS = 1;
/** Bins to either side along an axis. */
const AXIS_REACH = 20;

/**
 * Power that is usual near each bin of a half plane (half, rows): the local median, or the median
 * of the ring of equal frequency where that is more, or that of the neighbours along an axis.
 */
export function powerFloor(power: Float64Array, rows: number, columns: number): Float64Array {
  const half = (columns >> 1) + 1;
  const floor = localMedians(power, rows, half);
  const rings = ringMedians(power, rows, columns, half);
  const smaller = Math.min(rows, columns);
  for (let c = 0; c < half; c++) {
    for (let r = 0; r < rows; r++) {
      const i = c * rows + r;
      const ring = rings[ringOf(c, r, rows, columns, smaller)];
      if (floor[i] < ring) floor[i] = ring;
    }
  }
  raiseAxes(power, floor, rows, half);
  return floor;
}

/** Frequency from the middle, in bins of the smaller side. */
export function ringOf(
  c: number,
  r: number,
  rows: number,
  columns: number,
  smaller: number,
): number {
  const fx = (c * smaller) / columns;
  const fy = ((r <= rows / 2 ? r : r - rows) * smaller) / rows;
  return Math.round(Math.sqrt(fx * fx + fy * fy));
}

function ringMedians(
  power: Float64Array,
  rows: number,
  columns: number,
  half: number,
): Float64Array {
  const smaller = Math.min(rows, columns);
  const rings: number[][] = Array.from({ length: smaller + 1 }, () => []);
  for (let c = AXIS + 1; c < half; c++) {
    for (let r = 0; r < rows; r++) {
      if (r <= AXIS || r >= rows - AXIS) continue;
      const ring = ringOf(c, r, rows, columns, smaller);
      // Every third bin of the large rings is enough.
      if (ring > 32 && (c + r) % 3 !== 0) continue;
      rings[ring].push(power[c * rows + r]);
    }
  }
  return Float64Array.from(rings, (ring) =>
    ring.length > 0 ? select(Float64Array.from(ring), ring.length >> 1) : 0,
  );
}

function localMedians(power: Float64Array, rows: number, half: number): Float64Array {
  const down = Math.max(1, Math.round(rows / TILE));
  const across = Math.max(1, Math.round((half - 1) / TILE));
  const grid = new Float64Array((across + 1) * down);
  for (let a = 0; a <= across; a++) {
    const c = Math.round((a * (half - 1)) / across);
    for (let d = 0; d < down; d++) {
      const r = Math.round((d * rows) / down);
      grid[a * down + d] = medianAround(power, rows, half, c, r);
    }
  }
  const floor = new Float64Array(power.length);
  for (let c = 0; c < half; c++) {
    const x = (c * across) / Math.max(1, half - 1);
    const a = Math.min(across - 1, Math.floor(x));
    for (let r = 0; r < rows; r++) {
      const y = (r * down) / rows;
      const d = Math.floor(y);
      const next = d + 1 < down ? d + 1 : 0;
      const left = grid[a * down + d] * (1 + d - y) + grid[a * down + next] * (y - d);
      const right = grid[(a + 1) * down + d] * (1 + d - y) + grid[(a + 1) * down + next] * (y - d);
      floor[c * rows + r] = left * (1 + a - x) + right * (x - a);
    }
  }
  return floor;
}

/** Median of the square around a bin; frequencies wrap along y and end along x. */
function medianAround(
  power: Float64Array,
  rows: number,
  half: number,
  c: number,
  r: number,
): number {
  const reach = Math.min(REACH, (rows - 1) >> 1);
  const left = Math.max(AXIS + 1, c - REACH);
  const right = Math.min(half - 1, Math.max(c, left) + REACH);
  const values = new Float64Array((2 * REACH + 1) * (2 * REACH + 1));
  let n = 0;
  for (let x = left; x <= right; x++) {
    for (let dy = -reach + (x & 1); dy <= reach; dy += STRIDE) {
      values[n++] = power[x * rows + ((r + dy + rows) % rows)];
    }
  }
  return n > 0 ? select(values, n >> 1, n) : 0;
}

/** Beside the axes the floor is at least the median of the neighbours along the axis. */
function raiseAxes(power: Float64Array, floor: Float64Array, rows: number, half: number): void {
  const values = new Float64Array(2 * AXIS_REACH + 1);
  const raise = (at: (k: number) => number, k: number) => {
    for (let d = -AXIS_REACH; d <= AXIS_REACH; d++) values[d + AXIS_REACH] = power[at(k + d)];
    const usual = select(values, AXIS_REACH);
    if (floor[at(k)] < usual) floor[at(k)] = usual;
  };
  for (let c = 0; c <= AXIS; c++) {
    const at = (k: number) => c * rows + ((k + 2 * rows) % rows);
    for (let r = 0; r < rows; r++) raise(at, r);
  }
  for (let dr = -AXIS; dr <= AXIS; dr++) {
    const r = (dr + rows) % rows;
    const at = (k: number) => Math.min(half - 1, Math.abs(k)) * rows + r;
    for (let c = 0; c < half; c++) raise(at, c);
  }
}

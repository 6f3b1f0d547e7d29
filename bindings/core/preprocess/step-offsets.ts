import { blurX } from './blur.ts';
import { median, spread } from './statistics.ts';

/** Lines compared lie this part of the image apart: farther than a step's rounded edge reaches. */
const LAG = 1 / 32;
/** They are blurred over this part of a line to either side, so that noise and atoms count less. */
const SOFT = 1 / 128;
/** One line in so many tells how much lines differ. */
const SPARSE = 3;
/** Differences farther out than this many spreads belong to another terrace or to a defect. */
const MASK = 3;
const ROUNDS = 4;
/** A line says nothing when less than this part of it agrees. */
const SHARE = 0.2;

/**
 * What sums of differences between neighbouring lines leave in heights (rows, columns): offsets of
 * lines, (rows). Where a step runs at an angle to the lines, each line rises a little at a few places, too
 * little to be masked, and the sum of that is the whole step, tilting all else. Between lines farther
 * apart the same places differ by the step's whole height and are masked with ease; what such lines
 * say in the mean is spread over the lines between them.
 */
export function offsetsOfSteps(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
): Float64Array {
  const offsets = new Float64Array(rows);
  const lag = Math.max(4, Math.round(rows * LAG));
  if (rows < 4 * lag) return offsets;
  const soft = blurX(heights, rows, columns, Math.max(1, Math.round(columns * SOFT)));
  const differences = new Float64Array(columns);
  const gather = (y: number): number => {
    let n = 0;
    for (let i = y * columns; i < (y + 1) * columns; i++) {
      const j = i - lag * columns;
      if (valid[i] && valid[j]) differences[n++] = soft[i] - soft[j];
    }
    return n;
  };
  const spreads: number[] = [];
  for (let y = lag; y < rows; y += SPARSE) {
    const n = gather(y);
    if (n < columns / 8) continue;
    const centre = median(differences, n);
    spreads.push(spread(differences, n, centre));
  }
  if (spreads.length === 0) return offsets;
  const limit = MASK * median(Float64Array.from(spreads));

  const rises = new Float64Array(rows);
  const pairs = new Int32Array(rows);
  for (let y = lag; y < rows; y++) {
    const n = gather(y);
    const rise = n < columns / 8 ? null : meanNearZero(differences, n, limit);
    if (rise === null) continue;
    for (let k = y - lag + 1; k <= y; k++) {
      rises[k] += rise / lag;
      pairs[k]++;
    }
  }
  for (let y = 1; y < rows; y++) {
    offsets[y] = offsets[y - 1] + (pairs[y] > 0 ? rises[y] / pairs[y] : 0);
  }
  return offsets;
}

/**
 * The mean of what lies within limit of that mean itself, nearest to 0: where a wide feature or another
 * terrace fills most of a line, the rest decides. Null when that is too little.
 */
function meanNearZero(differences: Float64Array, n: number, limit: number): number | null {
  let centre = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < n; i++) {
      const d = differences[i] - centre;
      if (d > limit || d < -limit) continue;
      sum += d;
      count++;
    }
    if (count === 0 || count < SHARE * n) return null;
    centre += sum / count;
  }
  return centre;
}

import { factorise } from '../cholesky.ts';
import type { Kernels } from '../kernels.ts';
import type { Anchor, Scratch, Squares } from './comparison.ts';
import { evenly } from './evenly.ts';
import { toPrototypes } from './prototypes.ts';

const ITERATIONS = 2;
/** Of what falls to a class, the share that is surest of it: the rest may be another class's. */
const SUREST = 0.5;
/** Ridge on the scatter, in mean squared residuals: what has not been seen to vary may vary by so much. */
const RIDGE = 0.4;
/** Fewer rows, or members, do not show how the members of a class differ. */
const FEWEST = 8;
/** Of a class's examples so many, evenly taken, are members: naming must not wait for a large library. */
const MOST_EXAMPLES = 8;
/** A class of fewer members counts for less than another. */
const FULL = 6;

/** A row that is taken for a class's own. */
interface Member extends Anchor {
  group: number;
  /** Of its residual: classes of six members and of sixty count the same. */
  weight: number;
}

/**
 * Distances in which differences that members of one class have among themselves count for little: Fisher's linear
 * discriminant (Fisher 1936, the multiple discriminants of Rao 1948) with the scatter within the classes taken from what
 * is not labelled, since one example shows none. The members of a class are its examples and the surest half of
 * what falls to it; with residuals e_i from their class's mean the squared distance of x and y becomes
 *
 *   lambda (x - y)^T (sum_i e_i e_i^T + lambda I)^-1 (x - y) = |x - y|^2 - |h(x) - h(y)|^2,
 *
 * where h(x) = L^-1 (e_i . x)_i and L L^T = (e_i . e_j)_ij + lambda I (Woodbury's identity): all of it out of squared
 * distances, never the vectors. The residual of an example that is not typical is among them, which is most of the gain; the
 * price is that a class that nothing but its example belongs to may lose to others.
 *
 * `own` are squared distances (rows, nWay) to the classes, by which the first members are chosen; returns those from the
 * examples in the new measure, or the same where there is too little to go by.
 */
export function discriminated(kernels: Kernels, squares: Squares, own: Float32Array): Float32Array {
  if (squares.nWay < 2 || squares.unlabelled.length < FEWEST) return own;
  let now = own;
  for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
    const members = surest(squares, now);
    const measure = members.length < FEWEST ? undefined : measureOf(members, squares.scratch);
    if (!measure) return own;
    const last = iteration === ITERATIONS;
    now = toPrototypes(remeasured(kernels, squares, measure, last));
  }
  return now;
}

/** The examples, and of the rows that are not labelled those that are nearest to a class by the largest margin. */
function surest(
  { nWay, labels, examples, unlabelled }: Squares,
  distances: Float32Array,
): Member[] {
  const fallen = Array.from({ length: nWay }, () => [] as { anchor: Anchor; margin: number }[]);
  for (const anchor of unlabelled) {
    const row = distances.subarray(anchor.row * nWay, (anchor.row + 1) * nWay);
    let best = 0;
    for (let c = 1; c < nWay; c++) if (row[c] < row[best]) best = c;
    const second = row.reduce((least, d, c) => (c === best ? least : Math.min(least, d)), Infinity);
    const margin = row[best] > 0 ? second / row[best] : second > 0 ? Infinity : 1;
    fallen[best].push({ anchor, margin });
  }
  return fallen.flatMap((some, group) => {
    const sorted = some.sort((a, b) => b.margin - a.margin || a.anchor.row - b.anchor.row);
    const own = examples.filter((_, e) => labels[e] === group);
    const anchors = [
      ...sorted.slice(0, Math.ceil(SUREST * some.length)).map(({ anchor }) => anchor),
      ...evenly(own.length, MOST_EXAMPLES).map((i) => own[i]),
    ];
    if (anchors.length < 2) return [];
    const weight = 1 / Math.sqrt(Math.max(FULL, anchors.length));
    return anchors.map((anchor) => ({ ...anchor, group, weight }));
  });
}

interface Measure {
  members: readonly Member[];
  /** L, the lower triangle (members, members). */
  factor: Float64Array;
}

/** None where the members of every class are the same. */
function measureOf(members: readonly Member[], scratch: Scratch): Measure | undefined {
  const n = members.length;
  const room = (use: string) => scratch.f64(use, n * n);
  // e_i . x_j, and then less its mean over the group of j: e_i . e_j, which is symmetric
  const products = residuals(
    members,
    n,
    room('products'),
    (i, j) => members[i].squares[members[j].row],
  );
  const factor = residuals(members, n, room('factor'), (i, j) => -2 * products[j * n + i]);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += factor[i * n + i];
  const ridge = (RIDGE * trace) / n;
  if (!(ridge > 0)) return undefined;
  for (let i = 0; i < n; i++) factor[i * n + i] += ridge;
  factorise(factor, n, ridge);
  return { members, factor };
}

/**
 * e_i . x up to what does not depend on x, (members, count), from the squared distances of each of so many x and each
 * member: minus half of them, less the mean over the member's group, times its weight. Into `values`.
 */
function residuals(
  members: readonly Member[],
  count: number,
  values: Float64Array,
  squareOf: (i: number, x: number) => number,
): Float64Array {
  const mean = new Float64Array(count);
  for (let first = 0; first < members.length; ) {
    const { group, weight } = members[first];
    mean.fill(0);
    let end = first;
    for (; members[end]?.group === group; end++) {
      fill(values, end * count, count, (x) => squareOf(end, x));
      addTimes(mean, 0, values, end * count, count, 1);
    }
    const size = end - first;
    for (; first < end; first++) {
      addTimes(values, first * count, mean, 0, count, -1 / size);
      scale(values, first * count, count, -0.5 * weight);
    }
  }
  return values;
}

/**
 * The distances from examples in the new measure, all others as they were. All rows, and examples as seen from beside them too, only if that is asked for: members
 * are chosen without.
 */
function remeasured(kernels: Kernels, squares: Squares, measure: Measure, whole: boolean): Squares {
  const { examples, places, unlabelled, middle, scratch } = squares;
  const { members } = measure;
  const length = middle.squares.length;
  const rows = whole
    ? Array.from({ length }, (_, row) => row)
    : [...examples, ...unlabelled].map(({ row }) => row);
  const seen = examples.map((one, e) => [one.squares, ...(whole ? places[e] : [])]);
  const toSeen = seen.flat();
  const explained = kernels.squaredDifferences(
    explainedBy(measure, toSeen.length, scratch, 'seen', (i, x) => toSeen[x][members[i].row]),
    explainedBy(measure, rows.length, scratch, 'rows', (i, x) => members[i].squares[rows[x]]),
    members.length,
    scratch.f32('explained', toSeen.length * rows.length),
  );
  const now = scratch.f64(whole ? 'whole' : 'part', 2 * examples.length * length).fill(Infinity);
  let taken = 0;
  const keepLeast = (least: Float64Array, of: Float64Array) => {
    const part = explained.subarray(taken, taken + rows.length);
    keepLeastLeft(least, of, part, rows);
    taken += rows.length;
  };
  const own: Anchor[] = [];
  const tolerant = seen.map(([first, ...others], e) => {
    const at = 2 * e * length;
    const [alone, least] = [
      now.subarray(at, at + length),
      now.subarray(at + length, at + 2 * length),
    ];
    keepLeast(alone, first);
    own.push({ row: examples[e].row, squares: alone });
    least.set(alone);
    for (const other of others) keepLeast(least, other);
    return least;
  });
  return { ...squares, examples: own, tolerant };
}

/** h of so many x, (count, members), from squared distances of each from each member. */
function explainedBy(
  { members, factor }: Measure,
  count: number,
  scratch: Scratch,
  use: string,
  squareOf: (i: number, x: number) => number,
): Float32Array {
  const n = members.length;
  const h = residuals(members, count, scratch.f64(use, n * count), squareOf);
  for (let i = 0; i < n; i++) {
    let k = 0;
    for (; k + 3 < i; k += 4) lessFour(h, i * count, k * count, count, factor, i * n + k);
    for (; k < i; k++) addTimes(h, i * count, h, k * count, count, -factor[i * n + k]);
    scale(h, i * count, count, 1 / factor[i * n + i]);
  }
  const all = scratch.f32(use, count * n);
  for (let i = 0; i < n; i++) spread(all, i, n, h, i * count, count);
  return all;
}

// Innermost loops stand alone, see comparison.ts.

function fill(to: Float64Array, at: number, count: number, value: (x: number) => number): void {
  for (let x = 0; x < count; x++) to[at + x] = value(x);
}

function addTimes(
  sums: Float64Array,
  at: number,
  values: Float64Array,
  from: number,
  count: number,
  factor: number,
): void {
  for (let x = 0; x < count; x++) sums[at + x] += factor * values[from + x];
}

/** Row less four rows from another on, times four factors: a third of the loads and stores of one after the other. */
function lessFour(
  rows: Float64Array,
  at: number,
  from: number,
  count: number,
  factors: Float64Array,
  first: number,
): void {
  const [a, b, c, d] = factors.subarray(first, first + 4);
  for (let x = 0; x < count; x++) {
    const i = from + x;
    rows[at + x] -=
      a * rows[i] + b * rows[i + count] + c * rows[i + 2 * count] + d * rows[i + 3 * count];
  }
}

function scale(values: Float64Array, at: number, count: number, factor: number): void {
  for (let x = 0; x < count; x++) values[at + x] *= factor;
}

function spread(
  to: Float32Array,
  at: number,
  step: number,
  values: Float64Array,
  from: number,
  count: number,
): void {
  for (let x = 0; x < count; x++) to[at + x * step] = values[from + x];
}

/** The least of what was there and of what is left of a squared distance, of the rows given. */
function keepLeastLeft(
  least: Float64Array,
  squares: Float64Array,
  explained: Float32Array,
  rows: readonly number[],
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const left = Math.max(0, squares[row] - explained[i]);
    if (left < least[row]) least[row] = left;
  }
}

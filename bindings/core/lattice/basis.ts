import type { Frequency } from './peaks.ts';

/** A wave that the basis is looked for among; heavier ones count for more. */
export interface Candidate extends Frequency {
  weight: number;
  prominence: number;
}

/** Which multiples of the two basic frequencies a wave is, and what it was before sampling folded it. */
export interface Indexed {
  h: number;
  k: number;
  unfolded: Frequency;
}

/** Two basic frequencies, or one where there are only rows. */
export interface Basis {
  first: Frequency;
  second: Frequency | null;
  /** A third wave agrees: two may be of different origin. */
  confirmed: boolean;
}

/** Higher multiples than these are not believed, of two frequencies and of rows alone. */
const HIGHEST = 3;
const HIGHEST_OF_ROWS = 8;
/** An overtone is lower than this part of its wave. */
const FAINT = 0.25;
/** Cosine of the angle and ratio of lengths to within which a lattice counts as hexagonal or square. */
const RIGHT = 0.035;
const EQUAL = 0.03;
/** Sine of the angle below which two frequencies point the same way. */
const PARALLEL = 0.15;
/** Bases that explain as much as this part of the best one are as good; the smallest cell wins. */
const AS_GOOD = 0.97;
/** How much more a basis counts that a third wave confirms. */
const CONFIRMED = 1.5;

/**
 * The two candidates of which most weight is whole multiples. `isThere` tells whether there is
 * power at a frequency, too little to be a candidate but not little beside a prominence. Null without two that differ in direction.
 */
export function chooseBasis(
  candidates: readonly Candidate[],
  tolerance: number,
  isThere: (frequency: Frequency, least: number) => boolean,
): Basis | null {
  const pairs: { basis: Basis & { second: Frequency }; score: number; area: number }[] = [];
  // Overtones of the strongest, faint and folded by sampling, seem to point anywhere.
  const [strongest] = candidates;
  const overtones = new Set(
    candidates.filter(
      (wave) =>
        wave === strongest ||
        (wave.weight < FAINT * strongest.weight && isMultiple(wave, strongest, tolerance)),
    ),
  );
  candidates.forEach((first, i) => {
    for (const second of candidates.slice(i + 1)) {
      if (overtones.has(first) && overtones.has(second)) continue;
      if (areParallel(first, second)) continue;
      const area = Math.abs(cross(first, second));
      const basis = { first, second, confirmed: false };
      const { sum, mixed } = explained(basis, candidates, tolerance);
      basis.confirmed =
        mixed ||
        symmetric(first, second) ||
        [1, -1].some((times) =>
          isThere(added(first, second, times), Math.min(first.prominence, second.prominence)),
        );
      pairs.push({ basis, score: basis.confirmed ? CONFIRMED * sum : sum, area });
    }
  });
  const best = Math.max(0, ...pairs.map(({ score }) => score));
  const [chosen] = pairs
    .filter(({ score }) => score >= AS_GOOD * best)
    .sort((a, b) => b.area - a.area);
  if (!chosen) return null;
  const { first, second, confirmed } = chosen.basis;
  const basis = { ...reduce(first, second), confirmed };
  // Of a long and narrow cell the waves may be too high multiples of the shortest vectors.
  return [first, second].every((wave) => indexOf(wave, basis, tolerance)) ? basis : null;
}

function isMultiple(wave: Frequency, first: Frequency, tolerance: number): boolean {
  return indexOf(wave, { first, second: null, confirmed: false }, tolerance) !== null;
}

/** Equal lengths at 60, 90 or 120 degrees are no chance. */
function symmetric(first: Frequency, second: Frequency): boolean {
  const [a, b] = [lengthOf(first), lengthOf(second)];
  const cos = Math.abs(first.fx * second.fx + first.fy * second.fy) / (a * b);
  return Math.abs(a - b) < EQUAL * a && (cos < RIGHT || Math.abs(cos - 0.5) < RIGHT);
}

/** Weight explained by a basis, and whether a wave that is a multiple of neither alone is part of it. */
function explained(basis: Basis, candidates: readonly Candidate[], tolerance: number) {
  let sum = 0;
  let mixed = false;
  for (const wave of candidates) {
    const index = indexOf(wave, basis, tolerance);
    if (!index) continue;
    sum += wave.weight;
    mixed ||= index.h !== 0 && index.k !== 0;
  }
  return { sum, mixed };
}

/** The slowest candidate of which the first, the strongest, is a multiple. */
export function chooseRows(candidates: readonly Candidate[], tolerance: number): Basis {
  let first: Frequency = candidates[0];
  for (const wave of candidates) {
    if (lengthOf(wave) >= lengthOf(first)) continue;
    const rows = { first: wave, second: null, confirmed: false };
    if (indexOf(candidates[0], rows, tolerance)) first = wave;
  }
  return { first, second: null, confirmed: false };
}

/** Which multiple of a basis a wave is, null if none; sampling may have folded its frequency. */
export function indexOf(wave: Frequency, basis: Basis, tolerance: number): Indexed | null {
  const highest = basis.second ? HIGHEST : HIGHEST_OF_ROWS;
  for (const [m, n] of FOLDS) {
    const unfolded = { fx: wave.fx + m, fy: wave.fy + n };
    const [h, k] = coordinates(unfolded, basis);
    const order = Math.abs(h) + Math.abs(k);
    if (order === 0 || Math.abs(h) > highest || Math.abs(k) > highest) continue;
    const dx = unfolded.fx - h * basis.first.fx - k * (basis.second?.fx ?? 0);
    const dy = unfolded.fy - h * basis.first.fy - k * (basis.second?.fy ?? 0);
    const allowed = tolerance * (1 + order / 4);
    if (dx * dx + dy * dy <= allowed * allowed) return { h, k, unfolded };
  }
  return null;
}

/** As measured first, then beyond either end of what the pixels can tell. */
const FOLDS: readonly [number, number][] = [
  [0, 0],
  ...[-2, -1, 0, 1, 2].flatMap((m) => [-2, -1, 0, 1, 2].map((n): [number, number] => [m, n])),
];

function coordinates(wave: Frequency, { first, second }: Basis): [h: number, k: number] {
  if (!second) {
    const size = first.fx * first.fx + first.fy * first.fy;
    return [Math.round((wave.fx * first.fx + wave.fy * first.fy) / size), 0];
  }
  const area = cross(first, second);
  return [Math.round(cross(wave, second) / area), Math.round(cross(first, wave) / area)];
}

/** The shortest two frequencies of the same lattice (Gauss's reduction). */
function reduce(first: Frequency, second: Frequency): { first: Frequency; second: Frequency } {
  let [a, b] = lengthOf(first) <= lengthOf(second) ? [first, second] : [second, first];
  for (;;) {
    const times = Math.round((a.fx * b.fx + a.fy * b.fy) / (a.fx * a.fx + a.fy * a.fy));
    b = added(b, a, -times);
    if (lengthOf(b) >= lengthOf(a)) return { first: a, second: b };
    [a, b] = [b, a];
  }
}

export function added(a: Frequency, b: Frequency, times: number): Frequency {
  return { fx: a.fx + times * b.fx, fy: a.fy + times * b.fy };
}

export function cross(a: Frequency, b: Frequency): number {
  return a.fx * b.fy - a.fy * b.fx;
}

/** Whether two frequencies point the same way, and so span no lattice. */
export function areParallel(a: Frequency, b: Frequency): boolean {
  return Math.abs(cross(a, b)) < PARALLEL * lengthOf(a) * lengthOf(b);
}

export function lengthOf({ fx, fy }: Frequency): number {
  return Math.sqrt(fx * fx + fy * fy);
}

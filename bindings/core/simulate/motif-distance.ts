import type { DefectClass } from './motif.ts';
import type { Tables } from './tables.ts';

/** Grid on which two motifs are compared, row spacings. */
const HALF = 2.4;
const STEP = 0.4;
const SIDE = 2 * Math.round(HALF / STEP) + 1;
const SHIFTS = [-1, 0, 1];

/**
 * How much two classes differ in what is visible of them, each about its own centre: root of the
 * squared difference over that of the larger one, at the best fitting of the given turns and at
 * shifts by up to one step of the grid. 0 for the same picture; Infinity when their lengths do not meet.
 */
export function motifDistance(
  tables: Tables,
  one: DefectClass,
  other: DefectClass,
  turns: readonly number[],
): number {
  if (one.length[0] > other.length[1] || other.length[0] > one.length[1]) return Infinity;
  const length = Math.max(one.length[0], other.length[0]);
  const first = sample(tables, one, length, 0);
  const size = Math.max(energy(first), energy(sample(tables, other, length, 0)));
  let least = Infinity;
  const free = one.fixed && other.fixed ? [0] : turns;
  for (const turn of free) {
    const second = sample(tables, other, length, turn);
    for (const down of SHIFTS) {
      for (const right of SHIFTS) least = Math.min(least, difference(first, second, down, right));
    }
  }
  return Math.sqrt(least / size);
}

function sample(tables: Tables, motif: DefectClass, length: number, turn: number): Float64Array {
  const cos = tables.cosine(turn);
  const sin = tables.cosine(turn - 0.25);
  const centre = visibleCentre(motif);
  const values = new Float64Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const x = (j * STEP - HALF) * cos + (i * STEP - HALF) * sin + centre.s;
      const y = (i * STEP - HALF) * cos - (j * STEP - HALF) * sin + centre.t;
      for (const channel of [0, 1] as const) {
        const height = motif.height * motifHeight(tables, motif, length, 1, x, y, channel);
        values[(channel * SIDE + i) * SIDE + j] = height;
      }
    }
  }
  return values;
}

/** Middle of the lobes, weighted with what they displace in both channels. */
export function visibleCentre({ lobes }: DefectClass): { s: number; t: number } {
  let s = 0;
  let t = 0;
  let sum = 0;
  for (const lobe of lobes) {
    const weight =
      lobe.widthS * lobe.widthT * (Math.abs(lobe.height[0]) + Math.abs(lobe.height[1]));
    s += weight * lobe.s;
    t += weight * lobe.t;
    sum += weight;
  }
  return sum > 0 ? { s: s / sum, t: t / sum } : { s: 0, t: 0 };
}

/** Height at (s, t) of a motif that repeats `length` times along the row, `step` apart. */
export function motifHeight(
  tables: Tables,
  { lobes, ring }: DefectClass,
  length: number,
  step: number,
  s: number,
  t: number,
  channel: 0 | 1,
): number {
  let height = 0;
  for (const lobe of lobes) {
    if (lobe.height[channel] === 0) continue;
    const across = (t - lobe.t) / lobe.widthT;
    for (let i = 0; i < length; i++) {
      const along = (s - (lobe.s + i - (length - 1) / 2) * step) / lobe.widthS;
      height += lobe.height[channel] * tables.bell(along * along + across * across);
    }
  }
  if (ring) {
    const off = (Math.sqrt(s * s + t * t) - ring.radius) / ring.width;
    height += ring.height[channel] * tables.bell(off * off);
  }
  return height;
}

function energy(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function difference(
  first: Float64Array,
  second: Float64Array,
  down: number,
  right: number,
): number {
  let sum = 0;
  for (let channel = 0; channel < 2; channel++) {
    for (let i = 0; i < SIDE; i++) {
      for (let j = 0; j < SIDE; j++) {
        const to = i + down;
        const across = j + right;
        const inside = to >= 0 && to < SIDE && across >= 0 && across < SIDE;
        const one = first[(channel * SIDE + i) * SIDE + j];
        const other = inside ? second[(channel * SIDE + to) * SIDE + across] : 0;
        sum += (one - other) * (one - other);
      }
    }
  }
  return sum;
}

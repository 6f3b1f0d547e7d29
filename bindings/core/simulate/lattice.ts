import type { Random } from '../random.ts';
import { chance, pick, pickWeighted, type Tables } from './tables.ts';

export interface Vector {
  x: number;
  y: number;
}

export type LatticeKind = 'rows' | 'square' | 'hex' | 'oblique' | 'flat';

/** One wave of the corrugation: amplitude and phase (turns) in each channel. */
export interface Harmonic {
  /** Turns per a and per b; halves make a superstructure. */
  h: number;
  k: number;
  amplitude: [number, number];
  phase: [number, number];
}

/** A periodic surface in pixels; rows, where it has them, run along a. */
export interface Lattice {
  kind: LatticeKind;
  a: Vector;
  b: Vector;
  /** Distance of neighbouring rows (lines along a), px: the unit of the motifs of its defects. */
  spacing: number;
  /** Heights relative to the corrugation of channel 0, which is 1 from mean to crest. */
  harmonics: Harmonic[];
  /** Contrast of channel 1 against channel 0. */
  contrast: number;
}

/** Row spacings of levelled scans as trained on, px. */
const NARROWEST = 3.5;
const WIDEST = 9;

/** Any two-dimensional Bravais lattice or row pattern, in any direction, or no corrugation at all. */
export function randomLattice(tables: Tables, random: Random): Lattice {
  const spacing = tables.logBetween(random, NARROWEST, WIDEST);
  const kind = pickWeighted(random, {
    rows: 0.4,
    square: 0.15,
    hex: 0.2,
    oblique: 0.15,
    flat: 0.1,
  });
  const along = spacing * alongPerSpacing(random, kind);
  const between =
    kind === 'hex' ? Math.PI / 3 : kind === 'oblique' ? random.between(1, 2) : Math.PI / 2;
  const angle = random.between(0, 2 * Math.PI);
  const a = polar(tables, along, angle);
  const b = polar(tables, spacing / tables.sin(between), angle + between);
  const contrast = random.between(0.2, 1.5);
  return { kind, a, b, spacing, harmonics: randomHarmonics(random, kind, contrast), contrast };
}

function alongPerSpacing(random: Random, kind: LatticeKind): number {
  if (kind === 'rows') return pick(random, [0.5, 0.5, 0.45, 1]);
  if (kind === 'hex') return 2 / Math.sqrt(3);
  return kind === 'oblique' ? random.between(0.6, 1.3) : 1;
}

function randomHarmonics(random: Random, kind: LatticeKind, contrast: number): Harmonic[] {
  if (kind === 'flat') return [];
  const waves: [number, number][] = [
    [0, 1],
    [1, 0],
    [1, 1],
    [1, -1],
  ];
  if (chance(random, 0.25)) waves.push([0, 2]);
  // A superstructure: every other row or site differs.
  if (chance(random, 0.2))
    waves.push(
      pick(random, [
        [0.5, 0.5],
        [0, 0.5],
        [0.5, 1],
        [0.5, 0],
      ]),
    );
  const shifted = chance(random, 0.4);
  const shares = [drawShares(random, kind, waves), drawShares(random, kind, waves)];
  return waves.map(([h, k], i) => ({
    h,
    k,
    amplitude: [shares[0][i], shares[1][i] * contrast],
    phase: [0, shifted ? random.between(-1, 1) / (2 * Math.PI) : 0],
  }));
}

/** Amplitudes whose sum is 1. */
function drawShares(
  random: Random,
  kind: LatticeKind,
  waves: readonly (readonly [number, number])[],
): number[] {
  const shares = waves.map((_, i) => {
    if (i === 0) return 1;
    if (i === 1) return kind === 'rows' ? random.between(0, 0.5) : random.between(0.7, 1);
    return random.between(0, 0.3);
  });
  if (kind === 'hex') [shares[1], shares[2], shares[3]] = [1, 0, 1];
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** Height of the perfect surface at (x, y). */
export function latticeHeight(
  tables: Tables,
  { harmonics, a, b }: Lattice,
  x: number,
  y: number,
  channel: 0 | 1,
): number {
  const area = a.x * b.y - a.y * b.x;
  const u = (b.y * x - b.x * y) / area;
  const v = (a.x * y - a.y * x) / area;
  let height = 0;
  for (const { h, k, amplitude, phase } of harmonics) {
    height += amplitude[channel] * tables.cosine(h * u + k * v + phase[channel]);
  }
  return height;
}

/** The lattice site nearest to (x, y), in lattice coordinates rounded. */
export function nearestSite({ a, b }: Lattice, x: number, y: number): Vector {
  const area = a.x * b.y - a.y * b.x;
  const u = Math.round((b.y * x - b.x * y) / area);
  const v = Math.round((a.x * y - a.y * x) / area);
  return { x: u * a.x + v * b.x, y: u * a.y + v * b.y };
}

function polar(tables: Tables, length: number, angle: number): Vector {
  return { x: length * tables.cos(angle), y: length * tables.sin(angle) };
}

import { cross } from './basis.ts';
import type { Frequency } from './peaks.ts';

export interface Vector {
  x: number;
  y: number;
}

/** A wave's measured frequency, its multiples of the basis (halves for a superstructure), its weight. */
export interface Fitted {
  frequency: Frequency;
  h: number;
  k: number;
  weight: number;
}

/** A lattice: frequencies, and the vectors from site to site, px; rows only: from row to row. */
export interface Cell {
  first: Frequency;
  second: Frequency | null;
  a: Vector;
  b: Vector | null;
}

/** Less than this part of what independent waves span is rounding: they lie on one line. */
const ON_A_LINE = 1e-9;

/** The basis from all its waves, least squares; NaN where they lie on one line and two vectors are asked for. */
export function fitCell(waves: readonly Fitted[], rowsOnly: boolean): Cell {
  let [hh, hk, kk, hx, hy, kx, ky] = [0, 0, 0, 0, 0, 0, 0];
  for (const { frequency, h, k, weight } of waves) {
    hh += weight * h * h;
    hk += weight * h * k;
    kk += weight * k * k;
    hx += weight * h * frequency.fx;
    hy += weight * h * frequency.fy;
    kx += weight * k * frequency.fx;
    ky += weight * k * frequency.fy;
  }
  if (rowsOnly) return cellOf({ fx: hx / hh, fy: hy / hh }, null);
  const spanned = hh * kk - hk * hk;
  const determinant = spanned > ON_A_LINE * hh * kk ? spanned : Number.NaN;
  const first = { fx: (kk * hx - hk * kx) / determinant, fy: (kk * hy - hk * ky) / determinant };
  const second = { fx: (hh * kx - hk * hx) / determinant, fy: (hh * ky - hk * hy) / determinant };
  return cellOf(first, second);
}

/** Vectors of which one crosses one wave each: a of the first, none of the second, and so on. */
export function cellOf(first: Frequency, second: Frequency | null): Cell {
  if (!second) {
    const size = first.fx * first.fx + first.fy * first.fy;
    return { first, second, a: { x: first.fx / size, y: first.fy / size }, b: null };
  }
  const area = cross(first, second);
  return {
    first,
    second,
    a: { x: second.fy / area, y: -second.fx / area },
    b: { x: -first.fy / area, y: first.fx / area },
  };
}

/** The same lattice with the shorter vector first, pointing right, and no obtuse angle between the two. */
export function conventional({ first, second, a, b }: Cell): Cell {
  if (!second || !b) return pointsLeft(a) ? cellOf(negative(first), null) : cellOf(first, null);
  if (b.x * b.x + b.y * b.y < a.x * a.x + a.y * a.y) return conventional(cellOf(second, first));
  if (pointsLeft(a)) return conventional(cellOf(negative(first), second));
  if (a.x * b.x + a.y * b.y < 0) return cellOf(first, negative(second));
  return cellOf(first, second);
}

function pointsLeft({ x, y }: Vector): boolean {
  return x < 0 || (x === 0 && y < 0);
}

function negative({ fx, fy }: Frequency): Frequency {
  return { fx: -fx, fy: -fy };
}

import { findRegions, type Region } from '../regions.ts';
import type { Grid } from './grid.ts';
import type { Normalised } from './normalise.ts';

/**
 * Heights this many spreads off, over the area of one atom's trace, are no noise of the lattice: on
 * simulated lattices without defects the blurred noise reaches 4.2, weak single defects begin at 10.
 */
const STRONG = 5;
/** The outline is drawn where so much is left, and so much of the strongest within a row spacing. */
const OUTLINE = STRONG / 2;
const OUTLINE_SHARE = 1 / 3;
/** Beside the border the blur sees one side only, and the lattice does not fade: twice as much is asked. */
const STRONG_AT_BORDER = 2 * STRONG;
/** In squares of the row spacing: a single atom's trace, and more than a defect among few others covers. */
const SMALLEST = 0.15;
const LARGEST = 25;
/**
 * What holds this part of its height in two lines is a scar, and so is a line of which its neighbours
 * hold less than half: the tip images nothing so thin. Atoms have at most 0.6, and 0.8 beside them.
 */
const THIN = 0.75;
const ALONE = 0.5;

/** What a compact departure from the lattice is taken for. */
export type DepartureKind = 'defect' | 'weak' | 'scar' | 'beside a step' | 'too large';

/** Held by no more than this part: a mask that holds more has found it, and outlines it in its own way. */
const MISSED = 0.1;

/** Kinds that another number of clusters may yet find to be defects. */
const unexplained: readonly DepartureKind[] = ['weak', 'too large'];

const OPEN = 0;
const BORDER = 1;
const UNMEASURED = 2;

/** The departures of a picture, whatever its clusters. */
export interface Departures {
  /** Number of the departure at each grid pixel, from 1; 0 elsewhere. (rows, columns) */
  labels: Int32Array;
  /** kinds[label - 1] */
  kinds: DepartureKind[];
  /** 1 in scars and on the slopes of strong departures, which blurring made wide. (rows, columns) */
  refused: Uint8Array;
  /** What lies within half a row spacing of each grid pixel: OPEN, BORDER or UNMEASURED. (rows, columns) */
  beside: Uint8Array;
}

/**
 * Connected departures from the lattice, by hysteresis: outlined at half the height that one of
 * them must reach over an atom's area (Canny 1986). They need no cluster, so a single defect on
 * a clean surface is found, on which k-means spends none.
 */
export function findDepartures(grid: Grid, normalised: readonly Normalised[]): Departures {
  const { rows, columns, valid, period } = grid;
  const strength = new Float32Array(rows * columns);
  for (const { coarse } of normalised) {
    for (let i = 0; i < strength.length; i++) {
      const size = Math.abs(coarse[i]);
      if (valid[i] && size > strength[i]) strength[i] = size;
    }
  }
  const strongest = largestAround(strength, rows, columns, Math.round(period));
  const outlined = new Uint8Array(strength.length);
  const refused = new Uint8Array(strength.length);
  for (let i = 0; i < strength.length; i++) {
    const isSlope = strongest[i] > STRONG && strength[i] <= OUTLINE_SHARE * strongest[i];
    if (isSlope) refused[i] = 1;
    else if (strength[i] > OUTLINE) outlined[i] = 1;
  }
  const { labels, regions } = findRegions(outlined, rows, columns);
  const beside = surroundings(grid);
  const kinds = regions.map((region): DepartureKind => {
    const { core, besideStep } = measure(region, labels, strength, beside, columns);
    if (core < Math.max(1, SMALLEST * period * period)) return 'weak';
    if (region.areaPx > LARGEST * period * period) return 'too large';
    if (2 * besideStep > region.areaPx) return 'beside a step';
    if (isThin(region, labels, normalised, columns)) return 'scar';
    return 'defect';
  });
  for (let i = 0; i < labels.length; i++) if (kinds[labels[i] - 1] === 'scar') refused[i] = 1;
  return { labels, kinds, refused, beside };
}

/**
 * 1 for each departure, by label, that is a defect and of which a mask of the grid (rows, columns)
 * holds next to nothing.
 */
export function rareDefects({ labels, kinds }: Departures, mask: Uint8Array): Uint8Array {
  const area = new Int32Array(kinds.length + 1);
  const held = new Int32Array(kinds.length + 1);
  for (let i = 0; i < labels.length; i++) {
    area[labels[i]]++;
    held[labels[i]] += mask[i];
  }
  return Uint8Array.from(area, (pixels, label) =>
    label > 0 && kinds[label - 1] === 'defect' && held[label] <= MISSED * pixels ? 1 : 0,
  );
}

/** 1 at the pixels of the departures taken, taken[label]. (rows, columns) */
export function maskOf({ labels }: Departures, taken: Uint8Array): Uint8Array {
  const mask = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) mask[i] = taken[labels[i]];
  return mask;
}

/** The grid with scars counted as not measured: they are no part of the lattice, nor defects. */
export function withoutScars(grid: Grid, { labels, kinds }: Departures): Grid {
  if (!kinds.includes('scar')) return grid;
  const valid = grid.valid.map((value, i) => (kinds[labels[i] - 1] === 'scar' ? 0 : value));
  return { ...grid, valid };
}

export function countOf({ kinds }: Departures, kind: DepartureKind): number {
  return kinds.filter((other) => other === kind).length;
}

/** 1 where a mask of the grid holds a pixel, or a departure that is a defect or known to be none. */
export function accountedFor({ labels, kinds, beside }: Departures, mask: Uint8Array): Uint8Array {
  const known = Uint8Array.from([0, ...kinds.map((kind) => (unexplained.includes(kind) ? 0 : 1))]);
  return mask.map((value, i) => (value || known[labels[i]] || beside[i] !== OPEN ? 1 : 0));
}

/** Strong pixels of a region, and those beside a pixel that was not measured. */
function measure(
  region: Region,
  labels: Int32Array,
  strength: Float32Array,
  beside: Uint8Array,
  columns: number,
) {
  const { left, right, top, bottom } = region.box;
  let core = 0;
  let besideStep = 0;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const at = y * columns + x;
      if (labels[at] !== region.id) continue;
      if (strength[at] > (beside[at] === OPEN ? STRONG : STRONG_AT_BORDER)) core++;
      if (beside[at] === UNMEASURED) besideStep++;
    }
  }
  return { core, besideStep };
}

function surroundings({ rows, columns, valid, period }: Grid): Uint8Array {
  const near = Math.max(2, Math.round(period / 2));
  const along = new Uint8Array(rows * columns);
  const beside = new Uint8Array(rows * columns);
  for (let y = 0; y < rows; y++) widen(valid, along, y * columns, 1, columns, near);
  const complete = along.map((value) => 1 - value);
  for (let x = 0; x < columns; x++) widen(complete, beside, x, columns, rows, near);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      const inside = x >= near && y >= near && x < columns - near && y < rows - near;
      beside[at] = beside[at] ? UNMEASURED : inside ? OPEN : BORDER;
    }
  }
  return beside;
}

/** Write 1 to `out` no farther than `near` from a zero of `from`, along `count` pixels `step` apart. */
function widen(
  from: Uint8Array,
  out: Uint8Array,
  first: number,
  step: number,
  count: number,
  near: number,
): void {
  let reached = -1;
  for (let i = 0; i < count; i++) {
    if (from[first + i * step]) continue;
    const start = Math.max(reached + 1, i - near);
    reached = Math.min(count - 1, i + near);
    for (let j = start; j <= reached; j++) out[first + j * step] = 1;
  }
}

/** Largest value in the square that reaches `near` pixels to each side. */
function largestAround(
  values: Float32Array,
  rows: number,
  columns: number,
  near: number,
): Float32Array {
  const across = new Float32Array(values.length);
  const out = new Float32Array(values.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const last = y * columns + Math.min(columns - 1, x + near);
      let largest = 0;
      for (let at = y * columns + Math.max(0, x - near); at <= last; at++) {
        if (values[at] > largest) largest = values[at];
      }
      across[y * columns + x] = largest;
    }
  }
  for (let y = 0; y < rows; y++) {
    const line = out.subarray(y * columns, (y + 1) * columns);
    for (let v = Math.max(0, y - near); v <= Math.min(rows - 1, y + near); v++) {
      for (let x = 0; x < columns; x++) {
        const value = across[v * columns + x];
        if (value > line[x]) line[x] = value;
      }
    }
  }
  return out;
}

/** Whether a region is one or two scan lines' barely blurred height, in the plane where it is strongest. */
function isThin(
  region: Region,
  labels: Int32Array,
  normalised: readonly Normalised[],
  columns: number,
): boolean {
  const { left, right, top, bottom } = region.box;
  let peak = 0;
  let strongest = normalised[0];
  let sign = 1;
  const visit = (use: (at: number, y: number) => void) => {
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        if (labels[y * columns + x] === region.id) use(y * columns + x, y);
      }
    }
  };
  for (const plane of normalised) {
    visit((at) => {
      const size = Math.abs(plane.coarse[at]);
      if (size <= peak) return;
      peak = size;
      strongest = plane;
      sign = plane.coarse[at] > 0 ? 1 : -1;
    });
  }
  // With an empty line before and after.
  const lines = new Float64Array(bottom - top + 3);
  visit((at, y) => {
    lines[y - top + 1] += Math.max(0, sign * strongest.fine[at]);
  });
  const total = lines.reduce((sum, line) => sum + line, 0);
  let most = 1;
  let pair = 0;
  for (let y = 1; y < lines.length - 1; y++) {
    if (lines[y] > lines[most]) most = y;
    pair = Math.max(pair, lines[y] + lines[y - 1]);
  }
  const beside = Math.max(lines[most - 1], lines[most + 1]);
  return pair > THIN * total || beside < ALONE * lines[most];
}

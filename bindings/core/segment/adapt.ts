import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import { logOddsOf, meanOf } from './answers.ts';
import type { FeatureMaps, Field } from './field.ts';
import { PLANES, WORKING_SPACING } from './network-planes.ts';
import { refit, type Samples } from './refit.ts';

/** What a person said of one place: a defect that counts, or none. */
export interface Click {
  /** Levelled pixels; within this file: working pixels. */
  x: number;
  y: number;
  isDefect: boolean;
}

/** The pixel of (rows, columns) that a click means. */
export function pixelOf({ x, y }: Click, rows: number, columns: number): number {
  const nearest = (value: number, size: number) =>
    Math.min(size - 1, Math.max(0, Math.round(value)));
  return nearest(y, rows) * columns + nearest(x, columns);
}

/** The pixels of what a person said is a defect. */
export function clickedPixels(
  clicks: readonly Click[],
  rows: number,
  columns: number,
): readonly number[] {
  return clicks.filter(({ isDefect }) => isDefect).map((click) => pixelOf(click, rows, columns));
}

/** All radii in working pixels. */
const SEARCH = 0.5 * WORKING_SPACING;
const LARGEST = 3 * WORKING_SPACING;
const SURROUNDINGS = 1.5 * WORKING_SPACING;
/** Of a click that says "this is lattice", where the network saw nothing. */
const PATCH = 0.5 * WORKING_SPACING;
/** A pixel with less log-odds is lattice, as far as the network can tell. */
const CERTAIN = -2;
/** Lattice pixels that keep the rest of the scan as it is. */
const LATTICE_SAMPLE = 3000;
/** How much the clicked defects, their surroundings and the lattice weigh. */
const WEIGHT = { defect: 60, surroundings: 60, lattice: 60 };
/** How firmly the network's own answers are held. */
const STIFFNESS = 80;
/** A feature that is nearly nothing here must not become free. */
const LEAST_SQUARE = 1e-3;

/**
 * The defects' log-odds after a person's clicks at every scale, on its working grid; null where none of
 * the clicked defects is seen better than at any other scale, which then stays as it is.
 */
export function clickedLogOdds(
  kernels: Kernels,
  { maps: scales }: Field,
  head: ConvLayer,
  clicks: readonly Click[],
  rows: number,
  columns: number,
): (Float32Array | null)[] {
  if (!clicks.some(({ isDefect }) => isDefect)) return scales.map(() => null);
  const there = scales.map(([maps]) =>
    clicks.map(({ x, y, isDefect }) => ({
      x: ((x + 0.5) * maps.columns) / columns - 0.5,
      y: ((y + 0.5) * maps.rows) / rows - 0.5,
      isDefect,
    })),
  );
  const base = scales.map((channels) => logOddsOf(channels, 'defect'));
  const best = clicks.map((_, i) => {
    const peaks = scales.map(([maps], s) => {
      const near = within(there[s][i], SEARCH, maps.rows, maps.columns);
      return near.reduce((most, at) => Math.max(most, base[s][at]), -Infinity);
    });
    return peaks.indexOf(Math.max(...peaks));
  });
  return scales.map((channels, s) => {
    const own = there[s].filter(({ isDefect }, i) => !isDefect || best[i] === s);
    return own.some(({ isDefect }) => isDefect) ? adapted(kernels, channels, head, own) : null;
  });
}

/**
 * The defects' log-odds (rows, columns) after a person's clicks: the network's last layer, and the
 * heights themselves, fitted anew to the clicked defects as the network outlines them (where it saw
 * none: at half height) against their surroundings, the places that are none, and the lattice.
 */
function adapted(
  kernels: Kernels,
  channels: readonly FeatureMaps[],
  head: ConvLayer,
  clicks: readonly Click[],
): Float32Array {
  const base = meanOf(
    channels.map(({ answers, rows, columns }) => answers.subarray(0, rows * columns)),
  );
  const start = startingPoint(channels, head);
  const samples = gather(channels, base, clicks, start.length);
  const stiffness = stiffnessOf(samples);
  const w = refit(kernels, samples, start, stiffness);
  // Only what the clicks changed is added: of two channels the surer one counts for more.
  const before = logOddsOf(channels, 'defect');
  const made = apply(channels, w, base.length);
  for (let i = 0; i < made.length; i++) made[i] += before[i] - base[i];
  return made;
}

/** The network's coefficients for all channels together; 0 for the heights. */
function startingPoint(channels: readonly FeatureMaps[], head: ConvLayer): Float64Array {
  const [{ dimension }] = channels;
  const each = dimension + PLANES;
  const start = new Float64Array(channels.length * each + 1);
  channels.forEach((_, c) => {
    for (let d = 0; d < dimension; d++) start[c * each + d] = head.weights[d] / channels.length;
  });
  start[start.length - 1] = head.bias?.[0] ?? 0;
  return start;
}

/** By the features' own size, so that what is held is the answer, whatever its coefficients. */
function stiffnessOf({ vectors, dimension, weights }: Samples): Float64Array {
  const squares = new Float64Array(dimension);
  let total = 0;
  weights.forEach((weight, i) => {
    total += weight;
    for (let d = 0; d < dimension; d++) {
      squares[d] += weight * vectors[i * dimension + d] * vectors[i * dimension + d];
    }
  });
  return squares.map((sum) => STIFFNESS * Math.max(sum / total, LEAST_SQUARE));
}

function gather(
  channels: readonly FeatureMaps[],
  base: Float32Array,
  clicks: readonly Click[],
  dimension: number,
): Samples {
  const { rows, columns } = channels[0];
  /** 1 a defect, 2 none of its pixels, 0 not known. */
  const known = new Uint8Array(rows * columns);
  for (const click of clicks) {
    const region = regionAt(channels, base, click);
    for (const at of region) known[at] = click.isDefect ? 1 : 2;
    if (click.isDefect) markSurroundings(known, base, region, rows, columns);
  }
  const lattice: number[] = [];
  const sure: number[] = [];
  for (let at = 0; at < base.length; at++) if (base[at] < CERTAIN && !known[at]) sure.push(at);
  const stride = Math.max(1, Math.floor(sure.length / LATTICE_SAMPLE));
  for (let i = 0; i < sure.length; i += stride) lattice.push(sure[i]);
  const defects = indicesOf(known, 1);
  const none = indicesOf(known, 2);
  const all = [...defects, ...none, ...lattice];
  const weights = new Float64Array(all.length);
  weights.fill(WEIGHT.defect / Math.max(1, defects.length), 0, defects.length);
  const end = defects.length + none.length;
  weights.fill(WEIGHT.surroundings / Math.max(1, none.length), defects.length, end);
  weights.fill(WEIGHT.lattice / Math.max(1, lattice.length), end);
  const vectors = new Float64Array(all.length * dimension);
  all.forEach((at, i) => {
    fillVector(channels, at, vectors, i * dimension);
  });
  return {
    vectors,
    dimension,
    answers: Uint8Array.from(all, (_, i) => (i < defects.length ? 1 : 0)),
    weights,
  };
}

/** Pixels of the region that a click means. */
function regionAt(channels: readonly FeatureMaps[], base: Float32Array, click: Click): number[] {
  const { rows, columns } = channels[0];
  const near = (at: number, reach: number) => {
    const dx = (at % columns) - click.x;
    const dy = Math.floor(at / columns) - click.y;
    return dx * dx + dy * dy <= reach * reach;
  };
  const around = within(click, SEARCH, rows, columns);
  const best = around.reduce((most, at) => (base[at] > base[most] ? at : most), around[0]);
  if (base[best] > 0) {
    return flood(best, columns, rows, (at) => base[at] > 0 && near(at, LARGEST));
  }
  if (!click.isDefect) return within(click, PATCH, rows, columns);
  return halfHeight(channels, around, near);
}

/** From the strongest departure on, as far as half of its height. */
function halfHeight(
  channels: readonly FeatureMaps[],
  around: readonly number[],
  near: (at: number, reach: number) => boolean,
): number[] {
  const { rows, columns } = channels[0];
  const residuals = channels.map(({ planes }) => planes.subarray(rows * columns));
  let [peak, from, plane] = [0, around[0], residuals[0]];
  for (const residual of residuals) {
    for (const at of around) {
      if (Math.abs(residual[at]) <= Math.abs(peak)) continue;
      peak = residual[at];
      from = at;
      plane = residual;
    }
  }
  const sign = peak < 0 ? -1 : 1;
  return flood(
    from,
    columns,
    rows,
    (at) => sign * plane[at] > (sign * peak) / 2 && near(at, LARGEST),
  );
}

/** What lies beside a clicked defect and is no other defect is lattice. */
function markSurroundings(
  known: Uint8Array,
  base: Float32Array,
  region: readonly number[],
  rows: number,
  columns: number,
): void {
  for (const at of region) {
    const centre = { x: at % columns, y: Math.floor(at / columns) };
    for (const other of within(centre, SURROUNDINGS, rows, columns)) {
      if (!known[other] && base[other] <= 0) known[other] = 2;
    }
  }
}

export function within(
  { x, y }: { x: number; y: number },
  reach: number,
  rows: number,
  columns: number,
): number[] {
  const out: number[] = [];
  for (
    let r = Math.max(0, Math.ceil(y - reach));
    r <= Math.min(rows - 1, Math.floor(y + reach));
    r++
  ) {
    for (
      let c = Math.max(0, Math.ceil(x - reach));
      c <= Math.min(columns - 1, Math.floor(x + reach));
      c++
    ) {
      if ((c - x) * (c - x) + (r - y) * (r - y) <= reach * reach) out.push(r * columns + c);
    }
  }
  return out;
}

/** Pixels connected to the first, over edges, for which `belongs` holds. */
function flood(
  first: number,
  columns: number,
  rows: number,
  belongs: (at: number) => boolean,
): number[] {
  const seen = new Set([first]);
  const found = [first];
  for (const at of found) {
    const x = at % columns;
    const y = Math.floor(at / columns);
    for (const [c, r] of [
      [x - 1, y],
      [x + 1, y],
      [x, y - 1],
      [x, y + 1],
    ]) {
      const next = r * columns + c;
      if (c < 0 || r < 0 || c >= columns || r >= rows || seen.has(next) || !belongs(next)) continue;
      seen.add(next);
      found.push(next);
    }
  }
  return found;
}

function indicesOf(values: Uint8Array, wanted: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] === wanted) out.push(i);
  return out;
}

/** Features and heights of all channels at a pixel, and 1. */
function fillVector(
  channels: readonly FeatureMaps[],
  at: number,
  to: Float64Array,
  first: number,
): void {
  for (const { dimension, features, planes, rows, columns } of channels) {
    const n = rows * columns;
    for (let d = 0; d < dimension; d++) to[first++] = features[d * n + at];
    for (let p = 0; p < PLANES; p++) to[first++] = planes[p * n + at];
  }
  to[first] = 1;
}

function apply(channels: readonly FeatureMaps[], w: Float64Array, n: number): Float32Array {
  const out = new Float32Array(n).fill(w[w.length - 1]);
  let k = 0;
  for (const { dimension, features, planes } of channels) {
    for (let d = 0; d < dimension + PLANES; d++) {
      const from = d < dimension ? features : planes;
      const first = (d < dimension ? d : d - dimension) * n;
      const weight = w[k++];
      for (let i = 0; i < n; i++) out[i] += weight * from[first + i];
    }
  }
  return out;
}

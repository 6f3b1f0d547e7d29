import type { Kernels } from '../kernels.ts';
import { select } from '../select.ts';
import { transform2d } from './transform.ts';

/** One or two planes on one grid, level, as the lattice is looked for in. A `Levelled` is one. */
export interface Picture {
  rows: number;
  columns: number;
  /** (rows, columns) each, without NaN. */
  planes: readonly Float32Array[];
  /** 1 where measured. (rows, columns) */
  valid: Uint8Array;
  /** What repeats over less cannot be the lattice, px. */
  shortestPeriodPx?: number;
  /** Of the planes' heights; unknown by default. */
  heightUnit?: 'nm' | 'arbitrary';
}

/** Transform of a picture's one or two planes, the second as the imaginary part: (columns, rows). */
export interface Spectrum {
  rows: number;
  columns: number;
  planes: number;
  re: Float64Array;
  im: Float64Array;
}

/** Defects are clipped at this many spreads, so that the many atoms outweigh them. */
const CLIP = 3;
/** Enough pixels for a median. */
const SAMPLE = 32768;
/** Scales the median absolute deviation to the standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826;

/** What both the search for lattices and their removal begin with. */
export interface Analysis {
  /** Clipped planes, (rows, columns) each. */
  planes: Float64Array[];
  spectrum: Spectrum;
}

export function analyse(kernels: Kernels, picture: Picture): Analysis {
  const planes = picture.planes.map((plane) => clipped(plane, picture.valid));
  const spectrum = periodicSpectrum(kernels, planes, picture.rows, picture.columns);
  return { planes, spectrum };
}

/** A plane about its median, what departs by more than three spreads clipped, nothing where not measured. */
export function clipped(plane: Float32Array, valid: Uint8Array): Float64Array {
  const stride = Math.ceil(plane.length / SAMPLE) | 1;
  const room = new Float32Array(Math.ceil(plane.length / stride));
  let n = 0;
  for (let i = 0; i < plane.length; i += stride) if (valid[i] === 1) room[n++] = plane[i];
  if (n === 0) return new Float64Array(plane.length);
  const sample = room.subarray(0, n);
  const centre = select(sample, sample.length >> 1);
  const away = sample.map((value) => Math.abs(value - centre));
  const limit = CLIP * MAD_TO_SIGMA * select(away, away.length >> 1);
  const out = new Float64Array(plane.length);
  for (let i = 0; i < out.length; i++) {
    if (valid[i]) out[i] = Math.max(-limit, Math.min(limit, plane[i] - centre));
  }
  return out;
}

/**
 * Spectrum of the periodic part of clipped planes: without the cross that the jump from one border
 * to the opposite one draws (Moisan 2011, Periodic plus smooth image decomposition).
 */
export function periodicSpectrum(
  kernels: Kernels,
  planes: readonly Float64Array[],
  rows: number,
  columns: number,
): Spectrum {
  const re = new Float64Array(planes[0]);
  const im = planes.length > 1 ? new Float64Array(planes[1]) : new Float64Array(re.length);
  const spectrum = { rows, columns, planes: planes.length, re, im };
  const jumpsX = borderJumps(re, im, rows, columns, 'x');
  const jumpsY = borderJumps(re, im, rows, columns, 'y');
  transform2d(kernels, re, im, rows, columns);
  // A one-dimensional transform is a two-dimensional one of a single line.
  transform2d(kernels, jumpsX.re, jumpsX.im, rows, 1);
  transform2d(kernels, jumpsY.re, jumpsY.im, 1, columns);
  const alongX = turns(kernels, columns);
  const alongY = turns(kernels, rows);
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      const i = c * rows + r;
      if (i === 0) continue;
      const scale = 1 / (2 * alongX.cos[c] + 2 * alongY.cos[r] - 4);
      // 1 - e^(2 pi i f / n): the jump is added at one border and taken away at the other.
      const [xr, xi] = [1 - alongX.cos[c], -alongX.sin[c]];
      const [yr, yi] = [1 - alongY.cos[r], -alongY.sin[r]];
      re[i] -=
        scale * (xr * jumpsX.re[r] - xi * jumpsX.im[r] + yr * jumpsY.re[c] - yi * jumpsY.im[c]);
      im[i] -=
        scale * (xr * jumpsX.im[r] + xi * jumpsX.re[r] + yr * jumpsY.im[c] + yi * jumpsY.re[c]);
    }
  }
  return spectrum;
}

/** Last minus first value of every line along x (rows values) or y (columns values). */
function borderJumps(
  re: Float64Array,
  im: Float64Array,
  rows: number,
  columns: number,
  axis: 'x' | 'y',
): { re: Float64Array; im: Float64Array } {
  const count = axis === 'x' ? rows : columns;
  const step = axis === 'x' ? columns : 1;
  const across = axis === 'x' ? columns - 1 : (rows - 1) * columns;
  const jump = (values: Float64Array) =>
    Float64Array.from({ length: count }, (_, k) => values[k * step + across] - values[k * step]);
  return { re: jump(re), im: jump(im) };
}

/** Cosine and sine of 2 pi k / n. */
function turns(kernels: Kernels, n: number): { cos: Float64Array; sin: Float64Array } {
  const angle = (k: number) => (2 * Math.PI * k) / n;
  return {
    cos: Float64Array.from({ length: n }, (_, k) => kernels.cos(angle(k))),
    sin: Float64Array.from({ length: n }, (_, k) => kernels.sin(angle(k))),
  };
}

/** The spectrum that the planes would have under a Hann window: narrow peaks, no sidelobes. */
export function hannWindowed({ rows, columns, planes, re, im }: Spectrum): Spectrum {
  return {
    rows,
    columns,
    planes,
    re: softened(softenedAlong(re, columns, rows), columns, rows),
    im: softened(softenedAlong(im, columns, rows), columns, rows),
  };
}

/** (1/2, -1/4, -1/4) with the two neighbours, cyclic, along each of `count` lines of `length` values. */
function softenedAlong(values: Float64Array, count: number, length: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let at = 0; at < count * length; at += length) {
    const last = at + length - 1;
    for (let i = at; i <= last; i++) {
      const before = i > at ? i - 1 : last;
      const after = i < last ? i + 1 : at;
      out[i] = values[i] / 2 - (values[before] + values[after]) / 4;
    }
  }
  return out;
}

/** The same from line to line, in place. */
function softened(values: Float64Array, count: number, length: number): Float64Array {
  const first = values.slice(0, length);
  let above = values.slice((count - 1) * length);
  for (let line = 0; line < count; line++) {
    const at = line * length;
    const own = values.slice(at, at + length);
    const below = line + 1 < count ? values.subarray(at + length, at + 2 * length) : first;
    for (let i = 0; i < length; i++) values[at + i] = own[i] / 2 - (above[i] + below[i]) / 4;
    above = own;
  }
  return values;
}

/** Power of each plane on the half plane of frequencies x >= 0: (columns/2 + 1, rows). */
export function powersOf({ rows, columns, planes, re, im }: Spectrum): Float64Array[] {
  const half = (columns >> 1) + 1;
  const powers = Array.from({ length: planes }, () => new Float64Array(half * rows));
  const [first, second] = powers;
  for (let c = 0; c < half; c++) {
    const mirror = ((columns - c) % columns) * rows;
    for (let r = 0; r < rows; r++) {
      const i = c * rows + r;
      const j = mirror + (r === 0 ? 0 : rows - r);
      const ar = re[i];
      const ai = im[i];
      if (planes === 1) {
        first[i] = ar * ar + ai * ai;
        continue;
      }
      const br = re[j];
      const bi = im[j];
      // Sum and difference with the conjugate at -f part the planes.
      first[i] = ((ar + br) * (ar + br) + (ai - bi) * (ai - bi)) / 4;
      second[i] = ((ai + bi) * (ai + bi) + (br - ar) * (br - ar)) / 4;
    }
  }
  return powers;
}

import type { Kernels } from '../kernels.ts';
import { powerFloor, ringOf } from './floor.ts';
import { type Analysis, analyse, type Picture, powersOf, type Spectrum } from './spectrum.ts';
import { inverse2d } from './transform.ts';

/** Power over the local median from which on a bin belongs to something periodic; noise alone does not reach it. */
const THRESHOLD = 20;
/** Slower waves, cycles per pixel, are the scan's undulations. */
const SLOWEST = 0.02;
/** Where creep bends the rows, bins about one so far above their surroundings hold a part of its wave: */
const STRONG = 400;
/** up to so many bins from it, */
const BENT = 12;
/** and this part of its own frequency, in bins: what is slower is of large defects. */
const OWN = 0.25;
/** and what is above this there: of a hundred bins of noise three are. */
const BENT_THRESHOLD = 5;

/**
 * The planes without their lattice: what is periodic over the scan (bins of the spectrum far above
 * their surroundings, brought down to these) is taken away, defects stay. Planes (rows, columns) in
 * the picture's unit, as many as it has. `bent`: with what surrounds its waves in the spectrum, where creep bends them;
 * it takes more of large defects too.
 */
export function removeLattice(
  kernels: Kernels,
  picture: Picture,
  { spectrum }: Analysis = analyse(kernels, picture),
  bent = false,
): Float32Array[] {
  const lattice = latticePart(kernels, spectrum, bent);
  return picture.planes.map((plane, p) => {
    const without = new Float32Array(plane.length);
    const part = lattice[p];
    for (let i = 0; i < without.length; i++) without[i] = plane[i] - part[i];
    return without;
  });
}

/** The periodic part of each plane, from the spectrum of the picture. */
function latticePart(kernels: Kernels, spectrum: Spectrum, bent: boolean): Float64Array[] {
  const { rows, columns, planes } = spectrum;
  const parts = powersOf(spectrum).map((power) => partAbove(power, rows, columns, bent));
  const re = new Float64Array(spectrum.re.length);
  const im = new Float64Array(re.length);
  const half = (columns >> 1) + 1;
  for (let c = 0; c < half; c++) {
    const mirror = ((columns - c) % columns) * rows;
    for (let r = 0; r < rows; r++) {
      const i = c * rows + r;
      const first = parts[0][i];
      const second = planes > 1 ? parts[1][i] : 0;
      if (first === 0 && second === 0) continue;
      const j = mirror + (r === 0 ? 0 : rows - r);
      keep(spectrum, i, j, first, second, re, im);
    }
  }
  inverse2d(kernels, re, im, rows, columns);
  return planes > 1 ? [re, im] : [re];
}

/** Put a part of the first plane and a part of the second at frequency i, and at its mirror j. */
function keep(
  spectrum: Spectrum,
  i: number,
  j: number,
  first: number,
  second: number,
  re: Float64Array,
  im: Float64Array,
): void {
  const [ar, ai, br, bi] = [spectrum.re[i], spectrum.im[i], spectrum.re[j], spectrum.im[j]];
  const [pr, pi] = [(first * (ar + br)) / 2, (first * (ai - bi)) / 2];
  const [qr, qi] = [(second * (ai + bi)) / 2, (second * (br - ar)) / 2];
  re[i] = pr - qi;
  im[i] = pi + qr;
  re[j] = pr + qi;
  im[j] = qr - pi;
}

/** Part of the amplitude in each bin that is above what is usual there: 0 for most. In place. */
function partAbove(
  power: Float64Array,
  rows: number,
  columns: number,
  bent: boolean,
): Float64Array {
  const floor = powerFloor(power, rows, columns);
  const near = bent ? aboutStrong(power, floor, rows, columns) : new Uint8Array(power.length);
  // In the place of the power, which is not needed any more: most of it is then 0.
  const part = power;
  for (let i = 0; i < part.length; i++) {
    const own = power[i];
    part[i] = 0;
    if (own <= (near[i] ? BENT_THRESHOLD : THRESHOLD) * floor[i] || isSlow(i, rows, columns))
      continue;
    part[i] = 1 - Math.sqrt(floor[i] / own);
  }
  return part;
}

/** 1 for bins near those of a strong wave. */
function aboutStrong(
  power: Float64Array,
  floor: Float64Array,
  rows: number,
  columns: number,
): Uint8Array {
  const half = power.length / rows;
  const near = new Uint8Array(power.length);
  for (let i = 0; i < power.length; i++) {
    if (power[i] <= STRONG * floor[i] || isSlow(i, rows, columns)) continue;
    const [c, r] = [Math.floor(i / rows), i % rows];
    const own = ringOf(c, r, rows, columns, Math.min(rows, columns));
    const reach = Math.min(BENT, Math.floor(OWN * own));
    for (let x = Math.max(0, c - reach); x <= Math.min(half - 1, c + reach); x++) {
      const high = Math.floor(Math.sqrt(reach * reach - (x - c) * (x - c)));
      for (let y = r - high; y <= r + high; y++) {
        near[x * rows + (((y % rows) + rows) % rows)] = 1;
      }
    }
  }
  return near;
}

/** Whether a bin's wave is too slow for a lattice. */
function isSlow(i: number, rows: number, columns: number): boolean {
  const r = i % rows;
  const fx = Math.floor(i / rows) / columns;
  const fy = (r <= rows / 2 ? r : r - rows) / rows;
  return fx * fx + fy * fy < SLOWEST * SLOWEST;
}

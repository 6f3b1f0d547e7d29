import { fft, type Twiddles, twiddles } from '../fft.ts';
import type { Kernels } from '../kernels.ts';

const PI = Math.PI;

/** Forward transform in place of complex values, as many as the plan was made for. */
export type Transform = (re: Float64Array, im: Float64Array) => void;

/** Transform of any length: Cooley and Tukey for powers of two, else Bluestein's chirp (1970). */
export function planTransform(kernels: Kernels, n: number): Transform {
  if ((n & (n - 1)) === 0) {
    const plan = twiddles(kernels, n);
    return (re, im) => fft(re, im, plan);
  }
  return chirp(kernels, n);
}

/** A transform of length n as a convolution with a chirp, whose length is a power of two. */
function chirp(kernels: Kernels, n: number): Transform {
  let size = 1;
  while (size < 2 * n - 1) size *= 2;
  const plan = twiddles(kernels, size);
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  const filterRe = new Float64Array(size);
  const filterIm = new Float64Array(size);
  for (let k = 0; k < n; k++) {
    // k squared grows beyond what a sine can tell apart; only its remainder matters.
    const angle = (PI * ((k * k) % (2 * n))) / n;
    cos[k] = kernels.cos(angle);
    sin[k] = kernels.sin(angle);
    for (const at of [k, (size - k) % size]) {
      filterRe[at] = cos[k];
      filterIm[at] = sin[k];
    }
  }
  fft(filterRe, filterIm, plan);
  const a = new Float64Array(size);
  const b = new Float64Array(size);
  return (re, im) => {
    a.fill(0);
    b.fill(0);
    for (let k = 0; k < n; k++) {
      a[k] = re[k] * cos[k] + im[k] * sin[k];
      b[k] = im[k] * cos[k] - re[k] * sin[k];
    }
    convolve(a, b, filterRe, filterIm, plan);
    for (let k = 0; k < n; k++) {
      re[k] = a[k] * cos[k] + b[k] * sin[k];
      im[k] = b[k] * cos[k] - a[k] * sin[k];
    }
  };
}

/** Circular convolution in place with a filter given by its transform. */
function convolve(
  a: Float64Array,
  b: Float64Array,
  filterRe: Float64Array,
  filterIm: Float64Array,
  plan: Twiddles,
): void {
  fft(a, b, plan);
  const scale = 1 / plan.n;
  for (let k = 0; k < plan.n; k++) {
    const r = a[k] * filterRe[k] - b[k] * filterIm[k];
    // Conjugated, so that a forward transform goes back.
    b[k] = -(a[k] * filterIm[k] + b[k] * filterRe[k]) * scale;
    a[k] = r * scale;
  }
  fft(a, b, plan);
  for (let k = 0; k < plan.n; k++) b[k] = -b[k];
}

/**
 * Two-dimensional forward transform in place of complex values (rows, columns). The result is
 * transposed, (columns, rows): value [c * rows + r] has frequency c along x and r along y.
 */
export function transform2d(
  kernels: Kernels,
  re: Float64Array,
  im: Float64Array,
  rows: number,
  columns: number,
): void {
  transformLines(planTransform(kernels, columns), re, im, columns);
  const scratch = new Float64Array(rows > 1 && columns > 1 ? re.length : 0);
  transpose(re, rows, columns, scratch);
  transpose(im, rows, columns, scratch);
  transformLines(planTransform(kernels, rows), re, im, rows);
}

/** The inverse of transform2d, in place: (columns, rows) frequencies to (rows, columns) values. */
export function inverse2d(
  kernels: Kernels,
  re: Float64Array,
  im: Float64Array,
  rows: number,
  columns: number,
): void {
  // With real and imaginary part exchanged, the forward transform goes back.
  transform2d(kernels, im, re, columns, rows);
  const scale = 1 / (rows * columns);
  for (let i = 0; i < re.length; i++) {
    re[i] *= scale;
    im[i] *= scale;
  }
}

function transformLines(plan: Transform, re: Float64Array, im: Float64Array, length: number): void {
  for (let at = 0; at < re.length; at += length) {
    plan(re.subarray(at, at + length), im.subarray(at, at + length));
  }
}

/** Side of the squares that are transposed at a time: both of them fit into the cache. */
const TILE = 16;

/** (rows, columns) to (columns, rows), in place by way of scratch of the same length. */
function transpose(values: Float64Array, rows: number, columns: number, from: Float64Array): void {
  if (rows <= 1 || columns <= 1) return;
  from.set(values);
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(rows, top + TILE);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(columns, left + TILE);
      for (let r = top; r < bottom; r++) {
        for (let c = left; c < right; c++) values[c * rows + r] = from[r * columns + c];
      }
    }
  }
}

import type { Kernels } from './kernels.ts';

const PI = Math.PI;

/** Cosines and sines for transforms of length n, from the kernels so that every host agrees. */
export interface Twiddles {
  n: number;
  cos: Float64Array;
  sin: Float64Array;
}

export function twiddles(kernels: Kernels, n: number): Twiddles {
  const cos = new Float64Array(n / 2);
  const sin = new Float64Array(n / 2);
  for (let k = 0; k < n / 2; k++) {
    cos[k] = kernels.cos((2 * PI * k) / n);
    sin[k] = -kernels.sin((2 * PI * k) / n);
  }
  return { n, cos, sin };
}

/** Forward transform in place of n complex values, n a power of two (Cooley and Tukey 1965). */
export function fft(re: Float64Array, im: Float64Array, { n, cos, sin }: Twiddles): void {
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const r = re[i];
      re[i] = re[j];
      re[j] = r;
      const m = im[i];
      im[i] = im[j];
      im[j] = m;
    }
  }
  for (let size = 2; size <= n; size <<= 1) {
    const half = size >> 1;
    const stride = n / size;
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cos[k * stride];
        const s = sin[k * stride];
        const r = re[b] * c - im[b] * s;
        const m = re[b] * s + im[b] * c;
        re[b] = re[a] - r;
        im[b] = im[a] - m;
        re[a] += r;
        im[a] += m;
      }
    }
  }
}

/**
 * Power spectrum of a real image (rows, columns), both powers of two. Returns the half plane
 * (rows, columns/2 + 1): row r is frequency r, or r - rows above half, column c frequency c.
 */
export function powerSpectrum(
  kernels: Kernels,
  image: Float64Array,
  rows: number,
  columns: number,
): Float64Array {
  const half = columns / 2 + 1;
  const re = new Float64Array(half * rows);
  const im = new Float64Array(half * rows);
  transformLines(twiddles(kernels, columns), image, rows, columns, re, im);
  const vertical = twiddles(kernels, rows);
  const power = new Float64Array(rows * half);
  for (let c = 0; c < half; c++) {
    const columnRe = re.subarray(c * rows, (c + 1) * rows);
    const columnIm = im.subarray(c * rows, (c + 1) * rows);
    fft(columnRe, columnIm, vertical);
    for (let r = 0; r < rows; r++) {
      power[r * half + c] = columnRe[r] * columnRe[r] + columnIm[r] * columnIm[r];
    }
  }
  return power;
}

/** Transform two real lines at a time as one complex line; results transposed, (half, rows). */
function transformLines(
  horizontal: Twiddles,
  image: Float64Array,
  rows: number,
  columns: number,
  re: Float64Array,
  im: Float64Array,
): void {
  const a = new Float64Array(columns);
  const b = new Float64Array(columns);
  for (let y = 0; y < rows; y += 2) {
    a.set(image.subarray(y * columns, (y + 1) * columns));
    b.set(image.subarray((y + 1) * columns, (y + 2) * columns));
    fft(a, b, horizontal);
    for (let c = 0; c <= columns / 2; c++) {
      const d = (columns - c) % columns;
      re[c * rows + y] = (a[c] + a[d]) / 2;
      im[c * rows + y] = (b[c] - b[d]) / 2;
      re[c * rows + y + 1] = (b[c] + b[d]) / 2;
      im[c * rows + y + 1] = (a[d] - a[c]) / 2;
    }
  }
}

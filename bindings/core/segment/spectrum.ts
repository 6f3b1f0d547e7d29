import type { Kernels } from '../kernels.ts';

/**
 * Power spectrum of a square plane, (size, size), size a power of two; bin (v, u) is v cycles down
 * and u cycles across the plane, the negative ones from the far end. The plane is tapered by a Hann
 * window so that its edges do not draw a cross into the spectrum.
 */
export function powerSpectrum(kernels: Kernels, plane: Float32Array, size: number): Float64Array {
  const wave = waves(kernels, size);
  const re = new Float64Array(size * size);
  const im = new Float64Array(size * size);
  const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const taper = (1 - wave.cos[y]) * (1 - wave.cos[x]);
      re[y * size + x] = (plane[y * size + x] - mean) * taper;
    }
  }
  const rowRe = new Float64Array(size);
  const rowIm = new Float64Array(size);
  for (let pass = 0; pass < 2; pass++) {
    // Rows first, then columns.
    const along = pass === 0 ? 1 : size;
    const across = pass === 0 ? size : 1;
    for (let line = 0; line < size; line++) {
      for (let i = 0; i < size; i++) {
        rowRe[i] = re[line * across + i * along];
        rowIm[i] = im[line * across + i * along];
      }
      transform(rowRe, rowIm, wave);
      for (let i = 0; i < size; i++) {
        re[line * across + i * along] = rowRe[i];
        im[line * across + i * along] = rowIm[i];
      }
    }
  }
  return re.map((value, i) => value * value + im[i] * im[i]);
}

interface Waves {
  cos: Float64Array;
  sin: Float64Array;
}

function waves(kernels: Kernels, size: number): Waves {
  const cos = new Float64Array(size);
  const sin = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    cos[i] = kernels.cos((2 * Math.PI * i) / size);
    sin[i] = kernels.sin((2 * Math.PI * i) / size);
  }
  return { cos, sin };
}

/** Fast Fourier transform in place (Cooley and Tukey 1965, radix 2). */
function transform(re: Float64Array, im: Float64Array, wave: Waves): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let half = 1; half < n; half <<= 1) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = wave.cos[k * stride];
        const s = -wave.sin[k * stride];
        const a = start + k;
        const b = a + half;
        const r = re[b] * c - im[b] * s;
        const i = re[b] * s + im[b] * c;
        re[b] = re[a] - r;
        im[b] = im[a] - i;
        re[a] += r;
        im[a] += i;
      }
    }
  }
}

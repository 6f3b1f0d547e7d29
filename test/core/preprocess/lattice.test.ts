import { describe, expect, test } from 'vitest';
import { fft, powerSpectrum, twiddles } from '../../../bindings/core/fft.ts';
import { findLattice } from '../../../bindings/core/preprocess/lattice.ts';
import { Random } from '../../../bindings/core/random.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { allValid, make, noisy, withDefects } from './images.ts';

const kernels = createKernels();

describe('fft', () => {
  test.each([2, 8, 64])('equals the sum it stands for, n = %i', (n) => {
    const random = new Random(n);
    const re = Float64Array.from({ length: n }, () => random.between(-1, 1));
    const im = Float64Array.from({ length: n }, () => random.between(-1, 1));
    const gotRe = Float64Array.from(re);
    const gotIm = Float64Array.from(im);
    fft(gotRe, gotIm, twiddles(kernels, n));
    for (let k = 0; k < n; k++) {
      let a = 0;
      let b = 0;
      for (let i = 0; i < n; i++) {
        const c = Math.cos((2 * Math.PI * k * i) / n);
        const s = -Math.sin((2 * Math.PI * k * i) / n);
        a += re[i] * c - im[i] * s;
        b += re[i] * s + im[i] * c;
      }
      // n terms of size up to sqrt 2; the kernels' sines are good to a few last bits.
      const tolerance = 16 * n * 2 ** -52 * n;
      expect(Math.abs(gotRe[k] - a)).toBeLessThan(tolerance);
      expect(Math.abs(gotIm[k] - b)).toBeLessThan(tolerance);
    }
  });

  test('the power spectrum of a wave is at its frequency', () => {
    const image = make(32, 64, (x, y) => Math.cos(2 * Math.PI * ((5 * x) / 64 - (3 * y) / 32)));
    const power = powerSpectrum(kernels, image.heights, 32, 64);
    const at = power.indexOf(Math.max(...power));
    expect(at % 33).toBe(5);
    expect(Math.floor(at / 33)).toBe(32 - 3);
    expect(power[at]).toBeCloseTo((32 * 64 * 0.5) ** 2, 3);
  });
});

describe('findLattice', () => {
  const cases = [
    { period: 3.93, angle: 40, size: 300 },
    { period: 8.2, angle: 75, size: 256 },
    { period: 32.7, angle: 0, size: 512 },
    { period: 11.4, angle: -33, size: 200 },
  ];
  test.each(cases)('finds rows $period px apart at $angle degrees', ({ period, angle, size }) => {
    const ux = Math.cos((angle * Math.PI) / 180);
    const uy = Math.sin((angle * Math.PI) / 180);
    const wave = (x: number, y: number) =>
      0.02 * Math.cos((2 * Math.PI * (ux * x + uy * y)) / period);
    const made = withDefects(noisy(kernels, make(size, size, wave), 0.02, 3), 60, 3, 0.15, 4);
    const found = findLattice(kernels, made.heights, allValid(made), size, size);
    expect(found).not.toBeNull();
    expect(Math.abs((found?.spacing ?? 0) / period - 1)).toBeLessThan(0.02);
    expect(found?.confidence).toBeGreaterThan(0.9);
    const along = Math.abs(ux * (found?.direction[0] ?? 0) + uy * (found?.direction[1] ?? 0));
    expect(along).toBeGreaterThan(0.999);
  });

  const waves = (x: number, y: number) => Math.sin(0.8 * x + 0.6 * y) / 50;
  test.each([
    { what: 'rows alone', height: waves, second: null },
    {
      what: 'rows with units along them',
      height: (x: number, y: number) => waves(x, y) + Math.sin(0.3 * x - 0.4 * y) / 100,
      second: (2 * Math.PI) / 0.5,
    },
  ])('a second spacing only where there is one: $what', ({ height, second }) => {
    const made = withDefects(noisy(kernels, make(256, 256, height), 0.004, 3), 30, 3, 0.1, 4);
    const found = findLattice(kernels, made.heights, allValid(made), 256, 256);
    expect(Math.abs((found?.spacing ?? 0) / (2 * Math.PI) - 1)).toBeLessThan(0.02);
    if (second === null) expect(found?.second).toBeNull();
    else expect(Math.abs((found?.second?.spacing ?? 0) / second - 1)).toBeLessThan(0.02);
  });

  test('is in nm when pixels are, also when they are not square', () => {
    const made = make(256, 256, (x) => Math.sin((2 * Math.PI * x) / 16));
    const found = findLattice(kernels, made.heights, allValid(made), 256, 256, 0.1, 0.3);
    expect(found?.spacing).toBeCloseTo(1.6, 2);
  });

  test('is not confident in noise', () => {
    const made = noisy(
      kernels,
      make(256, 256, () => 0),
      1,
      9,
    );
    const found = findLattice(kernels, made.heights, allValid(made), 256, 256);
    expect(found?.confidence ?? 0).toBeLessThan(0.6);
  });
});

import { describe, expect, test } from 'vitest';
import { findPeriod } from '../../../bindings/core/segment/scale.ts';
import { powerSpectrum } from '../../../bindings/core/segment/spectrum.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeScene } from './scene.ts';

const kernels = createKernels();

describe('powerSpectrum', () => {
  test('equals the plain discrete Fourier transform', () => {
    const size = 8;
    const plane = Float32Array.from({ length: size * size }, (_, i) => ((i * 37) % 11) - (i % 5));
    const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
    const power = powerSpectrum(kernels, plane, size);
    const taper = (i: number) => 1 - Math.cos((2 * Math.PI * i) / size);
    for (let v = 0; v < size; v++) {
      for (let u = 0; u < size; u++) {
        let re = 0;
        let im = 0;
        let bound = 0;
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            const value = (plane[y * size + x] - mean) * taper(x) * taper(y);
            const angle = (-2 * Math.PI * (u * x + v * y)) / size;
            re += value * Math.cos(angle);
            im += value * Math.sin(angle);
            bound += Math.abs(value);
          }
        }
        const difference = Math.abs(power[v * size + u] - (re * re + im * im));
        expect(difference).toBeLessThan(64 * 2 ** -52 * bound * bound);
      }
    }
  });
});

describe('findPeriod', () => {
  test.each([
    [3.9, 0.9],
    [6, 0],
    [8.2, Math.PI / 2],
    [20.5, 2.2],
  ])('finds rows %f pixels apart at %f rad within 2 %%', (period, angle) => {
    const { levelled } = makeScene({ rows: 256, columns: 300, period, angle, noise: 1 });
    const found = findPeriod(kernels, levelled);
    expect(found).not.toBeNull();
    expect(Math.abs(found!.periodPx / period - 1)).toBeLessThan(0.02);
  });

  test('finds long periods in large pictures', () => {
    const { levelled } = makeScene({ rows: 1024, columns: 1024, period: 90, noise: 0.5 });
    expect(Math.abs(findPeriod(kernels, levelled)!.periodPx / 90 - 1)).toBeLessThan(0.05);
  });

  test('finds nothing in noise, in a constant, and in a picture too small for a period', () => {
    for (const seed of [1, 2, 3]) {
      const { levelled } = makeScene({ rows: 256, columns: 256, period: 1e9, noise: 1, seed });
      expect(findPeriod(kernels, levelled)).toBeNull();
    }
    const { levelled } = makeScene({ period: 1e9, noise: 0 });
    expect(findPeriod(kernels, levelled)).toBeNull();
    expect(findPeriod(kernels, makeScene({ rows: 20, columns: 20 }).levelled)).toBeNull();
  });
});

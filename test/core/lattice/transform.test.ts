import { expect, test } from 'vitest';
import { inverse2d, transform2d } from '../../../bindings/core/lattice/transform.ts';
import { Random } from '../../../bindings/core/random.ts';
import { kernels } from './pictures.ts';

const sizes: [number, number][] = [
  [8, 16],
  [12, 10],
  [7, 15],
  [16, 9],
  [1, 6],
  [11, 1],
];

test.each(sizes)('is the sum it stands for, %i x %i, and goes back', (rows, columns) => {
  const random = new Random(rows * 100 + columns);
  const re = Float64Array.from({ length: rows * columns }, () => random.between(-1, 1));
  const im = re.map(() => random.between(-1, 1));
  const [a, b] = [Float64Array.from(re), Float64Array.from(im)];
  transform2d(kernels, a, b, rows, columns);
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      let [sumRe, sumIm] = [0, 0];
      for (let i = 0; i < re.length; i++) {
        const x = i % columns;
        const y = Math.floor(i / columns);
        const angle = -2 * Math.PI * ((c * x) / columns + (r * y) / rows);
        sumRe += re[i] * Math.cos(angle) - im[i] * Math.sin(angle);
        sumIm += re[i] * Math.sin(angle) + im[i] * Math.cos(angle);
      }
      // n terms of size up to sqrt 2, through transforms of up to four times the length.
      const tolerance = 64 * re.length * 2 ** -52 * re.length;
      expect(Math.abs(a[c * rows + r] - sumRe)).toBeLessThan(tolerance);
      expect(Math.abs(b[c * rows + r] - sumIm)).toBeLessThan(tolerance);
    }
  }
  inverse2d(kernels, a, b, rows, columns);
  for (let i = 0; i < re.length; i++) {
    expect(a[i]).toBeCloseTo(re[i], 12);
    expect(b[i]).toBeCloseTo(im[i], 12);
  }
});

import { describe, expect, test } from 'vitest';
import { removeLattice } from '../../../bindings/core/lattice/remove.ts';
import type { Picture } from '../../../bindings/core/lattice/spectrum.ts';
import { corrugation, kernels, picture, polar } from './pictures.ts';

const lattices = [
  {
    name: 'rows',
    a: polar(5.3, 20),
    b: polar(10.7, 110),
    waves: [
      [1, 0, 1],
      [0.2, 0, 2],
    ],
  },
  {
    name: 'hexagonal',
    a: polar(6.1, 8),
    b: polar(6.1, 68),
    waves: [
      [1, 1, 0],
      [1, 0, 1],
      [1, 1, 1],
    ],
  },
  {
    name: 'oblique',
    a: polar(7.9, -31),
    b: polar(12.2, 70),
    waves: [
      [1, 1, 0],
      [1, 0, 1],
      [0.4, 1, 1],
    ],
  },
] as const;

function power(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

describe.each([false, true])('removeLattice, bent %s', (bent) => {
  const removed = (scan: Picture) => removeLattice(kernels, scan, undefined, bent);

  test.each(lattices)(
    'takes at least 20 dB off a $name lattice, 12 dB with the frame',
    ({ a, b, waves }) => {
      for (const [rows, columns] of [
        [256, 256],
        [200, 300],
      ]) {
        const lattice = corrugation(a, b, waves);
        const noiseOnly = picture(rows, columns, [() => 0], 0.05, 3);
        const before = picture(rows, columns, [lattice], 0.05, 3);
        const [after] = removed(before);
        const left = after.map((value, i) => value - noiseOnly.planes[0][i]);
        expect(power(left)).toBeLessThan(10 ** -1.2 * power(before.planes[0]));
        const inside = left.filter((_, i) => {
          const [x, y] = [i % columns, Math.floor(i / columns)];
          return Math.min(x, y, columns - 1 - x, rows - 1 - y) >= 12;
        });
        expect(power(inside)).toBeLessThan(10 ** -2 * power(before.planes[0]));
      }
    },
  );

  test.each([2, 4])('leaves a defect of width %f px at least 90 %% of its height', (width) => {
    const lattice = corrugation(
      [5.3, 1.2],
      [-1.9, 9.1],
      [
        [1, 1, 0],
        [1, 0, 1],
      ],
    );
    for (const height of [3, -3, 12]) {
      const defect = (x: number, y: number) =>
        height * Math.exp(-((x - 130) ** 2 + (y - 90) ** 2) / (2 * width * width));
      const [after] = removed(picture(256, 256, [(x, y) => lattice(x, y) + defect(x, y)]));
      expect(after[90 * 256 + 130] / height).toBeGreaterThan(0.9);
      expect(after[90 * 256 + 130] / height).toBeLessThan(1.1);
    }
  });

  test('leaves what has no lattice as it was', () => {
    const scan = picture(
      128,
      160,
      [
        (x, y) => Math.exp(-((x - 40) ** 2 + (y - 50) ** 2) / 18),
        (x, y) => -Math.exp(-((x - 90) ** 2 + (y - 70) ** 2) / 50),
      ],
      0.02,
      7,
    );
    const after = removed(scan);
    after.forEach((plane, p) => {
      expect(power(plane.map((value, i) => value - scan.planes[p][i]))).toBeLessThan(1e-5);
    });
  });

  test('treats two planes as it would each alone', () => {
    const first = corrugation([6, 1], [-1, 8], [[1, 1, 0]]);
    const second = corrugation([9, 2], [-3, 7], [[0.5, 0, 1]]);
    const both = picture(96, 120, [first, second], 0.1, 2);
    const together = removed(both);
    both.planes.forEach((plane, p) => {
      const [alone] = removed({ ...both, planes: [plane] });
      expect(power(alone.map((value, i) => value - together[p][i]))).toBeLessThan(1e-9);
    });
  });
});

test('takes off a lattice that creep bends, at the lines that it bends too', () => {
  const lattice = corrugation(polar(5.3, 20), polar(10.7, 110), [
    [1, 0, 1],
    [0.4, 1, 0],
  ]);
  const [size, lines, noise] = [256, 60, 0.6];
  const scan = picture(size, size, [(x, y) => lattice(x + 12 * Math.exp(-y / lines), y)], noise, 3);
  const [noiseOnly] = picture(size, size, [() => 0], noise, 3).planes;
  const left = removeLattice(kernels, scan, undefined, true)[0].map(
    (value, i) => value - noiseOnly[i],
  );
  const before = power(scan.planes[0]) - noise * noise;
  // Without what surrounds its waves' bins, 12 and 14.6 dB.
  expect(power(left.subarray(0, lines * size))).toBeLessThan(10 ** -1.35 * before);
  expect(power(left.subarray(lines * size))).toBeLessThan(10 ** -1.6 * before);
});

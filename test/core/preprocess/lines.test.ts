import { describe, expect, test } from 'vitest';
import { alignLines, settleLines } from '../../../bindings/core/preprocess/lines.ts';
import { Random } from '../../../bindings/core/random.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { allValid, make, mostAbsolute, noisy } from './images.ts';

const kernels = createKernels();

/** Standard deviation of line means from a straight line along y. */
function wander(lines: Float64Array): number {
  const n = lines.length;
  const middle = (n - 1) / 2;
  const mean = lines.reduce((s, v) => s + v, 0) / n;
  let yy = 0;
  let yv = 0;
  lines.forEach((v, y) => {
    yy += (y - middle) ** 2;
    yv += (y - middle) * (v - mean);
  });
  return Math.sqrt(
    lines.reduce((s, v, y) => s + (v - mean - (yv / yy) * (y - middle)) ** 2, 0) / n,
  );
}

describe('alignLines', () => {
  test('removes random offsets of lines without drift', () => {
    const size = 256;
    const random = new Random(4);
    const offsets = Float64Array.from({ length: size }, () => random.between(-0.2, 0.2));
    const sigma = 0.01;
    const flat = noisy(
      kernels,
      make(size, size, () => 0),
      sigma,
      6,
    );
    const spoiled = make(size, size, (x, y) => flat.heights[y * size + x] + offsets[y]);
    const { offsets: found } = alignLines(spoiled.heights, allValid(spoiled), size, size, false);
    // A sum of 256 differences, each with an error of sigma sqrt(2 / 256): a random walk.
    const step = sigma * Math.sqrt(2 / size);
    expect(wander(found.map((o, y) => o - offsets[y]))).toBeLessThan(step * Math.sqrt(size));
  });

  test('a tilted staircase does not drift', () => {
    const size = 256;
    // Steps at 45 degrees: five pixels of every line cross one.
    const stair = (x: number, y: number) => 0.136 * Math.floor((x + y) / 50);
    const made = noisy(
      kernels,
      make(size, size, (x, y) => stair(x, y) + 0.002 * y),
      0.01,
      8,
    );
    const { offsets } = alignLines(made.heights, allValid(made), size, size, false);
    const drift = offsets[size - 1] - 0.002 * (size - 1);
    // Unmasked, the five steps would lift each line by their share: 0.136 * 5 / 256 * 255 = 0.68.
    expect(Math.abs(drift)).toBeLessThan(0.03);
  });

  test.each([10, 28, 60])(
    'a rounded step at %i degrees to the lines is not spread over them',
    (angle) => {
      const size = 256;
      const across = { 10: 0.176, 28: 0.532, 60: 1.732 }[angle] ?? 0;
      // Five lines wide, as a tip rounds it: each line rises by less than three spreads of the noise.
      const edge = (x: number, y: number) => {
        const t = Math.max(0, Math.min(1, 0.5 + (y - 128 - across * (x - 128)) / 5));
        return 0.136 * t;
      };
      const made = noisy(kernels, make(size, size, edge), 0.012, 8);
      const { offsets } = alignLines(made.heights, allValid(made), size, size, false);
      // Chains of 8 lines' comparisons, each with an error of sigma sqrt(2 / 256), far below the step.
      expect(wander(offsets)).toBeLessThan(0.012);
      expect(Math.abs(offsets[size - 1] - offsets[0])).toBeLessThan(0.03);
    },
  );

  test('a bright feature that fills most of its lines is not erased', () => {
    const size = 200;
    const inside = (x: number, y: number) => x >= 30 && x < 180 && y >= 60 && y < 140;
    const random = new Random(12);
    const offsets = Float64Array.from({ length: size }, () => random.between(-0.02, 0.02));
    const made = noisy(
      kernels,
      make(size, size, (x, y) => (inside(x, y) ? 0.3 : 0) + offsets[y]),
      0.005,
      13,
    );
    const { heights } = alignLines(made.heights, allValid(made), size, size, false);
    const mean = (keep: (x: number, y: number) => boolean) => {
      let sum = 0;
      let n = 0;
      for (let y = 62; y < 138; y++) {
        for (let x = 0; x < size; x++) {
          if (!keep(x, y)) continue;
          sum += heights[y * size + x];
          n++;
        }
      }
      return sum / n;
    };
    let above = 0;
    for (let i = 0; i < 58 * size; i++) above += heights[i] / (58 * size);
    const outside = mean((x) => x < 28 || x >= 182);
    expect(Math.abs(outside - above)).toBeLessThan(0.02);
    expect(mean((x) => x > 32 && x < 178) - outside).toBeGreaterThan(0.29);
  });

  test('slope: lines tilted one by one become parallel', () => {
    const size = 128;
    const random = new Random(3);
    const slopes = Float64Array.from({ length: size }, () => random.between(-0.1, 0.1));
    const made = noisy(
      kernels,
      make(size, size, (x, y) => slopes[y] * (x / size - 0.5)),
      0.002,
      5,
    );
    const ends = (heights: Float64Array) => {
      const rises = Float64Array.from({ length: size }, (_, y) => {
        let rise = 0;
        for (let k = 0; k < 20; k++)
          rise += heights[y * size + size - 1 - k] - heights[y * size + k];
        return rise / 20;
      });
      return wander(rises);
    };
    const { heights } = alignLines(made.heights, allValid(made), size, size, true);
    expect(ends(heights)).toBeLessThan(0.25 * ends(made.heights));
  });

  test('an ideal plane keeps its tilt along x and loses that along y', () => {
    const made = make(64, 64, (x, y) => 0.5 * x - 0.25 * y);
    const { heights } = alignLines(made.heights, allValid(made), 64, 64, false);
    const change = heights.map((h, i) => h - 0.5 * (i % 64));
    expect(mostAbsolute(change)).toBeLessThan(1e-9);
  });
});

describe('settleLines', () => {
  test('takes a slow drift out and leaves a wide feature in', () => {
    const size = 200;
    const drift = (y: number) => 0.03 * kernels.sin(y / 20);
    const feature = (x: number, y: number) => (x >= 60 && y >= 80 && y < 120 ? 0.2 : 0);
    const made = noisy(
      kernels,
      make(size, size, (x, y) => drift(y) + feature(x, y)),
      0.01,
      7,
    );
    const { offsets } = settleLines(made.heights, allValid(made), size, size, 4, 7);
    for (let y = 10; y < size - 10; y++)
      expect(Math.abs(offsets[y] - drift(y))).toBeLessThan(0.008);
  });
});

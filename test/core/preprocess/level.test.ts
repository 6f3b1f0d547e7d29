import { describe, expect, test } from 'vitest';
import { type LevelOptions, level } from '../../../bindings/core/preprocess/level.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { allValid, type Made, make, mostAbsolute, noisy, tilt, withDefects } from './images.ts';

const kernels = createKernels();
const usual: LevelOptions = { order: 2, flatten: true, smallestTerrace: 0.02, blockPx: 8 };

function levelled(made: Made, options: Partial<LevelOptions> = {}) {
  return level(made.heights, allValid(made), made.rows, made.columns, { ...usual, ...options });
}

/** Terrace of a staircase of `count` steps that run aslant. */
function stair(x: number, y: number, size: number, count: number): number {
  return Math.floor(((x + 0.7 * y) / (1.7 * size)) * (count + 1));
}

/** Steps of Si(001) on a tilted, bowed plane: what a real scan's levelling has to undo. */
function staircase(size: number, count: number): Made {
  return make(size, size, (x, y) => {
    const u = x / size - 0.5;
    const v = y / size - 0.5;
    return 0.136 * stair(x, y, size, count) + 1.9 * u - 1.1 * v + 0.3 * u * u - 0.2 * v * v + 7;
  });
}

describe('level', () => {
  test.each([1, 2, 3] as const)('takes a plane to zero, order %i', (order) => {
    const made = make(100, 140, (x, y) => 3 + 0.02 * x - 0.05 * y);
    const { heights, terraceCount } = levelled(made, { order });
    // The plane spans 7.8; elimination of a few unknowns costs some hundred roundings of that.
    expect(mostAbsolute(heights)).toBeLessThan(1e3 * 2 ** -52 * 7.8);
    expect(terraceCount).toBe(1);
  });

  test('leaves a flat noisy scan one terrace and its heights alone', () => {
    const made = withDefects(
      noisy(
        kernels,
        make(256, 256, () => 0),
        0.01,
        3,
      ),
      60,
      4,
      0.12,
      5,
    );
    const { heights, terraceCount, stepHeights } = levelled(made);
    expect(terraceCount).toBe(1);
    expect(stepHeights).toEqual([]);
    const change = heights.map((h, i) => h - made.heights[i]);
    expect(mostAbsolute(change)).toBeLessThan(0.003);
  });

  test('large defects do not become terraces, nor does a halo', () => {
    const base = noisy(
      kernels,
      make(256, 256, () => 0),
      0.008,
      11,
    );
    const blob = withDefects(base, 3, 14, 0.3, 2);
    expect(levelled(blob).terraceCount).toBe(1);
    const halo = make(256, 256, (x, y) => {
      const d = ((x - 120) ** 2 + (y - 130) ** 2) / 60 ** 2;
      return base.heights[y * 256 + x] + 0.1 / (1 + d * d);
    });
    expect(levelled(halo).terraceCount).toBe(1);
  });

  test.each([1, 2, 4])('finds %i steps on a tilted bowed plane with defects', (count) => {
    const size = 384;
    const sigma = 0.01;
    const made = withDefects(noisy(kernels, staircase(size, count), sigma, 21), 250, 3, 0.1, 22);
    const result = levelled(made);
    expect(result.terraceCount).toBe(count + 1);
    expect(result.stepHeights).toHaveLength(count);
    for (const step of result.stepHeights) expect(Math.abs(step - 0.136)).toBeLessThan(0.004);

    // Away from step edges the background must be level within a few pm and its noise unchanged.
    const clean = levelled(noisy(kernels, staircase(size, count), sigma, 21));
    for (const [, { heights, terraces }] of [result, clean].entries()) {
      for (let k = 0; k <= count; k++) {
        const inside = heights.map((h, i) => {
          const x = i % size;
          const y = Math.floor(i / size);
          const near = [-8, 8].some(
            (d) => stair(x + d, y, size, count) !== stair(x, y, size, count),
          );
          return terraces[i] === k && !near && Math.abs(h) < 5 * sigma ? 1 : 0;
        });
        const area = inside.reduce((sum, v) => sum + v, 0);
        // Terraces at the corners are small: their own tilt is extrapolated to the whole image.
        const part = Math.sqrt(area / (size * size));
        const slope = tilt({ ...made, heights }, inside);
        expect(Math.abs(slope.x) * part).toBeLessThan(0.004);
        expect(Math.abs(slope.y) * part).toBeLessThan(0.004);
      }
    }
  });

  test('flatten: false keeps the steps', () => {
    const made = noisy(kernels, staircase(256, 1), 0.005, 9);
    const { heights, terraces } = levelled(made, { flatten: false });
    const mean = [0, 1].map((k) => {
      const own = heights.filter((_, i) => terraces[i] === k);
      return own.reduce((sum, h) => sum + h, 0) / own.length;
    });
    expect(Math.abs(Math.abs(mean[1] - mean[0]) - 0.136)).toBeLessThan(0.004);
  });

  test('levelling twice is levelling once', () => {
    const made = withDefects(noisy(kernels, staircase(256, 2), 0.008, 31), 80, 3, 0.1, 32);
    const once = levelled(made).heights;
    const twice = levelled({ ...made, heights: once }).heights;
    const change = once.map((h, i) => h - twice[i]);
    // Pixels at step edges may follow another boundary; the rest moves by less than the noise of a fit.
    expect(mostAbsolute(change)).toBeLessThan(0.003);
  });

  test('does not modify its input and ignores what is not valid', () => {
    const made = noisy(
      kernels,
      make(128, 128, (x) => 0.01 * x),
      0.005,
      1,
    );
    const before = Float64Array.from(made.heights);
    const valid = allValid(made).fill(0, 0, 40 * 128);
    made.heights.fill(1e6, 0, 40 * 128);
    before.fill(1e6, 0, 40 * 128);
    const { heights } = level(made.heights, valid, 128, 128, usual);
    expect(made.heights).toEqual(before);
    expect(mostAbsolute(heights.subarray(48 * 128))).toBeLessThan(0.04);
  });
});

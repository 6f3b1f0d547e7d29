import { describe, expect, test } from 'vitest';
import { removeScars } from '../../../bindings/core/preprocess/scars.ts';
import { Random } from '../../../bindings/core/random.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { allValid, type Made, make, noisy, withDefects } from './images.ts';

const kernels = createKernels();
const size = 256;

function surface(): Made {
  const rows = make(size, size, (x, y) => 0.02 * kernels.sin((x + 0.6 * y) * 0.8));
  return withDefects(noisy(kernels, rows, 0.006, 2), 80, 3, 0.12, 3);
}

function scarred(made: Made, lines: number, count: number): { made: Made; truth: Uint8Array } {
  const random = new Random(17);
  const heights = Float64Array.from(made.heights);
  const truth = new Uint8Array(heights.length);
  for (let k = 0; k < count; k++) {
    const length = 15 * lines + random.below(40);
    const x = random.below(size - length);
    const y = 4 + k * Math.floor((size - 8) / count);
    const jump = random.uniform() < 0.5 ? 0.3 : -0.3;
    for (let l = 0; l < lines; l++) {
      for (let i = (y + l) * size + x; i < (y + l) * size + x + length; i++) {
        heights[i] += jump;
        truth[i] = 1;
      }
    }
  }
  return { made: { ...made, heights }, truth };
}

describe('removeScars', () => {
  test.each([1, 2, 3])('finds inserted scars of %i lines and little else', (lines) => {
    const clean = surface();
    const { made, truth } = scarred(clean, lines, 20);
    const options = { threshold: 5, minLength: 6, maxLines: lines };
    const found = removeScars(made.heights, allValid(made), size, size, options);
    let hits = 0;
    let marked = 0;
    let real = 0;
    let worst = 0;
    for (let i = 0; i < truth.length; i++) {
      hits += truth[i] & found.disturbed[i];
      marked += found.disturbed[i];
      real += truth[i];
      if (!found.disturbed[i]) continue;
      worst = Math.max(worst, Math.abs(found.heights[i] - clean.heights[i]));
    }
    expect(hits / real).toBeGreaterThan(0.85);
    expect(hits / marked).toBeGreaterThan(0.9);
    expect(found.count).toBeGreaterThanOrEqual(18);
    // Interpolated heights are of the surface (corrugation, defects), not of the scar beside them.
    expect(worst).toBeLessThan(0.3);
  });

  test('leaves a surface without scars as it is', () => {
    const made = surface();
    const options = { threshold: 5, minLength: 6, maxLines: 2 };
    const { heights, count } = removeScars(made.heights, allValid(made), size, size, options);
    expect(count).toBe(0);
    expect(heights).toEqual(made.heights);
  });
});

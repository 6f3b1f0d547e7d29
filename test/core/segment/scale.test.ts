import { describe, expect, test } from 'vitest';
import { Random } from '../../../bindings/core/random.ts';
import { segment } from '../../../bindings/core/segment/index.ts';
import { chooseScale, correlationLength } from '../../../bindings/core/segment/scale.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { makeLevelled, makeScene } from './scene.ts';

const kernels = createKernels();

/** A scene of which nobody knows the row spacing. */
function unknown(options: Parameters<typeof makeScene>[0]) {
  const { levelled } = makeScene(options);
  return { ...levelled, rowSpacingPx: null };
}

describe('correlationLength', () => {
  test('of one wave of rows is that of its cosine', () => {
    // Rows along y: cos(2 pi lag / 30) falls to half of its value at 1 where it is 0.489.
    const levelled = unknown({ period: 30, angle: 0, noise: 0, rows: 300, columns: 900 });
    const expected = (Math.acos(Math.cos((2 * Math.PI) / 30) / 2) * 30) / (2 * Math.PI);
    expect(correlationLength(levelled)).toBeCloseTo(expected, 1);
  });

  test('grows with the sampling and is not cut short by white noise', () => {
    const coarse = correlationLength(unknown({ period: 12, noise: 0.5, rows: 300, columns: 300 }));
    const fine = correlationLength(unknown({ period: 24, noise: 0.5, rows: 600, columns: 600 }));
    expect(coarse).toBeGreaterThan(1.5);
    expect((fine ?? 0) / (coarse ?? 1)).toBeGreaterThan(1.8);
    expect((fine ?? 0) / (coarse ?? 1)).toBeLessThan(2.2);
  });

  test('is that of the features, not of a slow background under them', () => {
    const plain = unknown({ period: 12, rows: 300, columns: 300 });
    const slow = plain.planes[0].map((height, i) => {
      const [x, y] = [i % 300, Math.floor(i / 300)];
      return height + 2 * kernels.sin((2 * Math.PI * (x + 2 * y)) / 300);
    });
    const alone = correlationLength(plain) ?? 0;
    const together = correlationLength({ ...plain, planes: [slow] }) ?? 0;
    expect(together / alone).toBeGreaterThan(0.8);
    // A tenth of the background's own length.
    expect(together / alone).toBeLessThan(2.5);
  });

  test('is not known of a constant, of a ramp, of white noise', () => {
    const flat = new Float32Array(100 * 100);
    expect(correlationLength(makeLevelled([flat], 100, 100))).toBeNull();
    const ramp = flat.map((_, i) => (i % 100) + Math.floor(i / 100));
    expect(correlationLength(makeLevelled([ramp], 100, 100))).toBeNull();
    const random = new Random(1);
    const one = makeLevelled([Float32Array.of(1)], 1, 1);
    expect(correlationLength(one)).toBeNull();
    const noise = flat.map(() => random.uniform());
    expect(correlationLength(makeLevelled([noise], 100, 100)) ?? 1).toBeLessThan(3);
  });
});

describe('chooseScale', () => {
  test('takes the option, else the lattice, and warns where it must guess', () => {
    const { levelled } = makeScene({ period: 12 });
    expect(chooseScale(levelled, 9)).toEqual({
      periodPx: 9,
      periodFrom: 'option',
      warnings: [],
    });
    expect(chooseScale(levelled, undefined)).toEqual({
      periodPx: 12,
      periodFrom: 'lattice',
      warnings: [],
    });
    const guess = chooseScale({ ...levelled, rowSpacingPx: null }, undefined);
    expect(guess.periodFrom).toBe('correlation length');
    // Within a factor of two of the truth.
    expect(guess.periodPx).toBeGreaterThan(6);
    expect(guess.periodPx).toBeLessThan(24);
    expect(guess.warnings).toHaveLength(1);
    const flat = makeLevelled([new Float32Array(400)], 20, 20);
    expect(chooseScale(flat, undefined)).toMatchObject({ periodPx: 8, periodFrom: 'assumed' });
  });

  test('its warning and the measured clusters are in the segmentation’s record', () => {
    const { levelled } = makeScene({ period: 12, heights: [5] });
    const found = segment(kernels, { ...levelled, rowSpacingPx: null });
    expect(found.warnings).toEqual([]);
    // Nothing but molecules on a flat surface: rows of nothing.
    const random = new Random(5);
    const places = Array.from({ length: 30 }, () => [
      random.between(0, 160),
      random.between(0, 160),
    ]);
    const bare = Float32Array.from({ length: 160 * 160 }, (_, i) =>
      places.reduce(
        (sum, [x, y]) =>
          sum + 5 * Math.exp(-(((i % 160) - x) ** 2 + (Math.floor(i / 160) - y) ** 2) / 50),
        0.05 * random.uniform(),
      ),
    );
    const { warnings, steps, clusters } = segment(kernels, makeLevelled([bare], 160, 160));
    expect(warnings[0]).toMatch(/No lattice.*row spacing of \d+ pixels/);
    expect(steps[0]['periodFrom']).toBe('correlation length');
    const recorded = steps[0]['clusters'] as { cluster: number; isDefect: boolean; why: string }[];
    expect(recorded.map(({ cluster }) => cluster)).toEqual(clusters.map((_, i) => i));
    expect(recorded.map(({ why }) => why)).toEqual(clusters.map(({ why }) => why));
    expect(segment(kernels, makeScene({ heights: [5] }).levelled).warnings).toEqual([]);
  });
});

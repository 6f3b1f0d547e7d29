import { describe, expect, it } from 'vitest';
import { Random } from '../../../bindings/core/random.ts';
import {
  type Conditions,
  plainConditions,
  randomConditions,
} from '../../../bindings/core/simulate/conditions.ts';
import { image } from '../../../bindings/core/simulate/optics.ts';
import { scanWith } from '../../../bindings/core/simulate/probe.ts';
import { simulateScene } from '../../../bindings/core/simulate/scene.ts';
import { addDisturbances, addShadow, scanWarp } from '../../../bindings/core/simulate/spoil.ts';
import { Tables } from '../../../bindings/core/simulate/tables.ts';
import { Terraces } from '../../../bindings/core/simulate/terraces.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const tables = new Tables(kernels);
const [rows, columns] = [40, 60];
const empty = () => ({ values: new Float32Array(rows * columns), rows, columns });
const conditions = (changes: Partial<Conditions>) => ({
  ...plainConditions(new Random(1)),
  ...changes,
});

describe('disturbances', () => {
  it('are marked where they are, and nowhere else on most of a line', () => {
    const images = [empty(), empty()];
    const disturbed = new Uint8Array(rows * columns);
    const unfinished = { row: 35, value: 7 };
    const many = conditions({ scars: 5, noisyLines: 2, jump: 1, unfinished });
    addDisturbances(tables, new Random(2), images, many, disturbed);
    for (let i = 0; i < disturbed.length; i++) {
      expect(disturbed[i]).toBe(images.some(({ values }) => values[i] !== 0) ? 1 : 0);
    }
    expect(disturbed.includes(1)).toBe(true);
  });

  it('leave a plain scene alone and come to others', () => {
    const seen = { steps: 0, disturbed: 0, unfinished: 0 };
    for (let seed = 0; seed < 200; seed++) {
      const options = { surface: 'random', seed, rows: 32, columns: 32, coverage: 0.02 } as const;
      if (seed < 5) {
        const plain = simulateScene(kernels, { ...options, plain: true });
        expect(plain.steps.includes(1) || plain.disturbed.includes(1)).toBe(false);
      }
      const { steps, disturbed, planes, mask, defects } = simulateScene(kernels, options);
      if (steps.includes(1)) seen.steps++;
      if (disturbed.includes(1)) seen.disturbed++;
      const missing = planes[0].findIndex((_, i) =>
        planes[0].subarray(i).every((height) => height === 0 || Number.isNaN(height)),
      );
      if (missing < 0) continue;
      seen.unfinished++;
      expect(missing % 32).toBe(0);
      expect(disturbed.subarray(missing).includes(0)).toBe(false);
      expect(mask.subarray(missing).includes(1)).toBe(false);
      for (const { y } of defects) expect(y).toBeLessThan(missing / 32);
    }
    expect(Math.min(seen.steps, seen.disturbed, seen.unfinished)).toBeGreaterThan(0);
  });
});

describe('the feedback', () => {
  it.each([
    [0, true, 1],
    [1, true, -1],
    [1, false, 1],
  ] as const)(
    'of channel %i, backward %s, throws a shadow downstream only',
    (channel, backward, way) => {
      const scanned = empty();
      const tall = 20 * columns + 30;
      scanned.values[tall] = 1;
      const before = scanned.values.slice();
      const some = conditions({ backward, shadow: { gain: 0.5, length: 5 } });
      addShadow(scanned, some, channel);
      const change = scanned.values.map((height, i) => height - before[i]);
      expect(Math.max(...change)).toBe(0);
      expect(change[tall + way]).toBeLessThan(-0.05);
      expect(change[tall + 3 * way]).toBeGreaterThan(change[tall + way]);
      for (let i = 0; i < change.length; i++) {
        const line = Math.floor(i / columns) === 20;
        if (!line || (i - tall) * way <= 0) expect(change[i]).toBeCloseTo(0, 12);
      }
    },
  );
});

describe('a tip change', () => {
  it('gives the lines before it one tip and those after it another', () => {
    const random = new Random(4);
    const values = Float32Array.from({ length: rows * columns }, () => random.uniform());
    const given = values.slice();
    const part = { values, rows, columns };
    const sharp = { curvature: 0, reach: 0, blurX: 0, blurY: 0 };
    const blunt = { curvature: 0.05, reach: 2, blurX: 1, blurY: 1 };
    const change = { row: 15, probes: [blunt, blunt] } as const;
    const optics = { probes: [sharp, sharp], change } as unknown as Parameters<typeof image>[1];
    const seen = image(tables, optics, 0, part, 5);
    const changed = 10 * columns;
    expect(values).toEqual(given);
    expect(seen.subarray(0, changed)).toEqual(part.values.subarray(0, changed));
    const after = scanWith(tables, blunt, part);
    expect(seen.subarray(changed)).toEqual(after.subarray(changed));
  });
});

describe('scan conditions', () => {
  it('keep every line moving forward on the surface', () => {
    for (let seed = 0; seed < 50; seed++) {
      const drawn = randomConditions(tables, new Random(seed), 192, 3);
      for (const channel of [0, 1] as const) {
        const warp = scanWarp(192, 192, drawn, channel);
        for (let i = 1; i < 192; i++) {
          expect(warp.y[i]).toBeGreaterThan(warp.y[i - 1]);
          expect(warp.x[i]).toBeGreaterThan(warp.x[i - 1]);
        }
      }
    }
  });
});

describe('terraces', () => {
  const style = { cos: 0.8, sin: 0.6, cell: 5, kinks: [0.1, 0.5], softness: 4 } as const;
  const terraces = new Terraces(new Random(3), style, [20, 60], 200);

  it('descend by one at every edge', () => {
    for (let u = -100.1234; u < 100; u += 3.7) {
      let before = 0;
      for (let v = -40; v < 130; v += 0.5) {
        const passed = terraces.passed(u * 0.8 - v * 0.6, u * 0.6 + v * 0.8);
        expect(passed).toBeGreaterThanOrEqual(before - 1e-12);
        before = passed;
      }
      expect(before).toBeCloseTo(2, 12);
    }
  });

  it('have an edge wherever the height is between two terraces', () => {
    for (let y = -30; y < 100; y += 1.3) {
      for (let x = -30; x < 100; x += 1.7) {
        const passed = terraces.passed(x, y);
        const between = Math.abs(passed - Math.round(passed)) > 1e-9;
        if (between) expect(terraces.isNear(x, y, style.softness)).toBe(true);
      }
    }
    expect(terraces.isNear(-60, -60, style.softness)).toBe(false);
  });
});

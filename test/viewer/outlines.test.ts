import { expect, test } from 'vitest';
import type { Defect } from '../../bindings/core/index.ts';
import { thinnessOf } from '../../bindings/web/viewer/outlines.ts';

const ofAreas = (...areas: number[]) => areas.map((areaPx) => ({ areaPx }) as Defect);

test('lines are thinner around defects of a few pixels of the screen, and no wider however large', () => {
  const scales = [0.1, 0.5, 1, 2, 4, 80];
  const widths = scales.map((scale) => thinnessOf(ofAreas(25, 64), scale));
  expect([...widths].sort()).toEqual(widths);
  expect([widths[0], widths.at(-1)]).toEqual([0.65, 1]);
  expect(thinnessOf(ofAreas(100), 1)).toBeCloseTo(10 / 12);
});

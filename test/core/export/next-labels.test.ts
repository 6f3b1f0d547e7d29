import { expect, test } from 'vitest';
import { nextLabelsLine } from '../../../bindings/core/export/next-labels.ts';
import type { Defect } from '../../../bindings/core/index.ts';

const box = { left: 0, top: 0, right: 1, bottom: 1 };
const defects = Array.from({ length: 8 }, (_, i): Defect => {
  const rest = { areaPx: 4, areaNm2: 1, box, touchesBorder: false, tooLarge: false };
  return { id: i + 1, x: 10 * i, y: 2, ...rest };
});

test('names the five that would tell most, the most first, in the pixels of a table of examples', () => {
  expect(nextLabelsLine(defects, [0.3, 0, null, 0.9, 0.2, 0.5, 0.4, 0.35])).toBe(
    'Labels that would tell most next (x_px, y_px): #4 (30.0, 2.0), #6 (50.0, 2.0), #7 (60.0, 2.0), #8 (70.0, 2.0), #1 (0.0, 2.0).',
  );
  expect(nextLabelsLine(defects.slice(0, 1), Float32Array.of(0.5))).toBe(
    'Labels that would tell most next (x_px, y_px): #1 (0.0, 2.0).',
  );
});

test('says nothing where nothing is in doubt', () => {
  expect(nextLabelsLine(defects, [0, 0.05, null, 0, 0, 0, 0, Number.NaN])).toBe('');
  expect(nextLabelsLine([], [])).toBe('');
});

import { expect, test } from 'vitest';
import { nextLabelsLine } from '../../../bindings/core/export/next-labels.ts';
import type { Defect } from '../../../bindings/core/index.ts';

const box = { left: 0, top: 0, right: 1, bottom: 1 };
const defects = Array.from({ length: 8 }, (_, i): Defect => {
  const rest = { areaPx: 4, areaNm2: 1, box, touchesBorder: false, tooLarge: false };
  return { id: i + 1, x: 10 * i, y: 2, ...rest };
});
const size = { pixelXNm: 0.2, pixelYNm: 0.5 };

test('names the five that would tell most, the most first, in nm where the size is known', () => {
  const doubt = [0.3, 0, null, 0.9, 0.2, 0.5, 0.4, 0.35];
  expect(nextLabelsLine(size, defects, doubt)).toBe(
    'Labels that would tell most next: #4 (6.0, 1.0), #6 (10.0, 1.0), #7 (12.0, 1.0), #8 (14.0, 1.0), #1 (0.0, 1.0); x and y in nm.',
  );
  const noSize = { pixelXNm: null, pixelYNm: null };
  expect(nextLabelsLine(noSize, defects.slice(0, 1), [0.3])).toBe(
    'Labels that would tell most next: #1 (0.0, 2.0); x and y in px.',
  );
});

test('says nothing where nothing is in doubt', () => {
  expect(nextLabelsLine(size, defects, [0, 0.05, null, 0, 0, 0, 0, Number.NaN])).toBe('');
  expect(nextLabelsLine(size, [], [])).toBe('');
});

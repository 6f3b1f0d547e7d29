import { expect, test } from 'vitest';
import { extentText } from '../../../bindings/core/export/figures.ts';

test('a scan is so many nanometres wide and high, or micrometres', () => {
  expect(extentText(100, 50)).toBe('100 × 50 nm');
  expect(extentText(999, 999)).toBe('999 × 999 nm');
  expect(extentText(1250, 200)).toBe('1.25 × 0.2 µm');
  expect(extentText(1250, 200, (value) => value.toFixed(2))).toBe('1.25 × 0.20 µm');
});

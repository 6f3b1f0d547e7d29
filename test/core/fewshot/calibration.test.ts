import { expect, test } from 'vitest';
import { Calibration } from '../../../bindings/core/fewshot/calibration.ts';

test('no error where nine in ten of those at 0.9 are right, and none without any', () => {
  const calibration = new Calibration();
  expect(calibration.error()).toBe(0);
  for (let i = 0; i < 10; i++) calibration.add(0.9, i > 0);
  expect(calibration.error()).toBeCloseTo(0, 12);
});

test('bins are weighed by how many are in them', () => {
  const calibration = new Calibration();
  // Three that are sure and wrong, one that doubts and is right half the time as it says.
  for (let i = 0; i < 3; i++) calibration.add(1, false);
  calibration.add(0.5, true);
  expect(calibration.error()).toBeCloseTo((3 * 1 + 0.5) / 4, 12);
});

test('no figure where what was named could be nothing else', () => {
  const calibration = new Calibration();
  calibration.add(0.9, true);
  calibration.add(Number.NaN, true);
  expect(calibration.error()).toBeNaN();
});

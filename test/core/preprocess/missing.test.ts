import { describe, expect, test } from 'vitest';
import { EmptyScanError, OptionError } from '../../../bindings/core/errors.ts';
import { fillMissing, findMissing } from '../../../bindings/core/preprocess/missing.ts';
import { heightUnit } from '../../../bindings/core/preprocess/units.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { make, noisy } from './images.ts';

const kernels = createKernels();
const size = 40;
const scan = () =>
  noisy(
    kernels,
    make(size, size, (x, y) => x + 2 * y),
    0.1,
    1,
  ).heights;

describe('findMissing', () => {
  test('a whole scan has nothing missing', () => {
    const { valid, missingPixels, missingLines } = findMissing(scan(), size, size, 'scan');
    expect(valid.includes(0)).toBe(false);
    expect([missingPixels, missingLines]).toEqual([0, 0]);
  });

  test('NaN and infinite pixels and lines, and heights that no surface has', () => {
    const pixels = scan();
    pixels.fill(NaN, 3 * size, 4 * size);
    pixels[7 * size + 5] = Infinity;
    pixels[8 * size + 6] = -1e300;
    const { valid, missingPixels, missingLines } = findMissing(pixels, size, size, 'scan');
    expect(missingPixels).toBe(size + 2);
    expect(missingLines).toBe(1);
    expect(valid[7 * size + 5]).toBe(0);
    expect(valid[8 * size + 6]).toBe(0);
  });

  test.each([0, 42.5])('an unfinished scan padded with %f, stopped inside a line', (padding) => {
    const pixels = scan();
    pixels.fill(padding, 29 * size + 15);
    const { valid, missingPixels, missingLines } = findMissing(pixels, size, size, 'scan');
    expect(missingLines).toBe(10);
    expect(missingPixels).toBe(10 * size + 25);
    expect(valid[29 * size + 14]).toBe(1);
  });

  test('an ideal plane along y is measured although its lines are constant', () => {
    const made = make(size, size, (_, y) => y);
    expect(findMissing(made.heights, size, size, 'scan').missingPixels).toBe(0);
  });

  test.each([
    ['all NaN', new Float64Array(size * size).fill(NaN)],
    ['all infinite', new Float64Array(size * size).fill(Infinity)],
    ['constant', new Float64Array(size * size).fill(1.5)],
    ['only three lines', scan().fill(0, 3 * size)],
  ])('%s: EmptyScanError in one sentence', (name, pixels) => {
    expect(() => findMissing(pixels, size, size, 'scan')).toThrow(EmptyScanError);
    expect(() => findMissing(pixels, size, size, 'scan')).toThrow(/^scan: .*expected.*\.$/);
    if (name.startsWith('all')) {
      expect(() => findMissing(pixels, size, size, 'scan')).toThrow('no finite pixel');
    }
  });
});

describe('fillMissing', () => {
  test('interpolates a line exactly on a plane and leaves the rest alone', () => {
    const { heights } = make(size, size, (x, y) => x + 2 * y);
    const valid = new Uint8Array(size * size).fill(1).fill(0, 9 * size, 12 * size);
    const spoiled = Float64Array.from(heights).fill(NaN, 9 * size, 12 * size);
    const filled = fillMissing(spoiled, valid, size, size);
    filled.forEach((h, i) => void expect(h).toBeCloseTo(heights[i], 12));
    expect(filled).toBe(spoiled);
  });

  test('never leaves a NaN, whatever is missing', () => {
    const pixels = scan();
    pixels.fill(NaN, 0, 5 * size).fill(NaN, 20 * size);
    for (let y = 0; y < size; y++) pixels[y * size + 3] = pixels[y * size] = NaN;
    const { valid } = findMissing(pixels, size, size, 'scan');
    expect(fillMissing(pixels, valid, size, size).every(Number.isFinite)).toBe(true);
  });
});

describe('heightUnit', () => {
  test.each([
    ['m', 1e9],
    ['nm', 1],
    ['pm', 1e-3],
    ['\u00c5', 0.1],
    ['\u212b', 0.1],
    ['um', 1e3],
  ])('%s to nm', (unit, factor) => {
    expect(heightUnit(unit, undefined, 1)).toMatchObject({
      factor,
      heightUnit: 'nm',
      guessed: false,
    });
  });

  test('an unknown unit is metres when heights are tiny, else arbitrary', () => {
    expect(heightUnit('', undefined, 3e-10)).toMatchObject({ factor: 1e9, guessed: true });
    expect(heightUnit('', undefined, 0.8)).toMatchObject({ factor: 1, heightUnit: 'arbitrary' });
    expect(heightUnit('A', undefined, 1e-10)).toMatchObject({ factor: 1, heightUnit: 'arbitrary' });
  });

  test("the user's unit wins and must be a length", () => {
    expect(heightUnit('m', 'nm', 1)).toMatchObject({ factor: 1, heightUnit: 'nm' });
    expect(heightUnit('m', 'arbitrary', 1)).toMatchObject({ factor: 1, heightUnit: 'arbitrary' });
    expect(() => heightUnit('m', 'volts', 1)).toThrow(OptionError);
    expect(() => heightUnit('m', 'toString', 1)).toThrow(OptionError);
  });
});

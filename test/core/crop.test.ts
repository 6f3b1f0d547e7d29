import { describe, expect, test } from 'vitest';
import { cropAt } from '../../bindings/core/crop.ts';
import { OptionError, ShapeError } from '../../bindings/core/errors.ts';
import { Random } from '../../bindings/core/random.ts';

const rows = 30;
const columns = 50;
const plane = (f: (x: number, y: number) => number) =>
  Float32Array.from({ length: rows * columns }, (_, i) => f(i % columns, Math.floor(i / columns)));
const random = new Random(4);
const noise = plane(() => random.between(-1, 1));
const ramp = plane((x, y) => 2 * x - 3 * y);
const middle = { x: 24.3, y: 14.8 };

const median = (values: Float32Array) => {
  const sorted = values.slice().sort();
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

describe('crop', () => {
  test('bilinear sampling is exact on a plane, at sub-pixel centres and fractional sizes', () => {
    const sizePx = 11.7;
    for (const output of [40, 5]) {
      const { crops } = cropAt([ramp], rows, columns, [middle], {
        sizePx,
        output,
        normalise: 'none',
      });
      for (let j = 0; j < output; j++) {
        for (let i = 0; i < output; i++) {
          const x = middle.x - sizePx / 2 + ((i + 0.5) * sizePx) / output;
          const y = middle.y - sizePx / 2 + ((j + 0.5) * sizePx) / output;
          // f32 rounding of the result and of values up to 150
          expect(Math.abs(crops[j * output + i] - (2 * x - 3 * y))).toBeLessThan(150 * 2 ** -23);
        }
      }
    }
  });

  test('a crop of the pixels’ own size is the pixels', () => {
    const { crops } = cropAt([noise], rows, columns, [{ x: 20.5, y: 10.5 }], {
      sizePx: 8,
      output: 8,
      normalise: 'none',
    });
    for (let j = 0; j < 8; j++) {
      for (let i = 0; i < 8; i++) expect(crops[j * 8 + i]).toBe(noise[(7 + j) * columns + 17 + i]);
    }
  });

  test('shrinking averages: the mean survives', () => {
    const { crops } = cropAt([noise], rows, columns, [{ x: 19.5, y: 14.5 }], {
      sizePx: 20,
      output: 2,
      normalise: 'none',
    });
    let sum = 0;
    for (let j = 5; j < 25; j++) for (let i = 10; i < 30; i++) sum += noise[j * columns + i];
    expect((crops[0] + crops[1] + crops[2] + crops[3]) / 4).toBeCloseTo(sum / 400, 6);
  });

  test('one plane fills both channels; two planes fill one each', () => {
    const options = { sizePx: 9, normalise: 'none' } as const;
    const single = cropAt([noise], rows, columns, [middle], options).crops;
    expect(single.slice(1600)).toEqual(single.slice(0, 1600));
    const double = cropAt([noise, ramp], rows, columns, [middle], options).crops;
    expect(double.slice(0, 1600)).toEqual(single.slice(0, 1600));
    expect(double.slice(1600)).not.toEqual(single.slice(1600));
  });

  test('beyond the edge the nearest pixel goes on, and is reported', () => {
    const points = [middle, { x: 0, y: 15 }, { x: 49, y: 29 }, { x: 4, y: 4 }];
    const { crops, touchesBorder } = cropAt([ramp], rows, columns, points, {
      sizePx: 9,
      output: 9,
      normalise: 'none',
    });
    expect([...touchesBorder]).toEqual([0, 1, 1, 0]);
    // Second crop: columns -4..4, of which -4..0 are column 0.
    expect([...crops.subarray(2 * 81, 2 * 81 + 5)]).toEqual(new Array(5).fill(-3 * 11));
  });

  test('scan: channel medians are 0, and units, offsets and gain drop out', () => {
    const points = [middle, { x: 8, y: 9 }];
    const crop = (p: Float32Array, gain?: number) =>
      cropAt([p], rows, columns, points, { sizePx: 9, ...(gain ? { gain } : {}) }).crops;
    const plain = crop(noise);
    for (let c = 0; c < 4; c++) {
      expect(Math.abs(median(plain.subarray(c * 1600, (c + 1) * 1600)))).toBeLessThan(1e-7);
    }
    const scaled = crop(noise.map((v) => 4096 * v));
    expect(scaled).toEqual(plain);
    const shifted = crop(noise.map((v) => 3 * v + 7));
    shifted.forEach((v, i) => {
      expect(Math.abs(v - plain[i])).toBeLessThan(1e-5 * 0.05);
    });
    expect(crop(noise, 1).every((v, i) => Math.abs(v - 20 * plain[i]) < 1e-5)).toBe(true);
  });

  test('scan: a constant plane, and one with a single feature, stay finite', () => {
    const flat = plane(() => 5);
    const { crops } = cropAt([flat], rows, columns, [middle], { sizePx: 9 });
    expect(crops.every((v) => v === 0)).toBe(true);
    flat[15 * columns + 24] = 6;
    const spot = cropAt([flat], rows, columns, [middle], { sizePx: 9 }).crops;
    expect(spot.every(Number.isFinite)).toBe(true);
    expect(spot.some((v) => v > 0)).toBe(true);
  });

  test('authors: whole pixels from x - 8 to x + 7, channel 0’s mean taken from both', () => {
    const inside = (x: number, y: number) => x >= 16 && x < 32 && y >= 7 && y < 23;
    // Outside the square everything is 1000: a crop that looked beyond would show it.
    const a = plane((x, y) => (inside(x, y) ? noise[y * columns + x] : 1000));
    const b = plane((x, y) => (inside(x, y) ? 5 : 1000));
    const { crops } = cropAt([a, b], rows, columns, [{ x: 24, y: 15 }], {
      sizePx: 16,
      normalise: 'authors',
    });
    const mean = (values: Float32Array) => values.reduce((s, v) => s + v, 0) / values.length;
    expect(Math.max(...crops)).toBeLessThan(10);
    expect(Math.abs(mean(crops.subarray(0, 1600)))).toBeLessThan(1e-6);
    const second = crops.subarray(1600);
    expect(second.every((v) => v === second[0])).toBe(true);
    expect(Math.abs(second[0] - 5)).toBeLessThan(0.2);
  });

  test('planes are not modified, no points give no crops', () => {
    const before = noise.slice();
    expect(cropAt([noise], rows, columns, [], { sizePx: 9 }).crops.length).toBe(0);
    cropAt([noise], rows, columns, [middle], { sizePx: 9, normalise: 'authors' });
    expect(noise).toEqual(before);
  });

  test('bad input is named', () => {
    const at = (points: { x: number; y: number }[], sizePx: number) => () =>
      cropAt([noise], rows, columns, points, { sizePx });
    expect(() => cropAt([], rows, columns, [], { sizePx: 9 })).toThrow(ShapeError);
    expect(() => cropAt([new Float32Array(3)], rows, columns, [], { sizePx: 9 })).toThrow(
      /3 values/,
    );
    expect(at([middle], 0)).toThrow(OptionError);
    expect(at([middle], NaN)).toThrow(OptionError);
    expect(at([middle], 1e9)).toThrow(/up to 100 px/);
    expect(at([middle, { x: 51, y: 3 }], 9)).toThrow(/point 2 at x 51/);
    expect(at([{ x: NaN, y: 3 }], 9)).toThrow(OptionError);
  });
});

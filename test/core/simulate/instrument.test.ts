import { describe, expect, it } from 'vitest';
import { Random } from '../../../bindings/core/random.ts';
import {
  defaultInstrument,
  disturb,
  hysteresis,
} from '../../../bindings/core/simulate/instrument.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const kernels = createKernels();
const ROWS = 64;
const COLUMNS = 256;
const N = ROWS * COLUMNS;
const still = {
  tiltX: 0,
  tiltY: 0,
  bow: 0,
  lineOffset: 0,
  whiteNoise: 0,
  pinkNoise: 0,
  scars: 0,
  hysteresis: 0,
};

function disturbed(part: Partial<typeof still>): [Float64Array, Float64Array] {
  const images: [Float64Array, Float64Array] = [new Float64Array(N), new Float64Array(N)];
  disturb(kernels, new Random(2), ...images, ROWS, COLUMNS, { ...still, ...part });
  return images;
}

function deviation(values: ArrayLike<number>): number {
  const list = Array.from(values);
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  return Math.sqrt(list.reduce((a, b) => a + (b - mean) * (b - mean), 0) / list.length);
}

describe('disturb', () => {
  it('changes nothing when everything is zero', () => {
    for (const image of disturbed({})) expect(image.every((z) => z === 0)).toBe(true);
  });

  it('tilts by the stated rise', () => {
    const [forward] = disturbed({ tiltX: 2, tiltY: 1 });
    expect(forward[COLUMNS - 1] - forward[0]).toBeCloseTo((2 * (COLUMNS - 1)) / COLUMNS, 12);
    expect(forward[(ROWS - 1) * COLUMNS] - forward[0]).toBeCloseTo((ROWS - 1) / ROWS, 12);
  });

  it('adds white noise of the stated deviation, each pixel its own', () => {
    const [forward, backward] = disturbed({ whiteNoise: 0.004 });
    // Standard error of a deviation is sigma / sqrt(2n); five of them.
    const tolerance = (5 * 0.004) / Math.sqrt(2 * N);
    expect(Math.abs(deviation(forward) - 0.004)).toBeLessThan(tolerance);
    const covariance = forward.reduce((sum, z, i) => sum + z * backward[i], 0) / N;
    expect(Math.abs(covariance)).toBeLessThan((5 * 0.004 * 0.004) / Math.sqrt(N));
  });

  it('adds noise that is stronger the slower it is', () => {
    const [forward] = disturbed({ pinkNoise: 0.005 });
    const means = (length: number) =>
      Array.from({ length: N / length }, (_, i) => {
        const part = forward.subarray(i * length, (i + 1) * length);
        return part.reduce((a, b) => a + b, 0) / length;
      });
    // White noise would fall to a sixteenth of itself over 256 pixels; 1/f hardly falls.
    expect(deviation(means(COLUMNS))).toBeGreaterThan(deviation(forward) / 4);
    expect(deviation(forward)).toBeLessThan(0.01);
    expect(deviation(forward)).toBeGreaterThan(0.0025);
  });

  it('offsets whole lines, mostly alike in both directions', () => {
    const [forward, backward] = disturbed({ lineOffset: 0.01 });
    const first = (image: Float64Array) =>
      Array.from({ length: ROWS }, (_, row) => image[row * COLUMNS]);
    for (let at = 0; at < N; at++) expect(forward[at]).toBe(forward[at - (at % COLUMNS)]);
    const apart = first(forward).map((z, row) => z - first(backward)[row]);
    expect(deviation(apart)).toBeLessThan(deviation(first(forward)));
    expect(deviation(apart)).toBeGreaterThan(0);
  });

  it('scars no more lines than asked for', () => {
    for (const image of disturbed({ scars: 3 })) {
      const rows = new Set(
        Array.from(image.keys())
          .filter((at) => image[at] !== 0)
          .map((at) => Math.floor(at / COLUMNS)),
      );
      expect(rows.size).toBeGreaterThan(0);
      expect(rows.size).toBeLessThanOrEqual(3);
    }
  });
});

describe('hysteresis', () => {
  it('is largest in the middle, at most the stated shift, and varies from line to line', () => {
    const largest = defaultInstrument.hysteresis;
    const shift = hysteresis(kernels, new Random(1), ROWS, COLUMNS, largest);
    for (let row = 0; row < ROWS; row++) {
      const line = shift.subarray(row * COLUMNS, (row + 1) * COLUMNS);
      expect(Math.max(...line)).toBeLessThanOrEqual(largest);
      expect(Math.max(...line)).toBeGreaterThan(0.75 * largest);
      expect(line[0]).toBeLessThan(line[COLUMNS / 2]);
      expect(line[COLUMNS - 1]).toBeLessThan(line[COLUMNS / 2]);
    }
    expect(shift[COLUMNS / 2]).not.toBe(shift[(ROWS - 1) * COLUMNS + COLUMNS / 2]);
  });
});

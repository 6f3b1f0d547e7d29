import { describe, expect, test } from 'vitest';
import {
  isImprovement,
  measureDisplacement,
  warp,
} from '../../../bindings/core/preprocess/hysteresis.ts';
import { createKernels, prepare, simulateDimerRows } from '../../../bindings/node/index.ts';
import { allValid, type Made, make, noisy } from './images.ts';

const kernels = createKernels();
const rows = 192;
const columns = 256;

/** Gaussian bumps at fixed places on rows: a surface that can be drawn at any real position. */
function surfaceAt(x: number, y: number): number {
  let h = 0.02 * kernels.sin(0.7 * x + 0.45 * y);
  for (const [cx, cy, a] of bumps) {
    const d = (x - cx) * (x - cx) + (y - cy) * (y - cy);
    if (d < 80) h += a * kernels.exp(-d / 8);
  }
  return h;
}

const bumps: [number, number, number][] = [];
for (let k = 0; k < 180; k++) {
  bumps.push([(k * 97.3) % 270, (k * 61.7) % 196, k % 3 === 0 ? 0.12 : -0.1]);
}

const bow = (x: number) => 2.3 + 3.1 * (x / columns) * (1 - x / columns) * 2 - 0.8 * (x / columns);

function pair(contrast: number): { first: Made; second: Made } {
  const first = make(rows, columns, surfaceAt);
  // second(x + shift(x)) = first(x): invert the smooth shift by a few fixed-point rounds.
  const second = make(rows, columns, (x, y) => {
    let from = x;
    for (let k = 0; k < 12; k++) from = x - bow(from);
    return contrast * surfaceAt(from, y);
  });
  return { first: noisy(kernels, first, 0.01, 1), second: noisy(kernels, second, 0.01, 2) };
}

describe('hysteresis', () => {
  test.each([1, -0.6])('recovers a smooth sub-pixel displacement, contrast %f', (contrast) => {
    const { first, second } = pair(contrast);
    const valid = allValid(first);
    const found = measureDisplacement(first.heights, second.heights, valid, rows, columns);
    expect(found.contrast).toBe(Math.sign(contrast));
    expect(isImprovement(found)).toBe(true);
    // Ends are extrapolated by half a window.
    for (let x = 12; x < columns - 12; x++) {
      expect(Math.abs(found.shift[x] - bow(x))).toBeLessThan(0.1);
    }
  });

  test('refuses images that have nothing in common', () => {
    const first = noisy(
      kernels,
      make(rows, columns, () => 0),
      1,
      5,
    );
    const second = noisy(
      kernels,
      make(rows, columns, () => 0),
      1,
      6,
    );
    const found = measureDisplacement(
      first.heights,
      second.heights,
      allValid(first),
      rows,
      columns,
    );
    expect(isImprovement(found)).toBe(false);
  });

  test('leaves identical images alone', () => {
    const { first } = pair(1);
    const { heights } = first;
    const found = measureDisplacement(heights, heights, allValid(first), rows, columns);
    expect(isImprovement(found)).toBe(false);
    for (const s of found.shift) expect(Math.abs(s)).toBeLessThan(0.01);
  });

  test('warp: whole pixels move exactly, a ramp is read between pixels', () => {
    const made = make(3, 40, (x, y) => x + 100 * y);
    const half = warp(made.heights, 3, 40, new Float64Array(40).fill(2.5));
    for (let x = 2; x < 35; x++) expect(half[40 + x]).toBeCloseTo(100 + x + 2.5, 9);
    expect(warp(made.heights, 3, 40, new Float64Array(40))).toEqual(made.heights);
  });

  test.each([9, 10])(
    'a displacement of half a row, %i px, is not taken for the reverse',
    (shift) => {
      const size = [256, 512] as const;
      const pits = Array.from({ length: 60 }, (_, k) => [(k * 97.3) % 500, (k * 61.7) % 250]);
      const at = (x: number, y: number) =>
        pits.reduce(
          (sum, [u, v]) => {
            const d = (x - u) * (x - u) + (y - v) * (y - v);
            return d < 80 ? sum - kernels.exp(-d / 8) : sum;
          },
          0.5 * kernels.sin((2 * Math.PI * (x + 0.1 * y)) / 20),
        );
      const first = noisy(kernels, make(...size, at), 0.3, 1);
      const second = noisy(
        kernels,
        make(...size, (x, y) => at(x - shift, y)),
        0.3,
        2,
      );
      const found = measureDisplacement(first.heights, second.heights, allValid(first), ...size);
      expect(found.contrast).toBe(1);
      expect(Math.abs(found.shift[256] - shift)).toBeLessThan(0.2);
    },
  );

  test('does not take a slip along the rows of a large bare lattice for it', () => {
    const side = 1024;
    const size = { rows: side, columns: side, widthNm: side * 0.18 };
    const { scan } = simulateDimerRows(kernels, { ...size, counts: { vacancy: 20 }, seed: 7 });
    const { steps } = prepare(kernels, scan).levelled;
    const step = steps.find(({ name }) => name === 'hysteresis')!;
    // The simulator's is 0.7 px at most; whole rows lie 9.5 px away.
    expect(step).toMatchObject({ applied: true });
    for (const px of step.shiftPx as number[]) expect(Math.abs(px)).toBeLessThan(0.8);
  });
});

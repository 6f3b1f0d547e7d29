import { describe, expect, test } from 'vitest';
import { estimateLattices } from '../../../bindings/core/lattice/estimate.ts';
import { analyse, type Picture } from '../../../bindings/core/lattice/spectrum.ts';
import { unseenPart } from '../../../bindings/core/lattice/unseen.ts';
import { corrugation, grains, type Height, kernels, picture, polar } from './pictures.ts';

const SIZE = 320;
const rows = corrugation(polar(4, 31), polar(5, 121), [[1, 0, 1]]);

function unseenIn(scan: Picture) {
  const analysis = analyse(kernels, scan);
  const lattices = estimateLattices(kernels, scan, analysis);
  expect(lattices).not.toEqual([]);
  return unseenPart(kernels, scan, analysis, lattices);
}

/** Rows, but for where something else is. */
const rowsBut =
  (isOther: (x: number, y: number) => boolean, other: Height): Height =>
  (x, y) =>
    isOther(x, y) ? other(x, y) : rows(x, y);

describe('a part of a picture where its lattice does not show', () => {
  test.each<[string, number, (x: number, y: number) => boolean]>([
    ['left', 0.35, (x) => x < 0.35 * SIZE],
    ['lower', 0.4, (_, y) => y >= 0.6 * SIZE],
    ['upper right', 0.3, (x, y) => x >= 0.45 * SIZE && y < 0.55 * SIZE],
    ['', 0.3, (x, y) => Math.hypot(x - SIZE / 2, y - SIZE / 2) < 0.31 * SIZE],
  ])('is found, and which side it is on: %s', (where, fraction, isOther) => {
    const height = rowsBut(isOther, grains);
    for (const heights of [[height], [height, height]]) {
      const part = unseenIn(picture(SIZE, SIZE, heights, 0.4));
      expect(part?.where).toBe(where);
      // A window that reaches out of it sees rows.
      expect(Math.abs(part!.fraction - fraction)).toBeLessThan(0.13);
    }
  });

  test('is none where all of the picture shows it, well or badly', () => {
    for (const noise of [0.1, 1, 3]) {
      expect(unseenIn(picture(SIZE, SIZE, [rows], noise, 2))).toBeNull();
    }
  });

  test('is none where it is turned, bent, lower or smaller', () => {
    const turned = corrugation(polar(4, 121), polar(5, 211), [[1, 0, 1]]);
    // Creep: the first lines are a tenth closer to one another, and the rows' direction bends.
    const bent: Height = (x, y) => rows(x, y + 12 * Math.exp(-y / 40));
    const half: Height = (x, y) => rows(x, y) / 2;
    const isLeft = (x: number) => x < 0.3 * SIZE;
    const isSmall = (x: number, y: number) => x < 0.35 * SIZE && y < 0.35 * SIZE;
    for (const height of [
      rowsBut(isLeft, turned),
      bent,
      rowsBut(isLeft, half),
      rowsBut(isSmall, grains),
    ]) {
      expect(unseenIn(picture(SIZE, SIZE, [height], 0.4, 3))).toBeNull();
    }
  });

  test('is not what was not measured', () => {
    const isLost = (x: number) => x < 0.3 * SIZE;
    const scan = picture(SIZE, SIZE, [rowsBut(isLost, () => 0)], 0.4, 4);
    for (let i = 0; i < scan.valid.length; i++) if (isLost(i % SIZE)) scan.valid[i] = 0;
    expect(unseenIn(scan)).toBeNull();
  });

  test('cannot be told in a picture of few rows', () => {
    const few = picture(64, 64, [rowsBut((x) => x < 30, grains)], 0.1, 5);
    const analysis = analyse(kernels, few);
    expect(unseenPart(kernels, few, analysis, estimateLattices(kernels, few, analysis))).toBeNull();
    expect(unseenPart(kernels, few, analysis, [])).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { cropSizeFor, featureRadius } from '../../bindings/core/crop-size.ts';
import type { Levelled } from '../../bindings/core/preprocess/levelled.ts';
import { Random } from '../../bindings/core/random.ts';

const rows = 240;
const columns = 300;

/** Gaussian bumps of that width on noise of deviation 0.1, some of them beyond the frame. */
function bumps(width: number, noise = 0.1) {
  const random = new Random(3);
  const points = Array.from({ length: 12 }, (_, i) => ({
    x: 35 + 70 * (i % 4) + random.between(-4, 4),
    y: 40 + 80 * Math.floor(i / 4) + random.between(-4, 4),
  }));
  const plane = Float32Array.from({ length: rows * columns }, (_, at) => {
    const height = points.reduce((sum, { x, y }) => {
      const square = ((at % columns) - x) ** 2 + (Math.floor(at / columns) - y) ** 2;
      return sum + Math.exp(-square / (2 * width * width));
    }, 0);
    return height + noise * (random.uniform() + random.uniform() + random.uniform() - 1.5) * 2;
  });
  return { points, plane };
}

const levelledOf = (plane: Float32Array, rowSpacingPx: number | null = null): Levelled => ({
  rows,
  columns,
  planes: [plane],
  heightUnit: 'nm',
  valid: new Uint8Array(rows * columns).fill(1),
  rowSpacingPx,
  pixelNm: 0.1,
  scaleX: 1,
  scaleY: 1,
  steps: [],
  warnings: [],
});

describe('featureRadius', () => {
  // exp(-r^2 / w^2) = 0.1 at r = 1.52 w
  test.each([2, 3, 5])('of bumps of width %i', (width) => {
    const { points, plane } = bumps(width);
    const radius = featureRadius(levelledOf(plane), points)!;
    expect(radius / (Math.sqrt(Math.log(10)) * width)).toBeGreaterThan(0.85);
    expect(radius / (Math.sqrt(Math.log(10)) * width)).toBeLessThan(1.15);
  });

  test('depends on neither unit nor sign of the heights, nor much on how many points there are', () => {
    const { points, plane } = bumps(4);
    const radius = featureRadius(levelledOf(plane), points)!;
    const turned = levelledOf(plane.map((height) => -1e-3 * height));
    expect(featureRadius(turned, points)).toBeCloseTo(radius, 3);
    const one = featureRadius(levelledOf(plane), points.slice(5, 6))!;
    expect(Math.abs(one / radius - 1)).toBeLessThan(0.35);
  });

  test('is null where nothing stands out', () => {
    const flat = new Float32Array(rows * columns);
    expect(featureRadius(levelledOf(flat), [{ x: 50, y: 50 }])).toBeNull();
    expect(featureRadius(levelledOf(flat), [])).toBeNull();
  });
});

test('the crop follows the features, else the lattice, else the paper', () => {
  const { points, plane } = bumps(3);
  const small = cropSizeFor(levelledOf(plane, 9), points);
  expect(small).toBeCloseTo(2.7 * featureRadius(levelledOf(plane), points)!, 9);
  const wide = bumps(5);
  expect(cropSizeFor(levelledOf(wide.plane, 9), wide.points)).toBeGreaterThan(1.4 * small);
  const flat = new Float32Array(rows * columns);
  expect(cropSizeFor(levelledOf(flat, 9), points)).toBe(31.5);
  expect(cropSizeFor(levelledOf(flat), points)).toBe(16);
});

test('many specks do not hide how large the defects are', () => {
  const { points, plane } = bumps(5);
  const alone = featureRadius(levelledOf(plane), points)!;
  const random = new Random(5);
  const specks = Array.from({ length: 60 }, () => ({
    x: Math.round(random.between(5, columns - 5)),
    y: Math.round(random.between(5, rows - 5)),
    areaPx: 2,
  })).filter((one) => points.every(({ x, y }) => Math.hypot(one.x - x, one.y - y) > 20));
  for (const { x, y } of specks) plane[y * columns + x] += 1.5;
  const sized = points.map((point) => ({ ...point, areaPx: 80 }));
  const alike = specks.map(({ x, y }) => ({ x, y }));
  const radius = featureRadius(levelledOf(plane), [...sized, ...specks])!;
  expect(Math.abs(radius / alone - 1)).toBeLessThan(0.25);
  expect(featureRadius(levelledOf(plane), [...points, ...alike])!).toBeLessThan(0.7 * radius);
});

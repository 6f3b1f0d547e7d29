import { expect, test } from 'vitest';
import { findRegions } from '../../../bindings/core/regions.ts';
import { outlineAtHalfHeight } from '../../../bindings/core/segment/outline.ts';
import { createKernels, Random } from '../../../bindings/node/index.ts';

const kernels = createKernels();
const ROWS = 40;
const COLUMNS = 60;
const SPACING = 8;

/** Bells of width 3 px and height 1 on a nearly flat plane; 8 px apart they leave a saddle of 0.8, 11 px of 0.37. */
function bells(places: readonly [x: number, y: number][], height = 1): Float32Array {
  return Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const [x, y] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    const noise = 1e-3 * (((x * 7 + y * 13) % 11) - 5);
    return places.reduce(
      (sum, [u, v]) => sum + height * kernels.exp(-((x - u) ** 2 + (y - v) ** 2) / 18),
      noise,
    );
  });
}

/** 1 within `reach` of one of the places. */
function near(places: readonly [number, number][], reach: number): Uint8Array {
  return Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) =>
    places.some(([u, v]) => Math.hypot((i % COLUMNS) - u, Math.floor(i / COLUMNS) - v) <= reach)
      ? 1
      : 0,
  );
}

function outline(
  plane: Float32Array,
  places: [number, number][],
  middles: [number, number][],
  likely = 3,
) {
  const around = near(places, 9);
  const seen = { around, sure: near(places, likely), centres: near(middles, 1.5), clicked: [] };
  const levelled = { planes: [plane], rows: ROWS, columns: COLUMNS };
  const mask = outlineAtHalfHeight(kernels, levelled, [plane], seen, SPACING);
  return findRegions(mask, ROWS, COLUMNS).regions;
}

const APART: [number, number][] = [
  [20, 20],
  [28, 20],
];

test('two bumps with a shallow saddle are one defect with one middle, two with two, none without', () => {
  expect(outline(bells(APART), APART, [])).toHaveLength(0);
  expect(outline(bells(APART), APART, APART.slice(0, 1))).toHaveLength(1);
  const two = outline(bells(APART), APART, APART);
  expect(two).toHaveLength(2);
  expect(Math.abs(two[0].x - 19.5)).toBeLessThan(1.5);
  expect(Math.abs(two[1].x - 28.5)).toBeLessThan(1.5);
});

test('a chain that is likely a defect all along and has one middle is one, whichever way it departs', () => {
  const chain: [number, number][] = [
    [15, 20],
    [26, 20],
    [37, 20],
  ];
  for (const height of [1, -1]) {
    expect(outline(bells(chain, height), chain, chain)).toHaveLength(3);
    const [whole, ...others] = outline(bells(chain, height), chain, [[26, 20]], 6);
    expect(others).toHaveLength(0);
    expect(whole.box.right - whole.box.left).toBeGreaterThan(22);
    const [middle] = outline(bells(chain, height), chain, [[26, 20]]);
    expect(middle.box.right - middle.box.left).toBeLessThan(11);
  }
});

test('an outline ends half-way down', () => {
  const [{ areaPx }] = outline(bells([[30, 20]]), [[30, 20]], [[30, 20]]);
  // exp(-r^2 / 18) = 1/2 at r^2 = 12.5, a little less after the blur against noise.
  expect(areaPx).toBeGreaterThan(Math.PI * 10.5);
  expect(areaPx).toBeLessThan(Math.PI * 15);
});

test('where the network is sure, an outline reaches below half, in one piece', () => {
  // A slope from the top at x = 20, with a part of it beyond what is sure that the network is sure of again.
  const height = (x: number) => (x < 20 ? 1 - (20 - x) / 6 : 1 - (x - 20) / 30);
  const plane = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const [x, y] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    return Math.abs(y - 20) <= 3 ? Math.max(0, height(x)) : 1e-3 * (((x * 7 + y * 13) % 11) - 5);
  });
  const inRows = (left: number, right: number) =>
    Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) => {
      const [x, y] = [i % COLUMNS, Math.floor(i / COLUMNS)];
      return Math.abs(y - 20) <= 3 && x >= left && x <= right ? 1 : 0;
    });
  const around = inRows(12, 48);
  const levelled = { planes: [plane], rows: ROWS, columns: COLUMNS };
  const rightEnd = (sure: Uint8Array) => {
    const seen = { around, sure, centres: inRows(19, 21), clicked: [] };
    const mask = outlineAtHalfHeight(kernels, levelled, [plane], seen, SPACING);
    const { regions } = findRegions(mask, ROWS, COLUMNS);
    expect(regions).toHaveLength(1);
    return regions[0].box.right;
  };
  const half = rightEnd(inRows(18, 22));
  expect(Math.abs(half - 35)).toBeLessThan(3);
  expect(rightEnd(inRows(18, 48))).toBeGreaterThan(half + 2);
  const apart = inRows(18, 22);
  inRows(half + 2, half + 4).forEach((sure, i) => {
    apart[i] |= sure;
  });
  expect(rightEnd(apart)).toBe(half);
});

test('what stands little out of the noise is outlined whole, as smoothly as without noise', () => {
  const random = new Random(3);
  const place: [number, number][] = [[30, 20]];
  const clean = bells(place);
  const noisy = clean.map((height) => height + 0.25 * kernels.normal(random));
  const [alone] = outline(clean, place, place, 0);
  const found = outline(noisy, place, place, 0);
  expect(found).toHaveLength(1);
  expect(found[0].areaPx / alone.areaPx).toBeGreaterThan(0.7);
  expect(found[0].areaPx / alone.areaPx).toBeLessThan(1.4);
  expect(Math.hypot(found[0].x - alone.x, found[0].y - alone.y)).toBeLessThan(1);
});

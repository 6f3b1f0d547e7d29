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
  const { mask } = outlineAtHalfHeight(kernels, levelled, [plane], seen, SPACING);
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

test('what departs the other way than all that was clicked is left out, and counted; a click on bare lattice says nothing', () => {
  const [raised, pit, unseen]: [number, number][] = [
    [15, 20],
    [45, 20],
    [30, 6],
  ];
  const pits = bells([pit, unseen]);
  const plane = bells([raised]).map((height, i) => height - pits[i]);
  const places = [raised, pit];
  const levelled = { planes: [plane], rows: ROWS, columns: COLUMNS };
  const outlined = (clicked: readonly (readonly [number, number])[]) => {
    const { mask, sign, leftOut, onLattice } = outlineAtHalfHeight(
      kernels,
      levelled,
      [plane],
      {
        around: near([raised, pit], 9),
        sure: near(places, 3),
        centres: near(places, 1.5),
        clicked: clicked.map(([x, y]) => y * COLUMNS + x),
      },
      SPACING,
    );
    const count = (some: Uint8Array) => findRegions(some, ROWS, COLUMNS).regions.length;
    return { found: count(mask), sign, gone: leftOut && count(leftOut()), onLattice };
  };
  const both = { found: 2, sign: 0, gone: null, onLattice: 0 };
  expect(outlined([])).toEqual(both);
  expect(outlined(places)).toEqual(both);
  expect(outlined([raised])).toEqual({ found: 1, sign: 1, gone: 1, onLattice: 0 });
  expect(outlined([pit])).toEqual({ found: 1, sign: -1, gone: 1, onLattice: 0 });
  expect(outlined([[30, 36]])).toEqual({ ...both, onLattice: 1 });
  expect(outlined([raised, [30, 36]])).toEqual({ ...both, onLattice: 1 });
  // Beside what the network sees, but on what departs.
  expect(outlined([unseen])).toEqual({ found: 1, sign: -1, gone: 1, onLattice: 0 });
});

test('an outline ends half-way down', () => {
  const [{ areaPx }] = outline(bells([[30, 20]]), [[30, 20]], [[30, 20]]);
  // exp(-r^2 / 18) = 1/2 at r^2 = 12.5, a little less after the blur against noise.
  expect(areaPx).toBeGreaterThan(Math.PI * 10.5);
  expect(areaPx).toBeLessThan(Math.PI * 15);
});

test('an outline follows what shows: on a dark row it reaches towards the bright ones beside', () => {
  const residual = bells([[30, 20]]);
  const plane = residual.map((height, i) => {
    const across = (2 * Math.PI * ((i % COLUMNS) - 30)) / SPACING;
    return height - 0.4 * Math.cos(across);
  });
  const around = residual.map((height) => (height > 0.1 ? 1 : 0));
  const seen = {
    around: Uint8Array.from(around),
    sure: Uint8Array.from(around),
    centres: Uint8Array.from(residual, (height) => (height > 0.95 ? 1 : 0)),
    clicked: [],
  };
  const levelled = { planes: [plane], rows: ROWS, columns: COLUMNS };
  const { mask } = outlineAtHalfHeight(kernels, levelled, [residual], seen, SPACING);
  const [{ box }] = findRegions(mask, ROWS, COLUMNS).regions;
  expect(box.right - box.left).toBeGreaterThan(box.bottom - box.top + 1);
  // 8 px with as much of the heights without the lattice
  expect(box.right - box.left).toBeGreaterThan(8);
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

test('a pit in one piece with an atom is a defect of its own, unless it is the same one', () => {
  const beside = (apart: number) => {
    const places: [number, number][] = [
      [18, 20],
      [18 + apart, 20],
    ];
    const pit = bells(places.slice(1), 0.6);
    const plane = bells(places.slice(0, 1)).map((height, i) => height - pit[i]);
    return outline(plane, places, places);
  };
  const two = beside(2 * SPACING);
  expect(two).toHaveLength(2);
  expect(two.map(({ x }) => Math.round(x))).toEqual([18, 34]);
  expect(beside(SPACING)).toHaveLength(1);
});

test('a click on the weaker of two that touch and depart either way means that one', () => {
  const [atom, pit, far]: [number, number][] = [
    [18, 20],
    [34, 20],
    [50, 8],
  ];
  const hollow = bells([pit]);
  const plane = bells([atom, far], 0.6).map((height, i) => height - hollow[i]);
  const places = [atom, pit, far];
  const { sign, mask } = outlineAtHalfHeight(
    kernels,
    { planes: [plane], rows: ROWS, columns: COLUMNS },
    [plane],
    {
      around: near(places, 9),
      sure: near(places, 3),
      centres: near(places, 1.5),
      clicked: [atom[1] * COLUMNS + atom[0]],
    },
    SPACING,
  );
  expect(sign).toBe(1);
  const found = findRegions(mask, ROWS, COLUMNS).regions.map(({ x }) => Math.round(x));
  expect(found.sort()).toEqual([18, 50]);
});

test('a wide pit through which the rows show is outlined in one piece', () => {
  const wide = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => {
    const [x, y] = [(i % COLUMNS) - 30, Math.floor(i / COLUMNS) - 20];
    return -kernels.exp(-(x * x + y * y) / 60) + 1e-3 * ((i % 7) - 3);
  });
  const rows = wide.map((height, i) => height + 0.8 * Math.cos((2 * Math.PI * (i % COLUMNS)) / 6));
  const seen = {
    around: near([[30, 20]], 12),
    sure: near([[30, 20]], 10),
    centres: near([[30, 20]], 2),
    clicked: [],
  };
  const levelled = { planes: [rows], rows: ROWS, columns: COLUMNS };
  const { mask } = outlineAtHalfHeight(kernels, levelled, [wide], seen, 6);
  const { regions } = findRegions(mask, ROWS, COLUMNS);
  expect(regions).toHaveLength(1);
  // exp(-r^2 / 60) = 1/2 at r = 6.4.
  expect(regions[0].box.right - regions[0].box.left).toBeGreaterThan(11);
});

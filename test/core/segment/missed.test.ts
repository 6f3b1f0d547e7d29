import { describe, expect, test } from 'vitest';
import { missedParts } from '../../../bindings/core/segment/missed.ts';
import { outlineAtHalfHeight } from '../../../bindings/core/segment/outline.ts';
import type { Sights } from '../../../bindings/core/segment/sights.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const ROWS = 96;
const COLUMNS = 112;
const SPACING = 6;
const kernels = createKernels();

/** Noise of deviation 0.5, after the sum of uniform numbers of a linear congruence. */
function noise(): Float32Array {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return Float32Array.from({ length: ROWS * COLUMNS }, () => next() + next() + next());
}

/** Add a Gaussian, as high as `height` and narrower than a row. */
function addSpot(plane: Float32Array, x: number, y: number, height: number, sigma = 1.8) {
  for (let r = 0; r < ROWS; r++) {
    for (let c = 0; c < COLUMNS; c++) {
      const squared = (c - x) ** 2 + (r - y) ** 2;
      plane[r * COLUMNS + c] += height * Math.exp(-squared / (2 * sigma * sigma));
    }
  }
}

function disc(x: number, y: number, radius: number): Uint8Array {
  return Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) =>
    ((i % COLUMNS) - x) ** 2 + (Math.floor(i / COLUMNS) - y) ** 2 <= radius * radius ? 1 : 0,
  );
}

const empty = (): Uint8Array => new Uint8Array(ROWS * COLUMNS);
const whole = { rows: ROWS, columns: COLUMNS, valid: empty().fill(1) };
/** What the network sees far from where the tests look. */
const elsewhere: Pick<Sights, 'around' | 'centres'> = {
  around: either(disc(102, 85, 4), disc(102, 10, 4)),
  centres: either(disc(102, 85, 1), disc(102, 10, 1)),
};

function either(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((value, i) => value | other[i]);
}

function missedIn(
  plane: Float32Array,
  { levelled = {}, seen = elsewhere, refused = [] as { x: number; y: number }[] } = {},
) {
  const clicks = refused.map((at) => ({ ...at, isDefect: false }));
  return missedParts(kernels, { ...whole, ...levelled }, [plane], seen, clicks, SPACING).parts;
}

describe('what the network missed', () => {
  test('a pit far below the noise is a part of its own, with its place and depth', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -15);
    const missed = missedIn(plane);
    expect(missed).toHaveLength(1);
    const [{ own, sign, size, channel, middles }] = missed;
    expect({ sign, channel }).toEqual({ sign: -1, channel: 0 });
    expect(size).toBeGreaterThan(6);
    expect(own).toContain(30 * COLUMNS + 40);
    expect(own.every((at) => middles[at] === 1)).toBe(true);
  });

  test('noise, and what is hardly above it, is none', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -0.6);
    expect(missedIn(plane)).toEqual([]);
  });

  test.each([1.8, 3, 4])(
    'however wide, up to %f px, and however deep: no pit sets its own measure',
    (sigma) => {
      const sizes = [6, 20, 200].map((depth) => {
        const plane = noise();
        addSpot(plane, 45, 40, -depth, sigma);
        const missed = missedIn(plane);
        expect(missed, `${depth}`).toHaveLength(1);
        return missed[0].size;
      });
      expect(sizes[1] / sizes[0]).toBeGreaterThan(2);
      expect(sizes[2] / sizes[1]).toBeGreaterThan(2);
    },
  );

  test('wherever it lies', () => {
    for (let shift = 0; shift < 14; shift++) {
      const plane = noise();
      addSpot(plane, 35 + shift, 30 + shift, -8, 3);
      expect(missedIn(plane), `${shift}`).toHaveLength(1);
    }
  });

  test('what covers more than 25 squares of the row spacing is a hollow of the surface', () => {
    const plane = noise();
    const hole = disc(50, 48, 20);
    for (let i = 0; i < plane.length; i++) plane[i] -= 20 * hole[i];
    expect(missedIn(plane)).toEqual([]);
  });

  test('what shows up in one channel and down in the other is one', () => {
    const [one, other] = [noise(), noise()];
    addSpot(one, 40, 30, 9);
    addSpot(other, 40, 30, -14);
    const missed = missedParts(kernels, whole, [one, other], elsewhere, [], SPACING).parts;
    expect(missed.map(({ sign, channel }) => ({ sign, channel }))).toEqual([
      { sign: -1, channel: 1 },
    ]);
  });

  test('of two channels the one that shows it most is told', () => {
    const [one, other] = [noise(), noise()];
    addSpot(one, 40, 30, 9);
    addSpot(other, 40, 30, 25);
    const missed = missedParts(kernels, whole, [one, other], elsewhere, [], SPACING).parts;
    expect(missed.map(({ sign, channel }) => ({ sign, channel }))).toEqual([
      { sign: 1, channel: 1 },
    ]);
  });

  test('two lines that jump are a scar, however far', () => {
    const plane = noise();
    for (let x = 30; x < 50; x++) {
      for (const y of [40, 41]) plane[y * COLUMNS + x] += 60;
    }
    expect(missedIn(plane)).toEqual([]);
  });

  test('what rings on along the lines behind it is its echo', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -10);
    addSpot(plane, 48, 30, 6, 1.5);
    expect(missedIn(plane).map(({ sign }) => sign)).toEqual([-1]);
    // As far along the lines as no echo reaches, or above it, it is another defect.
    const far = noise();
    addSpot(far, 40, 30, -10);
    addSpot(far, 65, 30, 6, 1.5);
    expect(missedIn(far)).toHaveLength(2);
    addSpot(plane, 48, 30, -6, 1.5);
    addSpot(plane, 40, 10, 6, 1.5);
    expect(
      missedIn(plane)
        .map(({ sign }) => sign)
        .sort(),
    ).toEqual([-1, 1]);
  });

  test('an echo stays one when what rings is called no defect', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -10);
    addSpot(plane, 48, 30, 6, 1.5);
    expect(missedIn(plane, { refused: [{ x: 40, y: 30 }] })).toEqual([]);
  });

  test('of three lines too, if one holds next to nothing', () => {
    const plane = noise();
    for (let x = 30; x < 50; x++) {
      for (const [y, height] of [
        [40, 60],
        [41, 60],
        [42, 20],
      ]) {
        plane[y * COLUMNS + x] += height;
      }
    }
    expect(missedIn(plane)).toEqual([]);
    for (let x = 30; x < 50; x++) plane[42 * COLUMNS + x] += 40;
    expect(missedIn(plane)).toHaveLength(1);
  });

  test('nor is it one beside a step, at the frame, where nothing was measured or in a mended scar', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -15);
    const there = disc(40, 30, 8);
    const valid = there.map((value) => 1 - value);
    expect(missedIn(plane, { levelled: { roundedSteps: there } })).toEqual([]);
    expect(missedIn(plane, { levelled: { disturbed: there } })).toEqual([]);
    expect(missedIn(plane, { levelled: { valid } })).toEqual([]);
    const atFrame = noise();
    addSpot(atFrame, 1, 30, -15, 1.5);
    expect(missedIn(atFrame)).toEqual([]);
  });

  test('where the lattice is left in heights as large, nothing stands out', () => {
    const plane = noise();
    for (let y = 0; y < ROWS; y++) {
      for (let x = 0; x < 36; x++) {
        plane[y * COLUMNS + x] += 12 * Math.sin((2 * Math.PI * x) / 12);
      }
    }
    addSpot(plane, 90, 30, -15);
    const places = missedIn(plane).map(({ own }) => own[0] % COLUMNS);
    expect(places).toHaveLength(1);
    expect(places[0]).toBeGreaterThan(70);
  });

  test('a side of what the network sees is none: its slope, and its dark ring', () => {
    const plane = noise();
    addSpot(plane, 40, 30, 40, 3);
    const seen = { around: disc(40, 30, 5), centres: disc(40, 30, 1) };
    expect(missedIn(plane, { seen })).toEqual([]);
    addSpot(plane, 40, 43, -18, 2);
    expect(missedIn(plane, { seen })).toEqual([]);
    addSpot(plane, 40, 56, -18, 2);
    expect(missedIn(plane, { seen }).map(({ own }) => Math.floor(own[0] / COLUMNS) > 45)).toEqual([
      true,
    ]);
  });

  test('a middle outside of every piece hides nothing', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -15);
    const seen = { around: elsewhere.around, centres: either(elsewhere.centres, disc(90, 80, 1)) };
    expect(missedIn(plane, { seen })).toHaveLength(1);
  });

  test('more of them than of what the network sees are no defects of a lattice', () => {
    const plane = noise();
    for (const x of [20, 45, 70]) addSpot(plane, x, 30, -15);
    expect(missedIn(plane)).toEqual([]);
    const { leftOut } = missedParts(kernels, whole, [plane], elsewhere, [], SPACING);
    expect(leftOut).toBe(3);
    const more = { around: disc(102, 48, 4), centres: disc(102, 48, 1) };
    const seen = {
      around: either(elsewhere.around, more.around),
      centres: either(elsewhere.centres, more.centres),
    };
    expect(missedIn(plane, { seen })).toHaveLength(3);
  });

  test('what a person called no defect stays none', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -15);
    expect(missedIn(plane, { refused: [{ x: 41, y: 31 }] })).toEqual([]);
    expect(missedIn(plane, { refused: [{ x: 80, y: 31 }] })).toHaveLength(1);
  });

  test('it is outlined down to half of its depth, beside what is seen', () => {
    const plane = noise();
    addSpot(plane, 40, 30, -20, 3);
    addSpot(plane, 80, 60, 20, 3);
    const seen = { around: disc(80, 60, 7), centres: disc(80, 60, 1) };
    const missed = missedIn(plane, { seen });
    const sights = { ...seen, sure: seen.around, clicked: [] };
    const outlined = (parts: typeof missed) =>
      outlineAtHalfHeight(
        kernels,
        { ...whole, planes: [plane] },
        [plane],
        { ...sights, missed: parts },
        SPACING,
      ).mask;
    const inside = (mask: Uint8Array, where: Uint8Array) =>
      mask.reduce((sum, value, i) => sum + (value & where[i]), 0);
    const mask = outlined(missed);
    // A Gaussian falls to half at 1.18 sigma: some 39 pixels.
    expect(inside(mask, disc(40, 30, 9))).toBeGreaterThan(25);
    expect(inside(mask, disc(40, 30, 9))).toBeLessThan(60);
    expect(inside(outlined([]), disc(40, 30, 9))).toBe(0);
    expect(inside(mask, disc(80, 60, 9))).toBe(inside(outlined([]), disc(80, 60, 9)));
  });
});

import { describe, expect, test } from 'vitest';
import { freeCorner, type Sides } from '../../../bindings/core/export/free-corner.ts';

const layout = { width: 100, height: 80, plateWidth: 20, plateHeight: 10, margin: 5 };
const LOWER_LEFT = [5, 65];
const LOWER_RIGHT = [75, 65];
const UPPER_LEFT = [5, 5];
const UPPER_RIGHT = [75, 5];

/** A mark of one unit in the middle of the plate at a corner. */
function on([left, top]: number[]): Sides {
  return { left: left + 9, top: top + 4, right: left + 10, bottom: top + 5 };
}

describe('freeCorner', () => {
  test('is the lower left where nothing is in the way', () => {
    expect(freeCorner(layout, [])).toEqual(LOWER_LEFT);
    const middle = { left: 40, top: 30, right: 60, bottom: 50 };
    expect(freeCorner(layout, [middle])).toEqual(LOWER_LEFT);
  });

  test('gives way to marks, also to those that come nearer than the margin', () => {
    const marks = [on(LOWER_LEFT)];
    expect(freeCorner(layout, marks)).toEqual(LOWER_RIGHT);
    const beside = { left: 29.5, top: 70, right: 35, bottom: 71 };
    expect(freeCorner(layout, [beside])).toEqual(LOWER_RIGHT);
    expect(freeCorner(layout, [{ ...beside, left: 30 }])).toEqual(LOWER_LEFT);
    expect(freeCorner(layout, [...marks, on(LOWER_RIGHT)])).toEqual(UPPER_LEFT);
  });

  test('is where the fewest are, when no corner is free', () => {
    const all = [LOWER_LEFT, LOWER_RIGHT, UPPER_LEFT, UPPER_RIGHT].map(on);
    const twice = [LOWER_LEFT, LOWER_RIGHT, UPPER_LEFT].map(on);
    expect(freeCorner(layout, [...all, ...twice])).toEqual(UPPER_RIGHT);
  });

  test('leaves alone what is taken, whatever it hides instead', () => {
    const marks = [LOWER_LEFT, LOWER_LEFT, UPPER_LEFT].map(on);
    const taken = [on(LOWER_RIGHT), on(UPPER_RIGHT)];
    expect(freeCorner(layout, marks, taken)).toEqual(UPPER_LEFT);
  });

  test('is nowhere without room', () => {
    expect(freeCorner({ ...layout, plateWidth: 96 }, [])).toBeNull();
    expect(freeCorner({ ...layout, height: 14 }, [])).toBeNull();
  });
});

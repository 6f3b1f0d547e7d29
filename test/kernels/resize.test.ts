import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as reference from '../reference/resize.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();

function resize(
  plane: Float32Array,
  rows: number,
  columns: number,
  outRows: number,
  outColumns: number,
  offsets = [0, 0, 0, 0],
): Float32Array {
  const from = memory.input(plane, offsets[0]);
  const to = memory.output(outRows * outColumns * 4, offsets[1]);
  const index = memory.output(outColumns * 4, offsets[2]);
  const weight = memory.output(outColumns * 4, offsets[3]);
  memory.wasm.resizeBilinear(to, from, rows, columns, outRows, outColumns, index, weight);
  const out = memory.f32(to, outRows * outColumns);
  memory.verify(`resizeBilinear ${rows} x ${columns} -> ${outRows} x ${outColumns}`);
  return out;
}

/**
 * a + (b - a) w with rounded w is off by u (|b - a| w (3 + ...) + |result|) <= 7 u max|plane|
 * for each of the two directions, and the second carries the first's error along: 14, and 2 for
 * the second order.
 */
function check(
  rows: number,
  columns: number,
  outRows: number,
  outColumns: number,
  offsets?: number[],
): void {
  const plane = values(rows * columns, rows * 67 + columns);
  const largest = plane.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  expectClose(
    `resizeBilinear ${rows} x ${columns} -> ${outRows} x ${outColumns}`,
    resize(plane, rows, columns, outRows, outColumns, offsets),
    reference.resizeBilinear(plane, rows, columns, outRows, outColumns),
    () => bound(16, largest),
  );
}

describe('resizeBilinear', () => {
  it('all small sizes', () => {
    for (const rows of [1, 2, 3, 5]) {
      for (const columns of [1, 2, 3, 4, 7]) {
        for (const outRows of [0, 1, 2, 3, 6]) {
          for (const outColumns of upTo(13)) check(rows, columns, outRows, outColumns);
        }
      }
    }
  });

  it('all lengths up and down', () => {
    for (const n of upTo(67).slice(1)) {
      check(2, n, 3, 2 * n);
      check(n, 2, 2 * n, 3);
      check(3, 67, 2, n);
      check(67, 3, n, 2);
    }
  });

  it('every offset', () => {
    for (const a of upTo(3)) {
      for (const b of upTo(3)) {
        for (const c of upTo(3)) for (const d of upTo(3)) check(4, 5, 3, 11, [a, b, c, d]);
      }
    }
  });

  it('an empty plane leaves the output as it is', () => {
    const untouched = resize(new Float32Array(0), 0, 5, 2, 2);
    expect(untouched.every((v) => v > 3e38)).toBe(true);
  });

  it('the same size is a copy, a constant stays that constant', () => {
    const plane = values(7 * 11);
    expectSame('copy', resize(plane, 7, 11, 7, 11), plane);
    expect(resize(plane.fill(-0.3), 7, 11, 10, 23).every((v) => v === Math.fround(-0.3))).toBe(
      true,
    );
  });

  it('a NaN reaches its neighbours only', () => {
    const plane = values(81);
    plane[40] = NaN;
    const out = resize(plane, 9, 9, 18, 18);
    const nan = upTo(323).filter((i) => Number.isNaN(out[i]));
    // pixel 4 is a neighbour of outputs 7..10 along each axis
    const touched = [7, 8, 9, 10].flatMap((y) => [7, 8, 9, 10].map((x) => y * 18 + x));
    expect(nan).toEqual(touched);
  });

  it('mirrored input gives mirrored output', () => {
    const size = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(size, size, (columns, outColumns) => {
        const plane = values(columns, columns);
        const forward = resize(plane, 1, columns, 1, outColumns);
        const mirrored = resize(plane.slice().reverse(), 1, columns, 1, outColumns).reverse();
        // a coordinate is off by a few f64 roundings of its size; that moves no value noticeably
        expectClose('mirror', mirrored, forward, () => bound(2 * 16, 1));
      }),
    );
  });
});

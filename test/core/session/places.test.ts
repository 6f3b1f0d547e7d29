import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bindLabels,
  clipRuns,
  isInBox,
  isInPolygon,
  measureRuns,
  nearest,
  type Run,
  reviewQueue,
  strokeRuns,
  towards,
} from '../../../bindings/core/session/index.ts';

function pixelsOf(runs: readonly Run[]): string[] {
  return runs.flatMap(([row, column, length]) =>
    Array.from({ length }, (_, i) => `${column + i},${row}`),
  );
}

describe('a stroke of the brush', () => {
  test('of one point covers the pixels within its radius, and measures them', () => {
    const runs = strokeRuns([{ x: 5, y: 5 }], 1, 20, 20);
    expect(runs).toEqual([
      [4, 5, 1],
      [5, 4, 3],
      [6, 5, 1],
    ]);
    expect(measureRuns(runs)).toEqual({ areaPx: 5, x: 5, y: 5 });
  });

  test('covers what a plain search for near pixels does, in raster order, and nothing outside', () => {
    const coordinate = fc.double({ min: -3, max: 14, noNaN: true });
    const path = fc.array(fc.record({ x: coordinate, y: coordinate }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(path, fc.double({ min: 0.6, max: 3, noNaN: true }), (points, radius) => {
        const wanted: string[] = [];
        for (let y = 0; y < 12; y++) {
          for (let x = 0; x < 12; x++) {
            const near = points.some((b, i) => {
              const a = points[Math.max(0, i - 1)];
              return distance({ x, y }, a, b) <= radius;
            });
            const under = points.some((p) => Math.round(p.x) === x && Math.round(p.y) === y);
            if (near || under) wanted.push(`${x},${y}`);
          }
        }
        const runs = strokeRuns(points, radius, 12, 12);
        expect(pixelsOf(runs)).toEqual(wanted);
        // Runs are as long as they can be.
        for (let i = 1; i < runs.length; i++) {
          const [before, now] = [runs[i - 1], runs[i]];
          expect(before[0] === now[0] && before[1] + before[2] === now[1]).toBe(false);
        }
      }),
    );
  });

  test('is clipped to the pixels that are free', () => {
    expect(clipRuns([[2, 0, 6]], (x) => x !== 2 && x !== 3)).toEqual([
      [2, 0, 2],
      [2, 4, 2],
    ]);
  });
});

function distance(
  point: { x: number; y: number },
  a: { x: number; y: number },
  b: { x: number; y: number },
): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length
    ? Math.min(1, Math.max(0, ((point.x - a.x) * dx + (point.y - a.y) * dy) / length))
    : 0;
  return Math.sqrt((a.x + t * dx - point.x) ** 2 + (a.y + t * dy - point.y) ** 2);
}

describe('choosing places', () => {
  test('a box has any two opposite corners', () => {
    const [a, b] = [
      { x: 8, y: 1 },
      { x: 2, y: 5 },
    ];
    expect(isInBox({ x: 5, y: 3 }, a, b)).toBe(true);
    expect(isInBox({ x: 8, y: 5 }, b, a)).toBe(true);
    expect(isInBox({ x: 8.1, y: 5 }, a, b)).toBe(false);
  });

  test('a lasso that is not convex leaves out what lies in its bay', () => {
    const u = [
      [0, 0],
      [3, 0],
      [3, 6],
      [6, 6],
      [6, 0],
      [9, 0],
      [9, 9],
      [0, 9],
    ].map(([x, y]) => ({ x, y }));
    expect(isInPolygon({ x: 1, y: 4 }, u)).toBe(true);
    expect(isInPolygon({ x: 4.5, y: 4 }, u)).toBe(false);
    expect(isInPolygon({ x: 4.5, y: 8 }, u)).toBe(true);
    expect(isInPolygon({ x: 10, y: 4 }, u)).toBe(false);
  });

  test('the nearest place counts only within reach', () => {
    const places = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
    ];
    expect(nearest(places, { x: 7, y: 0 }, 4)).toBe(1);
    expect(nearest(places, { x: 5, y: 6 }, 4)).toBe(-1);
  });

  test('arrow keys lead to the next place that way, and back', () => {
    const places = [
      { x: 0, y: 0 },
      { x: 10, y: 2 },
      { x: 20, y: 0 },
      { x: 10, y: 30 },
    ];
    expect(towards(places, places[0], 'right')).toBe(1);
    expect(towards(places, places[1], 'right')).toBe(2);
    expect(towards(places, places[2], 'left')).toBe(1);
    expect(towards(places, places[1], 'down')).toBe(3);
    expect(towards(places, places[0], 'left')).toBe(-1);
  });

  test('the review begins with what tells most and leaves out what is settled', () => {
    const doubt = [0.1, 0.8, Number.NaN, 0.8, 0.9];
    expect(reviewQueue(doubt, (i) => i === 4)).toEqual([1, 3, 0, 2]);
  });
});

test('labels find their candidates again after another search', () => {
  const candidates = [
    { x: 10, y: 10 },
    { x: 30.4, y: 30 },
    { x: 50, y: 50 },
  ];
  const under = (place: { x: number }) => (place.x > 25 && place.x < 35 ? 1 : -1);
  const labels = [
    { x: 10, y: 10 },
    { x: 27, y: 31 },
    { x: 52, y: 51 },
    { x: 80, y: 80 },
  ];
  expect([...bindLabels(labels, candidates, under)]).toEqual([0, 1, 2, -1]);
});

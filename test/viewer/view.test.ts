import { describe, expect, test } from 'vitest';
import { View } from '../../bindings/web/viewer/view.ts';

describe('View.reveal', () => {
  const fitted = () => {
    const view = new View();
    view.resize(800, 400);
    view.show(200, 200, 1);
    return view;
  };
  const place = ({ left, top }: View) => ({ left, top });

  test('leaves a scan that is seen as a whole where it is, to its very edges', () => {
    const view = fitted();
    const before = place(view);
    for (const at of [0, 100, 199]) {
      for (const other of [0, 199]) {
        view.reveal({ x: at, y: other });
        expect(place(view)).toEqual(before);
      }
    }
  });

  test('brings what is out of view to the middle, and shows nothing beyond the edge', () => {
    const view = fitted();
    view.zoom(4, 0, 0);
    view.reveal({ x: 120, y: 100 });
    expect(view.toCanvas({ x: 120, y: 100 }).x).toBeCloseTo(400, 6);
    view.reveal({ x: 0, y: 0 });
    expect(place(view)).toEqual({ left: 0, top: 0 });
    view.reveal({ x: 199, y: 199 });
    expect(place(view)).toEqual({ left: 800 - 200 * 8, top: 400 - 200 * 8 });
  });

  test('moves across only when what is asked for is out of view across', () => {
    const view = fitted();
    view.zoom(4, 400, 0);
    const { left } = view;
    view.reveal({ x: 100, y: 150 });
    expect(view.left).toBe(left);
    expect(view.toCanvas({ x: 100, y: 150 }).y).toBeLessThan(400);
  });
});

test('View.contains knows the edges of the outermost pixels', () => {
  const view = new View();
  view.show(10, 20, 1);
  for (const [x, y, isInside] of [
    [-0.5, -0.5, true],
    [19.5, 9.5, true],
    [-0.6, 5, false],
    [5, 9.6, false],
    [19.6, 5, false],
  ] as const) {
    expect(view.contains({ x, y })).toBe(isInside);
  }
});

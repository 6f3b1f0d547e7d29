import { expect, test } from 'vitest';
import { stepEdges } from '../../../bindings/core/preprocess/step-edges.ts';

test('marks just the pixels within the radius of a border, along both axes', () => {
  const rows = 23;
  const columns = 17;
  const terraces = new Int16Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++)
      terraces[y * columns + x] = y > 12 || (y > 4 && x > 11) ? 1 : 0;
  }
  const differs = (x: number, y: number) =>
    [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ].some(([dx, dy]) => {
      const inside = x + dx >= 0 && x + dx < columns && y + dy >= 0 && y + dy < rows;
      return inside && terraces[(y + dy) * columns + x + dx] !== terraces[y * columns + x];
    });
  for (const radius of [0, 1, 2, 5]) {
    const edges = stepEdges(terraces, rows, columns, radius);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let expected = 0;
        for (let v = Math.max(0, y - radius); v <= Math.min(rows - 1, y + radius); v++) {
          for (let u = Math.max(0, x - radius); u <= Math.min(columns - 1, x + radius); u++) {
            if (differs(u, v)) expected = 1;
          }
        }
        expect(edges[y * columns + x], `radius ${radius}, (${x}, ${y})`).toBe(expected);
      }
    }
  }
});

test('one terrace has no edge', () => {
  expect(stepEdges(new Int16Array(12), 3, 4, 2).includes(1)).toBe(false);
});

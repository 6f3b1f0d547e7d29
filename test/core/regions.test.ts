import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../bindings/core/errors.ts';
import { Random } from '../../bindings/core/random.ts';
import { findRegions } from '../../bindings/core/regions.ts';

/** A mask drawn with characters, '#' is foreground. */
function draw(...lines: string[]) {
  const mask = Uint8Array.from([...lines.join('')], (c) => (c === '#' ? 1 : 0));
  return { mask, rows: lines.length, columns: lines[0]?.length ?? 0 };
}

function randomMask(rows: number, columns: number, density: number, seed: number): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: rows * columns }, () => (random.uniform() < density ? 1 : 0));
}

/** Regions by flood fill, in raster order: the plain way. */
function floodFill(mask: Uint8Array, rows: number, columns: number): Int32Array {
  const labels = new Int32Array(mask.length);
  let id = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || labels[start]) continue;
    id++;
    const stack = [start];
    labels[start] = id;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const y = Math.floor(at / columns);
      const x = at % columns;
      for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
          const next = v * columns + u;
          if (!mask[next] || labels[next]) continue;
          labels[next] = id;
          stack.push(next);
        }
      }
    }
  }
  return labels;
}

describe('findRegions', () => {
  test('joins diagonal neighbours and measures each region', () => {
    const { mask, rows, columns } = draw(
      '#......', //
      '.#...#.',
      '....###',
      '.....#.',
      '.......',
    );
    const { labels, regions } = findRegions(mask, rows, columns);
    expect(regions).toEqual([
      {
        id: 1,
        areaPx: 2,
        x: 0.5,
        y: 0.5,
        box: { left: 0, top: 0, right: 1, bottom: 1 },
        touchesBorder: true,
      },
      {
        id: 2,
        areaPx: 5,
        x: 5,
        y: 2,
        box: { left: 4, top: 1, right: 6, bottom: 3 },
        touchesBorder: true,
      },
    ]);
    expect(labels[0]).toBe(1);
    expect(labels[2 * columns + 4]).toBe(2);
    expect(labels[4 * columns]).toBe(0);
  });

  test.each([0.1, 0.3, 0.42, 0.6, 0.95])('equals flood fill at density %f', (density) => {
    for (const [rows, columns] of [
      [37, 53],
      [1, 40],
      [40, 1],
      [16, 16],
    ]) {
      const mask = randomMask(rows, columns, density, rows);
      const { labels } = findRegions(mask, rows, columns);
      expect(labels).toEqual(floodFill(mask, rows, columns));
    }
  });

  test('is invariant under transpose up to renumbering', () => {
    const rows = 31;
    const columns = 47;
    const mask = randomMask(rows, columns, 0.35, 5);
    const turned = Uint8Array.from(
      mask,
      (_, i) => mask[(i % rows) * columns + Math.floor(i / rows)],
    );
    const key = (x: number, y: number, area: number) => `${x.toFixed(6)} ${y.toFixed(6)} ${area}`;
    const a = findRegions(mask, rows, columns).regions.map((r) => key(r.x, r.y, r.areaPx));
    const b = findRegions(turned, columns, rows).regions.map((r) => key(r.y, r.x, r.areaPx));
    expect(a.length).toBeGreaterThan(10);
    expect(b.sort()).toEqual(a.sort());
  });

  test('areas add up to the mask, and every pixel lies in its region’s box', () => {
    const rows = 40;
    const columns = 33;
    const mask = randomMask(rows, columns, 0.3, 9);
    const { labels, regions } = findRegions(mask, rows, columns);
    expect(regions.reduce((sum, { areaPx }) => sum + areaPx, 0)).toBe(
      mask.reduce((sum, value) => sum + value, 0),
    );
    labels.forEach((id, i) => {
      expect(id > 0).toBe(mask[i] === 1);
      if (id === 0) return;
      const { box } = regions[id - 1];
      expect(box.left <= i % columns && i % columns <= box.right).toBe(true);
      expect(box.top <= Math.floor(i / columns) && Math.floor(i / columns) <= box.bottom).toBe(
        true,
      );
    });
  });

  test('drops regions below minArea and renumbers the rest', () => {
    const { mask, rows, columns } = draw(
      '.........', //
      '.#..##...',
      '....##...',
      '.......#.',
      '.###.....',
      '.###.....',
      '.........',
    );
    // The single pixel at (7, 3) is apart from the square: two columns away.
    const { labels, regions } = findRegions(mask, rows, columns, { minArea: 2 });
    expect(regions.map(({ id, areaPx }) => [id, areaPx])).toEqual([
      [1, 4],
      [2, 6],
    ]);
    expect(labels[columns + 1]).toBe(0);
    expect(labels[4 * columns + 1]).toBe(2);
  });

  test('a mask of nothing, of everything, and of no pixel', () => {
    expect(findRegions(new Uint8Array(12), 3, 4).regions).toEqual([]);
    expect(findRegions(new Uint8Array(12).fill(1), 3, 4).regions).toMatchObject([
      { areaPx: 12, x: 1.5, y: 1, touchesBorder: true },
    ]);
    expect(findRegions(new Uint8Array(0), 0, 0).regions).toEqual([]);
  });

  test('a spiral, whose arms join last, is one region', () => {
    const size = 63;
    const mask = new Uint8Array(size * size);
    let x = 0;
    let y = 0;
    let [dx, dy] = [1, 0];
    for (let length = size - 1, turns = 0; length > 0; turns++) {
      for (let i = 0; i < length; i++, x += dx, y += dy) mask[y * size + x] = 1;
      [dx, dy] = [-dy, dx];
      if (turns > 0 && turns % 2 === 0) length -= 2;
    }
    expect(findRegions(mask, size, size).regions).toHaveLength(1);
  });

  test('leaves the mask as it was and refuses what does not fit', () => {
    const mask = randomMask(5, 5, 0.5, 1);
    const copy = mask.slice();
    findRegions(mask, 5, 5, { minArea: 3 });
    expect(mask).toEqual(copy);
    expect(() => findRegions(mask, 5, 6)).toThrow(ShapeError);
    expect(() => findRegions(mask, 5, 5, { minArea: -1 })).toThrow(OptionError);
    expect(() => findRegions(mask, 5, 5, { minArea: Number.NaN })).toThrow(OptionError);
  });
});

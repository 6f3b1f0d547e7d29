import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Site, serve } from './site.ts';
import { withTab } from './tab.ts';

const scan = fileURLToPath(new URL('../../examples/dimer-rows.sxm', import.meta.url));

/** An assertion that becomes true while the page works. */
function soon<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 90_000 });
}

/** Squares of one colour, 4 x 4 pixels, on the page's canvas that have black all around. */
function squaresInBlack(): number {
  const canvas = document.querySelector('canvas')!;
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
  const pixels = new Uint32Array(data.buffer);
  const black = 0xff000000;
  const isSquare = (left: number, top: number) => {
    const colour = pixels[(top + 1) * width + left + 1];
    return Array.from({ length: 36 }, (_, i) => [i % 6, Math.floor(i / 6)]).every(([x, y]) => {
      const isEdge = x === 0 || y === 0 || x === 5 || y === 5;
      return pixels[(top + y) * width + left + x] === (isEdge ? black : colour);
    });
  };
  let squares = 0;
  for (let top = 0; top + 6 <= height; top++) {
    for (let left = 0; left + 6 <= width; left++) {
      if (pixels[(top + 1) * width + left + 1] !== black && isSquare(left, top)) squares++;
    }
  }
  return squares;
}

describe('the examples for web pages', { timeout: 240_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    site = await serve(new Map(), {});
  });
  afterAll(() => site.close());

  const open = (page: string, use: Parameters<typeof withTab>[2]) =>
    withTab(`${site.origin}/examples/web/${page}`, [site.origin], async (tab, complaints) => {
      await use(tab, complaints);
      expect(complaints).toEqual([]);
    });

  test('module.html lists the defects of the bundled scan, and of one that is chosen', async () => {
    await open('module.html', async (page) => {
      const listed = () => page.locator('pre').textContent();
      await page.getByRole('button', { name: 'The bundled scan' }).click();
      await soon(listed).toMatch(/^5\d defects\n1: \([\d.]+, [\d.]+\) nm, [\d.]+ nm²/);
      await page.locator('input').setInputFiles(scan);
      await soon(listed).toMatch(/^5\d defects/);
    });
  });

  test('canvas.html names after a click', async () => {
    await open('canvas.html', async (page) => {
      await soon(() => page.locator('output').textContent()).toMatch(/of 5\d defects/);
      for (const [name, x, y] of [
        ['vacancy', 294, 207],
        ['dangling-bond', 242, 172],
      ] as const) {
        await page.locator('input').fill(name);
        await page.locator('canvas').click({ position: { x: 2 * x + 1, y: 2 * y + 1 } });
        await soon(() => page.locator('output').textContent()).toMatch(
          new RegExp(`${name}: [1-9]\\d?`),
        );
      }
      // White on the white of a scan must be seen too.
      expect(await page.evaluate(squaresInBlack)).toBeGreaterThan(40);
    });
  });

  test('viewer.html shows the scan in the element', async () => {
    await open('viewer.html', async (page) => {
      await soon(() => page.locator('pre').textContent()).toMatch(/^defect: 5\d$/);
    });
  });
});

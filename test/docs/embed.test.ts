import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../deno/run.ts';
import { STRICT, serve, withPage } from '../web/site.ts';
import { blocksOf } from './guide.ts';

test('the page of docs/embed-in-a-page.md draws an overlay, under the policy it names', async () => {
  const files = new Map<string, Uint8Array | string>(
    blocksOf('docs/embed-in-a-page.md').map(({ file, text }) => [`/${file}`, text]),
  );
  const web = join(root, 'dist/web');
  for (const name of readdirSync(web).filter((each) => each.endsWith('.js'))) {
    files.set(`/node_modules/adatom/dist/web/${name}`, readFileSync(join(web, name)));
  }
  const site = await serve(files, { 'Content-Security-Policy': STRICT });
  try {
    await withPage(`${site.origin}/index.html`, [site.origin], async (page, complaints) => {
      const output = page.locator('output');
      await expect.poll(() => output.textContent(), { timeout: 90_000 }).toMatch(/^5\d defects$/);
      const red = await page.locator('canvas').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 0 && value === 255 && data[i + 1] < 128).length;
      });
      expect(red).toBeGreaterThan(200);
      expect(complaints).toEqual([]);
    });
  } finally {
    site.close();
  }
}, 120_000);

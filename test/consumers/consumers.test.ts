import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { resultOf, STRICT, serve } from '../web/site.ts';
import { withTab } from '../web/tab.ts';
import {
  filesOf,
  haveBundlers,
  makeApplication,
  removeApplication,
  run,
  serveWith,
} from './workshop.ts';

const bundlers = haveBundlers();
const title = 'the packed package, in an application bundled without configuration';

describe.skipIf(!bundlers)(bundlers ? title : `${title} (skipped: no bundlers)`, () => {
  let folder: string;
  let dist: string;
  beforeAll(() => {
    folder = makeApplication();
    dist = join(folder, 'dist');
  });
  afterAll(() => removeApplication(folder));
  beforeEach(() => rmSync(dist, { recursive: true, force: true }));

  const version = JSON.parse(readFileSync('package.json', 'utf8')).version;
  const expected = {
    version,
    format: 'nanonis-sxm',
    defects: expect.any(Number),
    pixels: expect.any(Number),
  };

  /** What a page shows; every other file it needs comes from its own origin, and nothing is refused. */
  async function shown(address: string, mayComplain = false): Promise<unknown> {
    return withTab(address, [new URL(address).origin], async (page, complaints) => {
      const result = await resultOf<{ defects: number }>(page, complaints);
      if (!mayComplain) expect(complaints).toEqual([]);
      expect(result).toEqual(expected);
      expect(result.defects).toBeGreaterThan(0);
      return result;
    });
  }

  /** The folder `dist`, with the page and the scan beside what the bundler wrote. */
  async function checkDist(): Promise<void> {
    const files = new Map(
      filesOf(dist).map((path) => [`/${relative(dist, path)}`, readFileSync(path)]),
    );
    const site = await serve(files, { 'Content-Security-Policy': STRICT });
    try {
      await shown(`${site.origin}/index.html`);
    } finally {
      site.close();
    }
  }

  function addPage(): void {
    for (const path of ['index.html', 'public/dimer-rows.sxm']) {
      cpSync(join(folder, path), join(dist, path.replace('public/', '')));
    }
  }

  test('Vite, building', async () => {
    run(folder, 'vite/bin/vite.js', 'build');
    await checkDist();
  });

  test('Vite, while developing', async () => {
    const server = await serveWith(folder, 'vite/bin/vite.js', '--host', '127.0.0.1');
    try {
      await shown(server.origin, true);
    } finally {
      server.stop();
    }
  });

  test('webpack 5', async () => {
    const entry = ['--entry', './main.js', '--output-path', dist];
    run(folder, 'webpack-cli/bin/cli.js', '--mode', 'production', ...entry);
    addPage();
    await checkDist();
  });

  test('esbuild, the worker as an entry of its own', async () => {
    const entries = ['main.js', 'worker=adatom/worker'];
    run(folder, 'esbuild/bin/esbuild', ...entries, '--bundle', '--format=esm', '--outdir=dist');
    addPage();
    await checkDist();
  });

  test('Rollup, the worker as an entry of its own', async () => {
    const plugin = join(import.meta.dirname, 'node_modules/@rollup/plugin-node-resolve');
    const entries = ['-i', 'main.js', '-i', 'worker=adatom/worker'];
    run(folder, 'rollup/dist/bin/rollup', ...entries, '-p', plugin, '-d', 'dist');
    addPage();
    await checkDist();
  });

  test('OpenSeadragon with Annotorious: defects as annotations, and tags as examples', {
    timeout: 120_000,
  }, async () => {
    const needed = [
      'openseadragon/build/openseadragon/openseadragon.min.js',
      '@annotorious/openseadragon/dist/annotorious-openseadragon.js',
      '@annotorious/openseadragon/dist/annotorious-openseadragon.css',
    ];
    const modules = join(import.meta.dirname, 'node_modules');
    const files = new Map(
      needed.map((path) => [
        `/examples/web/node_modules/${path}`,
        readFileSync(join(modules, path)),
      ]),
    );
    const site = await serve(files, {});
    try {
      const address = `${site.origin}/examples/web/openseadragon.html`;
      await withTab(address, [site.origin], async (page) => {
        await page.locator('output[data-ready]').waitFor({ timeout: 90_000 });
        const defects = await page.evaluate(() => globalThis.annotator.getAnnotations().length);
        expect(await page.locator('output').textContent()).toBe(`defect: ${defects}`);
        for (const [index, name] of [
          [0, 'vacancy'],
          [2, 'fragment'],
        ] as const) {
          await page.evaluate((i) => {
            const { id } = globalThis.annotator.getAnnotations()[i];
            globalThis.annotator.setSelected(id);
          }, index);
          await page.getByRole('button', { name }).click();
          await expect
            .poll(() => page.locator('output').textContent(), { timeout: 60_000 })
            .toMatch(new RegExp(`${name}: [1-9]`));
        }
        const tags = await page.evaluate(() =>
          globalThis.annotator.getAnnotations().map(({ body }) => body[0]?.value),
        );
        expect(tags).toHaveLength(defects);
        // What resembles neither may be called unknown.
        const others = tags.filter((tag) => !['vacancy', 'fragment', 'unknown'].includes(tag));
        expect(others).toEqual([]);
        expect(tags).toContain('vacancy');
        expect(tags).toContain('fragment');
      });
    } finally {
      site.close();
    }
  });
});

declare global {
  /** Of examples/web/openseadragon.html. */
  var annotator: {
    getAnnotations(): { id: string; body: { value: string }[] }[];
    setSelected(id: string): void;
  };
}

import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeNpy } from '../../bindings/core/export/npy.ts';
import { readPointsCsv, readScan } from '../../bindings/core/index.ts';
import { matrixImage, matrixParameters } from '../core/formats/builders.ts';
import { hasShared, sharedFolder, sharedTitle } from '../shared.ts';
import { withTab } from '../web/tab.ts';
import { Person } from './person.ts';

const root = new URL('../../', import.meta.url);
const app = new URL('dist/adatom.html', root);
const example = fileURLToPath(new URL('examples/dimer-rows.sxm', root));
const CLASSES = ['vacancy', 'dangling-bond', 'fragment'];

/** An assertion that becomes true while the page works. */
function soon<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 60_000 });
}

/** The labels of a table of defects, counted. */
function countCsv(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { label } of readPointsCsv(text, 'defects.csv')) {
    counts[label ?? ''] = (counts[label ?? ''] ?? 0) + 1;
  }
  return counts;
}

/** A part of the bundled scan as a Matrix image, with two parameter files, of which the second lists it. */
function writeMatrixFiles(): { scan: string; first: string; second: string } {
  const folder = mkdtempSync(join(tmpdir(), 'adatom-e2e-'));
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const [{ pixels, columns }] = readScan(readFileSync(example), example).channels;
  const [points, lines] = [256, 128];
  const constants = { Offset: 2e6, Factor: 1e14 };
  const session = {
    ...{ points, lines, xRetrace: false, yRetrace: false, image: '20260101--4_1.Z_mtrx' },
    transfer: { name: 'TFF_Linear1D', constants },
  };
  const raw = Array.from({ length: points * lines }, (_, i) => {
    const metres = pixels[Math.floor(i / points) * columns + (i % points)];
    return Math.round(metres * constants.Factor + constants.Offset);
  });
  const ofAnother = { ...session, image: '20260101--3_1.Z_mtrx' };
  return {
    scan: write(session.image, matrixImage(raw)),
    first: write('20260101_0001.mtrx', matrixParameters(ofAnother)),
    second: write('20260101_0002.mtrx', matrixParameters(session)),
  };
}

/** adatom.html, opened from the disk; nothing but the file itself may be asked for. */
async function asAPerson(path: (person: Person) => Promise<void>): Promise<void> {
  await withTab(app.href, [app.href.replace(/\/[^/]*$/, '')], async (page, complaints) => {
    await path(new Person(page));
    expect(complaints).toEqual([]);
  });
}

describe('adatom.html, opened from the disk', { timeout: 240_000 }, () => {
  let truth: Record<string, number>;
  let support: ReturnType<typeof readPointsCsv>;
  beforeAll(() => {
    const read = (name: string) => readFileSync(new URL(`examples/${name}`, root), 'utf8');
    truth = countCsv(read('dimer-rows.truth.csv'));
    support = readPointsCsv(read('dimer-rows.support.csv'), 'dimer-rows.support.csv');
  });

  /** Find the defects of the bundled scan and click one example of each class. */
  async function findAndLabel(person: Person): Promise<void> {
    await person.press('Find defects');
    await soon(() => person.status.textContent()).toMatch(/^\d+ defects found/);
    for (const name of CLASSES) {
      await person.addClass(name);
      const { x, y } = support.find(({ label }) => label === name)!;
      await person.clickAt(x, y, 320, 320);
      await soon(() => person.status.textContent()).toBe(`1 defect: ${name}.`);
    }
  }

  test('is one file of at most 4 MB', () => {
    expect(statSync(app).size).toBeLessThan(4e6);
  });

  test('takes a person from a dropped scan to counts, and finds the session again', async () => {
    await asAPerson(async (person) => {
      const { page } = person;
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(example);
      // The keys work at once.
      const focused = () => page.evaluate(() => document.activeElement?.localName);
      await soon(focused).toBe('adatom-viewer');
      await findAndLabel(person);

      const counts = await person.counts();
      expect(Object.keys(counts)).toEqual(expect.arrayContaining(CLASSES));
      expect(counts['unknown'] ?? 0).toBeLessThanOrEqual(3);
      for (const name of CLASSES) {
        expect(Math.abs(counts[name] - truth[name]), name).toBeLessThanOrEqual(3);
      }

      await page.keyboard.press('Control+z');
      await soon(() => person.counts()).not.toEqual(counts);
      await page.keyboard.press('Control+y');
      await soon(() => person.counts()).toEqual(counts);

      const { name, text } = await person.take('Export', 'Table of defects (CSV)');
      expect(name).toBe('dimer-rows.defects.csv');
      expect(countCsv(text)).toEqual(counts);

      await page.reload();
      await person.press('Continue');
      await soon(() => person.counts()).toEqual(counts);
      // Good news is no alert.
      const back = page
        .getByRole('status')
        .filter({ hasText: 'your session of last time is back' });
      await back.waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  });

  test('searches again for what is like the examples, and back', async () => {
    await asAPerson(async (person) => {
      const { page } = person;
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(example);
      await person.press('Find defects');
      await soon(() => person.status.textContent()).toMatch(/^\d+ defects found/);
      await person.addClass('vacancy');
      const { x, y } = support.find(({ label }) => label === 'vacancy')!;
      await person.clickAt(x, y, 320, 320);
      await soon(() => person.status.textContent()).toBe('1 defect: vacancy.');
      const all = await person.counts();
      await page.getByText('Find by the examples').click();
      await soon(() => person.status.textContent()).toMatch(/defects found. Left out: \d+ bright/);
      await soon(async () => (await person.counts())['vacancy']).toBeLessThan(all['vacancy'] - 15);
      const bright = support.find(({ label }) => label === 'dangling-bond')!;
      await person.clickAt(bright.x, bright.y, 320, 320);
      await soon(() => person.status.textContent()).toMatch(/^No defect was found there. Undo/);
      await page.keyboard.press('Control+z');
      await soon(() => person.counts()).toEqual(all);
    });
  });

  test('names a second scan after the examples of the first, and keeps what it cannot read apart', async () => {
    await asAPerson(async (person) => {
      const { page } = person;
      await person.press('Try a simulated scan');
      await person.press('Find defects');
      await soon(() => person.status.textContent()).toMatch(/^\d+ defects found/);
      await person.drop(example, fileURLToPath(new URL('README.md', root)));
      const alert = page.getByRole('alert').filter({ hasText: 'README.md: at byte 0' });
      await alert.waitFor();
      const colour = (text: Locator) => text.evaluate((one) => getComputedStyle(one).color);
      expect(await colour(alert.locator('span'))).not.toBe(await colour(page.locator('.file b')));
      await page.getByRole('button', { name: /^dimer-rows.sxm/ }).click();
      await page.locator('.file', { hasText: 'dimer-rows.sxm' }).waitFor();
      await findAndLabel(person);
      await person.press('Name all scans');
      const other = page.getByRole('button', { name: /^simulated-1.sxm/ });
      await soon(() => other.textContent()).toMatch(/sxm\d+/);
      // A warning would be false: it is the same surface.
      expect(await other.textContent()).not.toContain('surface');
      await other.click();
      await expect
        .poll(async () => Object.keys(await person.counts()))
        .toEqual(expect.arrayContaining(CLASSES));
      const { text } = await person.take('Export', 'Counts of all scans (CSV)');
      const rows = text.split('\n').map((line) => line.split(',').slice(0, 2).join(','));
      expect(rows).toEqual(
        expect.arrayContaining(['simulated-1.sxm,vacancy', 'dimer-rows.sxm,fragment']),
      );
    });
  });

  test('shows a scan that is dropped on another one, and keeps the work on that', async () => {
    await asAPerson(async (person) => {
      const { page } = person;
      await person.press('Try a simulated scan');
      await page.locator('.file', { hasText: 'simulated-1.sxm' }).waitFor();
      await person.addClass('hole');
      await person.drop(example);
      await page.locator('.file', { hasText: 'dimer-rows.sxm' }).waitFor();
      expect(await person.counts()).toEqual({});
      // The first click finds.
      await person.clickAt(294, 207, 320, 320);
      await soon(() => person.status.textContent()).toMatch(/^1 defect: class 1\. F2/);
      const counts = await person.counts();
      await page.getByRole('button', { name: /^simulated-1.sxm/ }).click();
      await soon(() => person.counts()).toEqual({ hole: 0 });
      await page.getByRole('button', { name: /^dimer-rows.sxm/ }).click();
      await soon(() => person.counts()).toEqual(counts);
    });
  });

  test('shows the scan that is open when its file is dropped again, with its labels', async () => {
    await asAPerson(async (person) => {
      const { page } = person;
      const cards = page.getByRole('navigation', { name: 'Scans' }).getByRole('button');
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(example);
      await page.locator('.file', { hasText: 'dimer-rows.sxm' }).waitFor();
      await person.addClass('hole');
      await person.drop(example);
      await soon(() => person.status.textContent()).toBe('dimer-rows.sxm is open already.');
      expect(await cards.count()).toBe(2);

      const { scan, second } = writeMatrixFiles();
      await person.drop(scan, second);
      await page.locator('.file', { hasText: '100.0 × 50.0 nm' }).waitFor();
      await person.addClass('step');
      await person.drop(example);
      await soon(() => person.status.textContent()).toBe('dimer-rows.sxm is open already.');
      expect(await person.counts()).toEqual({ hole: 0 });
      await person.drop(scan, second);
      await soon(() => person.status.textContent()).toMatch(/Z_mtrx is open already\.$/);
      expect(await person.counts()).toEqual({ step: 0 });
      expect(await cards.count()).toBe(4);
    });
  });

  test('takes examples from a table that is dropped or opened, as one step', async () => {
    const table = fileURLToPath(new URL('examples/dimer-rows.support.csv', root));
    const folder = mkdtempSync(join(tmpdir(), 'adatom-e2e-'));
    const outside = join(folder, 'outside.csv');
    writeFileSync(outside, 'x_px,y_px,label\n294,207,vacancy\n320,1,vacancy\n');
    await asAPerson(async (person) => {
      const { page } = person;
      const told = () => person.status.textContent();
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(table);
      await page.getByText('open the scan that these examples are of').waitFor();
      await person.drop(example, table);
      await soon(told).toBe(`${support.length} examples from dimer-rows.support.csv.`);
      const counts = await person.counts();
      for (const name of CLASSES) {
        expect(Math.abs(counts[name] - truth[name]), name).toBeLessThanOrEqual(3);
      }
      await person.drop(outside);
      await page.getByRole('alert').filter({ hasText: 'outside.csv, line 3: (320, 1)' }).waitFor();
      expect(await person.counts()).toEqual(counts);
      await page.locator('canvas.picture').press('Control+z');
      await soon(async () => Object.keys(await person.counts())).toEqual(['defect']);

      // Examples that came with a scan that cannot be read are not of the one that is shown.
      const broken = join(folder, 'broken.sxm');
      writeFileSync(broken, 'no scan');
      const notices = page.getByText('open the scan that these examples are of');
      const before = await notices.count();
      await person.drop(broken, table);
      await soon(() => notices.count()).toBe(before + 1);
      expect(Object.keys(await person.counts())).toEqual(['defect']);

      // What was named once are examples.
      await page.locator('canvas.picture').press('Control+y');
      await soon(() => person.counts()).toEqual(counts);
      const { path } = await person.take('Export', 'Table of defects (CSV)');
      await page.locator('canvas.picture').press('Control+z');
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByTitle(/^Open scans/).click(),
      ]);
      await chooser.setFiles(path);
      const named = CLASSES.reduce((sum, name) => sum + counts[name], 0);
      await soon(told).toBe(`${named} examples from ${basename(path)}.`);
    });
  });

  test('reads a Matrix scan again when its parameters come later, and keeps the work on it', async () => {
    const { scan, first, second } = writeMatrixFiles();
    await asAPerson(async (person) => {
      const { page } = person;
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(scan);
      const alert = page.getByRole('alert').filter({ hasText: 'expected 20260101_0001.mtrx' });
      await alert.waitFor();
      await person.drop(first);
      await page.locator('.file', { hasText: '100.0 × 50.0 nm' }).waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      await soon(() => person.status.textContent()).toContain('does not list this image');

      await person.press('Find defects');
      await soon(() => person.status.textContent()).toMatch(/^\d+ defects found/);
      await page.locator('canvas.picture').press('ArrowRight');
      await page.keyboard.press('1');
      await soon(() => person.status.textContent()).toBe('1 defect: class 1.');
      const counts = await person.counts();
      await person.drop(second);
      const parameterFile = () =>
        page.evaluate(() => {
          const { workbench } = document.querySelector('adatom-viewer')!;
          return workbench!.handle.info.header['parameterFile'];
        });
      await soon(parameterFile).toBe('20260101_0002.mtrx');
      await soon(() => person.counts()).toEqual(counts);
    });
  });

  test('says what parameters without their scan are for, and takes them once that comes', async () => {
    const { scan, second } = writeMatrixFiles();
    await asAPerson(async (person) => {
      const { page } = person;
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(second);
      await page.getByText('open the scans (.Z_mtrx) that these parameters belong to').waitFor();
      await person.drop(scan);
      await page.locator('.file', { hasText: '100.0 × 50.0 nm' }).waitFor();
    });
  });

  test('takes the width and the unit that an array does not carry, and keeps them', async () => {
    const [{ pixels, rows, columns }] = readScan(readFileSync(example), example).channels;
    const array = join(mkdtempSync(join(tmpdir(), 'adatom-e2e-')), 'rows.npy');
    const heightsNm = Float32Array.from(pixels, (metres) => metres * 1e9);
    writeFileSync(array, writeNpy(heightsNm, [rows, columns]));
    await asAPerson(async (person) => {
      const { page } = person;
      const file = (text: string) => page.locator('.file', { hasText: text }).waitFor();
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(array);
      await file('physical size unknown');
      await page.getByLabel('Width').fill('40');
      await page.getByLabel('Width').press('Enter');
      await file('40.0 × 40.0 nm');
      await page.getByLabel('Heights').selectOption('nm');
      await person.clickAt(294, 207, columns, rows);
      await soon(() => person.status.textContent()).toMatch(/^1 defect: class 1\. F2/);
      const { text } = await person.take('Export', 'Table of defects (CSV)');
      const [header, first] = text.split('\n').map((line) => line.split(','));
      const value = (name: string) => Number(first[header.indexOf(name)]);
      expect(value('x_nm') / value('x_px')).toBeCloseTo(0.125, 2);
      expect(value('area_nm2') / value('area_px')).toBeCloseTo(0.125 ** 2, 3);
      expect(Math.abs(value('height_nm'))).toBeLessThan(1);
      const counts = await person.counts();
      await page.reload();
      await person.press('Continue');
      await soon(() => person.counts()).toEqual(counts);
      await file('40.0 × 40.0 nm');
    });
  });

  test('goes on from a session file where the browser keeps nothing', async () => {
    await asAPerson(async (person) => {
      const { page } = person;
      await page.addInitScript(() => {
        Object.defineProperty(window, 'indexedDB', {
          get() {
            throw new DOMException('denied', 'SecurityError');
          },
        });
      });
      await page.reload();
      await page.getByRole('alert').filter({ hasText: 'keeps nothing' }).waitFor();
      await person.drop(example);
      await person.press('Find defects');
      await soon(() => person.status.textContent()).toMatch(/^\d+ defects found/);
      await person.addClass('hole');
      await person.clickAt(294, 207, 320, 320);
      await soon(() => person.status.textContent()).toBe('1 defect: hole.');
      const counts = await person.counts();
      const { path, name } = await person.take('Session', 'Save session');
      expect(name).toBe('dimer-rows.session.json');
      await page.reload();
      await page.getByText('Drop STM scans here').waitFor();
      await person.drop(example, path);
      await soon(() => person.counts()).toEqual(counts);
    });
  });

  test.skipIf(!hasShared)(sharedTitle('does the same with a real scan'), async () => {
    await asAPerson(async (person) => {
      await person.page.getByText('Drop STM scans here').waitFor();
      await person.drop(resolve(sharedFolder, 'vendor/STM_nanonis_generic_4_5.sxm'));
      await person.press('Find defects');
      await soon(() => person.status.textContent()).toMatch(/^\d+ defects found/);
      await person.addClass('hole');
      await person.clickAt(29, 44, 128, 128);
      await soon(() => person.status.textContent()).toBe('1 defect: hole.');
      const counts = await person.counts();
      expect(counts['hole']).toBeGreaterThan(1);
      await person.page.keyboard.press('Control+z');
      await soon(async () => (await person.counts())['hole']).toBe(0);
      await person.page.keyboard.press('Control+y');
      await soon(() => person.counts()).toEqual(counts);
      const { text } = await person.take('Export', 'Table of defects (CSV)');
      expect(countCsv(text)).toEqual(counts);
      await person.page.reload();
      await person.press('Continue');
      await soon(() => person.counts()).toEqual(counts);
    });
  });
});

import { pathToFileURL } from 'node:url';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readPointsCsv } from '../../bindings/core/export/csv.ts';
import type { Engine, NamedBytes, Workbench } from '../../bindings/web/viewer/index.ts';
import { onOwnStage, onStage } from './stage.ts';

const VIEWER = new URL('../../dist/web/viewer.js', import.meta.url);

/** An assertion that becomes true while the page works. */
function soon<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 60_000 });
}

type WorkbenchOpen = (engine: Engine, file: NamedBytes) => Promise<Workbench>;

/** Of 64 x 64 heights in float32, with no size and no unit. */
const NPY_HEADER = `\x93NUMPY\x01\x00v\x00${"{'descr': '<f4', 'fortran_order': False, 'shape': (64, 64), }".padEnd(117)}\n`;

test('can be imported on a server', async () => {
  const module = await import(pathToFileURL(VIEWER.pathname).href);
  expect(module.AdatomViewer).toBeTypeOf('function');
});

const title = '<adatom-viewer> in Chromium, under a strict Content-Security-Policy';

// Most of the time goes into searches, which a busy machine draws out.
describe(title, { timeout: 240_000 }, () => {
  test('is loaded, searched, labelled and read out by a program, and tells what happens', async () => {
    const complaints = await onOwnStage(async ({ page }) => {
      const told = await page.evaluate(async () => {
        const heard: string[] = [];
        for (const type of ['adatom-segment', 'adatom-labels', 'adatom-classify'] as const) {
          window.viewer.addEventListener(type, () => heard.push(type));
        }
        const { defects } = await window.viewer.segment();
        await window.viewer.label([{ x: 294, y: 207 }], 'vacancy');
        await window.viewer.label([{ x: 242, y: 172 }], 'dangling bond');
        const { labels } = await window.viewer.classify();
        return { heard, defects: defects.length, labels: [...new Set(labels)].sort() };
      });
      expect(told.heard).toContain('adatom-segment');
      expect(told.heard.at(-1)).toBe('adatom-classify');
      expect(told.heard.indexOf('adatom-labels')).toBeLessThan(
        told.heard.lastIndexOf('adatom-classify'),
      );
      expect(told.labels).toEqual(expect.arrayContaining(['vacancy', 'dangling bond']));

      const files = await page.evaluate(async () => {
        const formats = ['csv', 'json', 'png', 'svg', 'coco', 'mask', 'report'] as const;
        const written = await Promise.all(formats.map((format) => window.viewer.export(format)));
        const counts = Object.fromEntries(window.viewer.counts.map((c) => [c.label, c.count]));
        return {
          counts,
          contents: written.map(({ content }) =>
            typeof content === 'string' ? content : [...content],
          ),
          figure: new DOMParser()
            .parseFromString(String(written[3].content), 'image/svg+xml')
            .querySelectorAll('#defects path').length,
        };
      });
      const [csv, json, png, , coco, mask, report] = files.contents;
      const rows = readPointsCsv(String(csv), 'defects.csv');
      for (const [label, count] of Object.entries(files.counts)) {
        expect(rows.filter((row) => row.label === label)).toHaveLength(count);
      }
      expect(JSON.parse(String(json))).toMatchObject({ defects: told.defects });
      expect(files.figure).toBe(told.defects);
      const { annotations, categories } = JSON.parse(String(coco));
      expect(annotations).toHaveLength(told.defects);
      expect(categories[0].name).toBe('vacancy');
      expect(decode(Uint8Array.from(png as number[])).width).toBeGreaterThan(319);
      const classes = decode(Uint8Array.from(mask as number[]));
      const vacancies = annotations.filter((one: { category_id: number }) => one.category_id === 1);
      const area = vacancies.reduce((sum: number, one: { area: number }) => sum + one.area, 0);
      expect(classes.data.filter((value) => value === 1)).toHaveLength(area);
      expect(report).toContain('<!doctype html>');
    });
    expect(complaints).toEqual([]);
  });

  test('labels by click, box and lasso, and takes a right click for no defect', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      const click = async (candidate: number, button: 'left' | 'right') => {
        const { x, y } = await stage.placeOf(candidate);
        const at = await stage.at(x, y);
        await page.mouse.click(at.x, at.y, { button });
        return stage.settled();
      };
      expect(await click(4, 'left')).toMatchObject({ labels: ['a'], given: [4], selected: 4 });
      expect((await click(6, 'right')).labels).toEqual(['a', 'not a defect']);

      await page.getByLabel('Label all in a box (B)').click();
      await stage.drag(await stage.at(150, 20), await stage.at(319, 60));
      const boxed = await stage.settled();
      const inBox = await page.evaluate(
        () =>
          window.viewer.workbench!.candidates.defects.filter(
            ({ x, y }) => x > 150 && x < 319 && y > 20 && y < 60,
          ).length,
      );
      expect(inBox).toBeGreaterThan(3);
      expect(boxed.labels.filter((label) => label === 'a').length).toBeGreaterThanOrEqual(inBox);

      await page.keyboard.press('Control+z');
      expect((await stage.settled()).labels).toEqual(['a', 'not a defect']);
      await page.keyboard.press('l');
      const [a, b, c] = [await stage.at(2, 180), await stage.at(2, 318), await stage.at(140, 318)];
      await stage.drag(a, b, c, a);
      const lassoed = await stage.settled();
      const inLasso = await page.evaluate(
        () =>
          window.viewer.workbench!.candidates.defects.filter(
            ({ x, y }) => y > 183 + x && x > 4 && y < 316,
          ).length,
      );
      expect(inLasso).toBeGreaterThan(2);
      expect(lassoed.labels.length).toBeGreaterThanOrEqual(2 + inLasso);
      expect(lassoed.labels.length).toBeLessThan(inLasso + 8);
    });
  });

  test('finds the defects at the first click, and labels what was clicked meanwhile', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      const click = async (x: number, y: number) => {
        const at = await stage.at(x, y);
        await page.mouse.click(at.x, at.y);
      };
      const box = (await stage.canvas.boundingBox())!;
      await page.mouse.click(box.x + 2, box.y + 2);
      await page.keyboard.press('ArrowDown');
      const message = () => page.getByRole('status').textContent();
      await soon(message).toBe('Find the defects first (S).');
      expect(await page.evaluate(() => window.viewer.workbench!.labelling.options)).toEqual({});

      await page.evaluate(async () => {
        const bench = window.viewer.workbench!;
        await bench.run({ type: 'add class', name: 'b' });
        await bench.run({ type: 'add class', name: 'a' });
      });
      await click(294, 207);
      await soon(message).toBe('1 example; finding the defects …');
      await page.keyboard.press('1');
      await click(242, 172);
      await page.keyboard.press('f');
      await soon(message).toBe('2 examples; finding the defects …');
      await soon(() => stage.settled()).toMatchObject({
        labels: expect.arrayContaining(['a', 'b']),
      });
      const named = await page.evaluate(() => {
        const bench = window.viewer.workbench!;
        const clicked = [
          { x: 294, y: 207 },
          { x: 242, y: 172 },
        ];
        return clicked.map((place) => bench.naming.labels[bench.candidateAt(place)]);
      });
      expect(named).toEqual(['a', 'b']);
      await soon(message).toBe('1 defect: a. 1 defect: b.');
    });
  });

  test('says how many of the clicks before the search gave a label', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      for (const [x, y] of [
        [294, 207],
        [242, 172],
        [60, 151],
        [80, 178],
      ]) {
        const at = await stage.at(x, y);
        await page.mouse.click(at.x, at.y);
      }
      const message = () => page.getByRole('status').textContent();
      await soon(message).toBe('4 examples; finding the defects …');
      await soon(message).toBe(
        '3 defects: class 1. F2, or a click on its name, renames the class.',
      );
      expect((await stage.settled()).labels).toHaveLength(3);
    });
  });

  test('says so when nothing was found where the first click was', async () => {
    await onStage(async (stage) => {
      const at = await stage.at(60, 151);
      await stage.page.mouse.click(at.x, at.y);
      const message = () => stage.page.getByRole('status').textContent();
      await soon(message).toMatch(/^\d+ defects found\..* None where you clicked\.$/);
      expect(await stage.settled()).toMatchObject({ labels: [], selected: -1 });
    });
  });

  test('renames a class where it stands, and says why a name cannot be', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      const message = () => page.getByRole('status').textContent();
      const [first, second] = [1, 2].map((n) => page.getByLabel(`Name of class ${n}`));
      await stage.canvas.press('F2');
      expect(await second.evaluate((one) => one.matches(':focus'))).toBe(true);
      await page.keyboard.type('vacancy');
      await page.keyboard.press('Enter');
      await soon(message).toBe('Renamed: vacancy.');
      // The next key is one for the picture again.
      await page.keyboard.press('1');
      expect(await stage.settled()).toMatchObject({ classes: ['b', 'vacancy'], current: 'b' });

      await first.click();
      for (const [name, reason] of [
        [' ', 'expected a name, got none'],
        ['vacancy', 'there is one like that already'],
        ['unknown', 'this one has a meaning already'],
      ]) {
        await first.fill(name);
        await page.keyboard.press('Enter');
        await soon(message).toContain(reason);
        expect(await first.getAttribute('aria-invalid')).toBe('true');
        expect(await first.evaluate((one) => one.matches(':focus'))).toBe(true);
      }
      await page.keyboard.press('Escape');
      expect(await first.inputValue()).toBe('b');
      expect(await first.getAttribute('aria-invalid')).toBeNull();
      await first.fill('step');
      await stage.canvas.press('f');
      expect(await stage.settled()).toMatchObject({ classes: ['step', 'vacancy'] });
    });
  });

  test('drops a name that is being written when another scan comes', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      const benches = await page.evaluateHandle(async () => {
        const bytes = new Uint8Array(await (await fetch('/examples/dimer-rows.sxm')).arrayBuffer());
        const engine = await window.viewer.startedEngine();
        const one = window.viewer.workbench!;
        const { open } = one.constructor as unknown as { open: WorkbenchOpen };
        const others = [];
        for (const classes of [['b', 'a'], ['c', 'd'], []]) {
          const bench = await open(engine, { name: 'other.sxm', bytes });
          for (const name of classes) await bench.run({ type: 'add class', name });
          others.push(bench);
        }
        return [one, ...others];
      });
      const show = (at: number) => benches.evaluate((all, i) => window.viewer.show(all[i]), at);
      const classes = () =>
        benches.evaluate((all) =>
          all.map(({ labelling }) => labelling.classes.map(({ name }) => name).join()),
        );
      const first = page.getByLabel('Name of class 1');
      await first.fill('vacancy');
      await show(1);
      expect(await first.inputValue()).toBe('b');
      // Who did not see it come goes on writing.
      await page.keyboard.type('ncy');
      await page.keyboard.press('Enter');
      expect(await first.inputValue()).toBe('b');
      expect(await classes()).toEqual(['b,a', 'b,a', 'c,d', '']);

      await first.fill('vacancy');
      await show(2);
      await first.click();
      await first.press('ControlOrMeta+a');
      await page.keyboard.type('hole');
      await page.keyboard.press('Enter');
      await soon(classes).toEqual(['b,a', 'b,a', 'hole,d', '']);
      await first.fill('vacancy');
      await show(3);
      await show(1);
      expect(await first.inputValue()).toBe('b');
      expect(await classes()).toEqual(['b,a', 'b,a', 'hole,d', '']);
      await benches.evaluate((all) => {
        for (const bench of all) bench.close();
      });
    });
  });

  test('adds what the brush paints and removes what the eraser clicks', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { candidates } = await stage.state();
      await stage.page.getByLabel('Paint a missed defect (D)').click();
      await stage.drag(await stage.at(58, 150), await stage.at(66, 152));
      const painted = await stage.settled();
      expect(painted).toMatchObject({ added: 1, candidates: candidates + 1, selected: candidates });
      await stage.page.keyboard.press('x');
      const { x, y } = await stage.at(60, 151);
      await stage.page.mouse.click(x, y);
      expect(await stage.settled()).toMatchObject({ added: 0, erased: 0, candidates });
      const place = await stage.placeOf(2);
      const at = await stage.at(place.x, place.y);
      await stage.page.mouse.click(at.x, at.y);
      expect(await stage.settled()).toMatchObject({ erased: 1, candidates: candidates - 1 });
    });
  });

  test('can be worked with keys alone', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      await stage.canvas.focus();
      await page.keyboard.press('s');
      await page.waitForFunction(() => window.viewer.workbench?.found);
      await stage.settled();
      await page.keyboard.press('ArrowRight');
      const first = (await stage.state()).selected;
      await page.keyboard.press('1');
      expect(await stage.settled()).toMatchObject({ classes: ['class 1'], given: [first] });
      await page.keyboard.press('ArrowDown');
      const second = (await stage.state()).selected;
      expect(second).not.toBe(first);
      await page.keyboard.press('2');
      expect((await stage.settled()).classes).toEqual(['class 1', 'class 2']);
      await page.keyboard.press('n');
      await page.keyboard.press('0');
      expect((await stage.settled()).labels.at(-1)).toBe('not a defect');
      await page.keyboard.press('Delete');
      expect((await stage.settled()).labels).toEqual(['class 1', 'class 2']);
      await page.keyboard.press('Control+z');
      expect((await stage.settled()).labels).toHaveLength(3);
      await page.keyboard.press('Control+Shift+Z');
      expect((await stage.settled()).labels).toHaveLength(2);
      await page.keyboard.press('d');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      expect(await stage.settled()).toMatchObject({ tool: 'brush', added: 1 });
      await expect
        .poll(() => page.getByRole('status').textContent())
        .toMatch(/^Defect \d+ of \d+, /);
    });
  });

  test('S does what the button of the search does, with the options chosen', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      const findOptions = () => page.evaluate(() => window.viewer.workbench!.findOptions);
      const message = () => page.getByRole('status').textContent();
      await page.getByText('Finding and naming').click();
      await page.getByLabel('Find by').selectOption('pixels');
      await soon(message).toMatch(/^\d+ defects found/);
      await stage.canvas.press('s');
      await soon(message).toMatch(/^The defects are found already/);
      expect(await findOptions()).toEqual({ method: 'pixels' });

      await page.evaluate(() => window.viewer.label([{ x: 294, y: 207 }], 'a'));
      const { labels } = await stage.settled();
      expect(labels).toEqual(['a']);
      await stage.canvas.press('s');
      await soon(findOptions).toMatchObject({ method: 'pixels', support: [{ label: 'a' }] });
      await soon(message).toMatch(/^\d+ defects? found/);
      await page.evaluate(() => window.viewer.undo());
      expect(await findOptions()).toEqual({ method: 'pixels' });
    });
  });

  test('takes the examples of a table as one step, after the search, and loses nothing over a bad one', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      const message = () => page.getByRole('status').textContent();
      const use = (...rows: string[]) =>
        page.evaluate(
          (text) =>
            window.viewer.useExamples(text, 'examples.csv').then(
              () => '',
              (error: Error) => error.message,
            ),
          ['x_px,y_px,label', ...rows].join('\n'),
        );
      await page.evaluate(() => window.viewer.workbench!.run({ type: 'add class', name: 'hole' }));
      // Two of one defect, and one where nothing was found.
      const rows = ['294,207,hole', '294.6,207.4,vacancy', '242,172,bright', '60,151,bright'];
      expect(await use(...rows)).toBe('');
      await soon(message).toBe(
        '3 examples from examples.csv, 1 of them where no defect was found.',
      );
      const taken = await stage.settled();
      expect(taken).toMatchObject({
        ...{ labels: ['vacancy', 'bright', 'bright'], classes: ['hole', 'vacancy', 'bright'] },
        current: 'hole',
      });
      expect(taken.given).toHaveLength(2);

      expect(await use('80,178,vacancy', '320,0,vacancy')).toMatch(/line 3: \(320, 0\) is outside/);
      expect(await use('80,178,vacancy', '80,,vacancy')).toMatch(/line 3: .*found nothing/);
      expect(await stage.settled()).toEqual(taken);

      await page.evaluate(() => window.viewer.undo());
      const undone = await stage.settled();
      expect(undone).toMatchObject({ labels: [], classes: ['hole'] });
      expect(undone.candidates).toBe(taken.candidates);
    });
  });

  test('of one class alone all is to be reviewed, without a confidence; densities say their area', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      await page.getByText(/^count · density over \d+ nm²$/).waitFor();
      await page.evaluate(() => window.viewer.label([{ x: 294, y: 207 }], 'a'));
      const { named, sure } = await page.evaluate(() => {
        const { labels, confidence } = window.viewer.workbench!.naming;
        const sure = [...confidence].filter(Number.isFinite);
        return { named: labels.filter((label) => label === 'a').length, sure };
      });
      expect(sure).toEqual([1]);
      await page.getByText(`${named - 1} left`, { exact: true }).waitFor();
    });
  });

  test('warns beside the counts when the examples are of another surface', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      await page.evaluate(async () => {
        await window.viewer.label([{ x: 294, y: 207 }], 'a');
        await window.viewer.useLibrary(await window.viewer.library());
      });
      const warning = page.locator('.warning');
      expect(await warning.isVisible()).toBe(false);
      await page.evaluate(() => window.viewer.workbench!.setOptions({ open: { widthNm: 80 } }));
      await warning.waitFor();
      expect(await warning.textContent()).toMatch(/this scan has rows 1\.5\d+ nm apart/);
    });
  });

  test('shows areas from one square micrometre on in these', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      await page.evaluate(() =>
        window.viewer.workbench!.setOptions({ open: { widthNm: 400_000 } }),
      );
      await page.getByText(/^count · density over \d+(\.\d+)? µm²$/).waitFor();
      const cells = page.locator('[role=row]:not(.head) [role=gridcell]:nth-child(4)');
      await soon(() => cells.allTextContents()).toContainEqual(
        expect.stringMatching(/^(\d\.)?\d+ µm²$/),
      );
    });
  });

  test('leads through the review, first what would tell most', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      await page.evaluate(async () => {
        await window.viewer.label([{ x: 294, y: 207 }], 'a');
        await window.viewer.label([{ x: 242, y: 172 }], 'b');
      });
      const queue = await page.evaluate(() => {
        const { doubt, isGiven } = window.viewer.workbench!.naming;
        return [...doubt]
          .map((value, i) => ({ value, i }))
          .filter(({ i }) => !isGiven[i])
          .sort((p, q) => q.value - p.value || p.i - q.i)
          .map(({ i }) => i);
      });
      await page.getByTitle('Next to review (N)').click();
      expect((await stage.state()).selected).toBe(queue[0]);
      await page.getByTitle('Next to review (N)').click();
      expect((await stage.state()).selected).toBe(queue[1]);
      // Whatever is selected.
      await page.getByRole('button', { name: 'Label next' }).click();
      expect((await stage.state()).selected).toBe(queue[0]);
      await page.evaluate((i) => window.viewer.set({ selected: i }), queue.at(-1)!);
      await page.getByRole('button', { name: 'Accept' }).click();
      const { given } = await stage.settled();
      expect(given).toContain(queue.at(-1));
    });
  });

  test('asks for the width where the file does not say it, with keys alone, and takes it', async () => {
    await onStage(async ({ page }) => {
      const panel = page.locator('details', { hasText: 'Size and unit' });
      const isOpen = () => panel.evaluate((one) => (one as HTMLDetailsElement).open);
      const message = () => page.getByRole('status').textContent();
      expect(await isOpen()).toBe(false);
      expect(await panel.locator('summary').textContent()).toContain('40.0 × 40.0 nm');

      await page.evaluate(async (header) => {
        const text = [...header].map((character) => character.charCodeAt(0));
        const heights = Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i * i));
        const bytes = new Uint8Array(128 + heights.byteLength);
        bytes.set(text);
        bytes.set(new Uint8Array(heights.buffer), 128);
        await window.viewer.load({ name: 'heights.npy', bytes });
      }, NPY_HEADER);
      expect(await isOpen()).toBe(true);
      const width = page.getByLabel('Width');
      await panel.locator('summary').focus();
      await page.keyboard.press('Tab');
      expect(await width.evaluate((one) => one.matches(':focus'))).toBe(true);
      for (const bad of ['-5', '16px', 'wide']) {
        await width.fill(bad);
        await page.keyboard.press('Enter');
        await soon(message).toBe(`Width: expected a physical length such as 100nm, got '${bad}'.`);
        expect(await width.getAttribute('aria-invalid')).toBe('true');
      }
      await width.fill('0.02um');
      await page.keyboard.press('Enter');
      await soon(message).toMatch(/^20\.0 × 20\.0 nm\./);
      expect(await width.inputValue()).toBe('20 nm');
      expect(await width.getAttribute('aria-invalid')).not.toBe('true');
      await page.getByLabel('Heights').selectOption('pm');
      const unit = () =>
        page.evaluate(() => window.viewer.workbench!.prepared!.levelled.heightUnit);
      await soon(unit).toBe('nm');
      await page.getByLabel('Undo (Ctrl Z)').click();
      await page.getByLabel('Undo (Ctrl Z)').click();
      await soon(() => width.inputValue()).toBe('');
      await soon(() => panel.locator('summary').textContent()).toContain('not known');
    });
  });

  test('links table, map and picture', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const { page } = stage;
      await page.getByRole('row').nth(5).click();
      expect((await stage.state()).selected).toBe(4);
      await page.getByRole('grid').press('ArrowDown');
      expect((await stage.state()).selected).toBe(5);
      expect(await page.locator('[role=row][aria-selected=true]').count()).toBe(1);
      await page.getByRole('tab', { name: 'Map' }).click();
      const map = page.getByLabel('Map of the defects by likeness');
      await page.getByText(/PC 1 across/).waitFor();
      // All of them lie on the map: a box around it labels all.
      const box = (await map.boundingBox())!;
      await stage.drag(
        { x: box.x + 2, y: box.y + 2 },
        { x: box.x + box.width - 2, y: box.y + box.height - 2 },
      );
      const { labels, candidates } = await stage.settled();
      expect(labels).toHaveLength(candidates);
    });
  });

  test('zooms about the pointer, by wheel and by two fingers, with sharp pixels', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      const place = page.locator('.place');
      const { x, y } = await stage.at(100, 200);
      await page.mouse.move(x, y);
      await soon(() => place.textContent()).toMatch(/\(100, 200\)/);
      await page.mouse.wheel(0, -2000);
      await soon(() => place.textContent()).toMatch(/\(100, 200\)/);
      // The pixel is large by now, and of one colour: no value is made up between pixels.
      const colours = await stage.canvas.evaluate(
        async (canvas, at) => {
          await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          const box = canvas.getBoundingClientRect();
          const context = (canvas as HTMLCanvasElement).getContext('2d')!;
          const { data } = context.getImageData(at.x - box.x - 20, at.y - box.y - 20, 40, 40);
          return new Set(new Uint32Array(data.buffer)).size;
        },
        { x, y },
      );
      expect(colours).toBeLessThanOrEqual(9);

      await stage.canvas.press('f');
      const touch = await page.context().newCDPSession(page);
      const fingers = (apart: number) => [
        { x: x - apart, y, id: 1 },
        { x: x + apart, y, id: 2 },
      ];
      await touch.send('Input.dispatchTouchEvent', {
        type: 'touchStart',
        touchPoints: fingers(20),
      });
      for (const apart of [40, 60, 80]) {
        await touch.send('Input.dispatchTouchEvent', {
          type: 'touchMove',
          touchPoints: fingers(apart),
        });
      }
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      await page.mouse.move(x + 1, y);
      await page.mouse.move(x, y);
      await soon(() => place.textContent()).toMatch(/\(100, 200\)/);
      await page.mouse.move(x + 40, y);
      // Four times as large: 40 screen pixels are 6 of the scan now, not 24.
      await soon(() => place.textContent()).toMatch(/\(10[567], 200\)/);
    });
  });

  test('shows outlines where the scan is as white as they are', async () => {
    await onStage(async (stage) => {
      const found = await stage.page.evaluate(async () => {
        const { defects } = await window.viewer.segment();
        return defects.length;
      });
      const darkPixels = async (marks: 'outlines' | 'none') => {
        await stage.page.evaluate(
          (shown) => window.viewer.set({ lowPercent: 0, highPercent: 0.1, marks: shown }),
          marks,
        );
        await stage.look();
        return stage.canvas.evaluate((canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const context = (canvas as HTMLCanvasElement).getContext('2d')!;
          const { data } = context.getImageData(0, 0, width, height);
          // Green, of which the colours of the scan have most or nothing.
          return data.filter((value, i) => i % 4 === 1 && value < 90).length;
        });
      };
      const without = await darkPixels('none');
      // Around each, a dozen at the least.
      expect((await darkPixels('outlines')) - without).toBeGreaterThan(12 * found);
    });
  });

  test('moves the scale bar off the defects', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      /** Whether the plate lies in a corner at the left, where the scan does not reach. */
      const isAt = async (corner: 'lower' | 'upper') => {
        await stage.look();
        return stage.canvas.evaluate((canvas, y) => {
          const context = (canvas as HTMLCanvasElement).getContext('2d')!;
          const top = y === 'upper' ? 24 : (canvas as HTMLCanvasElement).height - 24;
          const { data } = context.getImageData(11, top, 1, 1);
          return data[3] > 0;
        }, corner);
      };
      expect([await isAt('lower'), await isAt('upper')]).toEqual([true, false]);
      await stage.page.evaluate(async () => {
        const bench = window.viewer.workbench!;
        for (const x of [2, 8]) {
          const runs = [[310, x, 1] as const];
          await bench.run({ type: 'add', defect: { x, y: 310, runs } });
        }
      });
      expect([await isAt('lower'), await isAt('upper')]).toEqual([false, true]);

      // Not while the picture is moved, however slowly.
      const { mouse, keyboard } = stage.page;
      const { x, y } = await stage.at(160, 160);
      await mouse.move(x, y);
      await mouse.down();
      await mouse.move(x, y - 80, { steps: 4 });
      expect([await isAt('lower'), await isAt('upper')]).toEqual([false, true]);
      await mouse.up();
      expect([await isAt('lower'), await isAt('upper')]).toEqual([true, false]);
      await keyboard.press('f');
      await soon(() => isAt('upper')).toBe(true);
      expect(await isAt('lower')).toBe(false);
    });
  });

  test('shows channels, colours and contrast as they are chosen, and levels anew', async () => {
    await onStage(async (stage) => {
      const { page } = stage;
      const look = () => stage.look();
      const seen = [await look()];
      for (const change of [
        () => page.getByLabel('Colours').selectOption('viridis'),
        () => page.getByLabel('Darkest, percentile').fill('20'),
        () => page.getByLabel('Trace or retrace of the same channel').click(),
      ]) {
        await change();
        await page.keyboard.press('Tab');
        await stage.settled();
        await soon(look).not.toBe(seen.at(-1));
        seen.push(await look());
      }
      expect(await page.evaluate(() => window.viewer.settings)).toMatchObject({
        colormap: 'viridis',
        lowPercent: 20,
        channel: 'Z:backward',
      });
      await page.getByText('Levelling').click();
      await page.getByLabel('Terraces').selectOption('keep steps');
      await stage.settled();
      await soon(look).not.toBe(seen.at(-1));
      await stage.canvas.press('Control+z');
      await stage.settled();
      await soon(look).toBe(seen.at(-1));
    });
  });

  test('names every control for those who cannot see it', async () => {
    await onStage(async (stage) => {
      await stage.begin();
      const nameless = await stage.page.evaluate(() => {
        const root = window.viewer.shadowRoot!;
        const controls = root.querySelectorAll<HTMLElement>(
          'button, input, select, [tabindex], [role]',
        );
        return Array.from(controls)
          .filter((one) => {
            const labelled = one.closest('label')?.textContent?.trim();
            const by = one.getAttribute('aria-labelledby');
            return !(
              one.getAttribute('aria-label') ||
              (by && root.getElementById(by)) ||
              one.textContent?.trim() ||
              labelled
            );
          })
          .map((one) => one.outerHTML.slice(0, 80));
      });
      expect(
        nameless.filter((html) => !/role="(status|rowgroup|tablist|gridcell)"/.test(html)),
      ).toEqual([]);
    });
  });

  test('gives its workers back when it leaves the page', async () => {
    await onOwnStage(async ({ page }) => {
      expect(page.workers()).toHaveLength(1);
      await page.evaluate(() => window.viewer.remove());
      await soon(() => page.workers().length).toBe(0);
    });
  });
});

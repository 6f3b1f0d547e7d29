import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CancelledError, OptionError } from '../../bindings/core/errors.ts';
import { readPointsCsv } from '../../bindings/core/export/csv.ts';
import { markStyle } from '../../bindings/core/export/marks.ts';
import { writeNpy } from '../../bindings/core/export/npy.ts';
import { defaultColour, readLibrary, writeLibrary } from '../../bindings/core/session/index.ts';
import { createAdatom } from '../../bindings/node/index.ts';
import type { Engine, NamedBytes } from '../../bindings/web/index.ts';
import { exportResult } from '../../bindings/web/viewer/export.ts';
import { Workbench } from '../../bindings/web/viewer/workbench.ts';

const example = (name: string) => readFileSync(new URL(`../../examples/${name}`, import.meta.url));
const file = { name: 'dimer-rows.sxm', bytes: new Uint8Array(example('dimer-rows.sxm')) };
const support = readPointsCsv(example('dimer-rows.support.csv').toString(), 'support.csv');

/** '#rrggbb' */
function hexOf(rgb: ArrayLike<number>): string {
  return `#${Buffer.from(Uint8Array.from(rgb)).toString('hex')}`;
}

describe('a scan on the bench', { timeout: 240_000 }, () => {
  let engine: Engine;
  const benches: Workbench[] = [];
  beforeAll(async () => {
    engine = await createAdatom({ workers: 0 });
  });
  afterEach(() => {
    for (const bench of benches.splice(0)) bench.close();
  });
  afterAll(() => engine.dispose());

  async function open(scan: NamedBytes = file): Promise<Workbench> {
    const bench = await Workbench.open(engine, scan);
    benches.push(bench);
    return bench;
  }

  /** The bundled scan as an array, which carries neither size nor unit; heights in nm. */
  async function asArray(): Promise<NamedBytes> {
    const handle = await engine.open(file);
    const { pixels, rows, columns } = await handle.channelPixels(0);
    handle.close();
    const bytes = writeNpy(
      pixels.map((metres) => metres * 1e9),
      [rows, columns],
    );
    return { name: 'dimer-rows.npy', bytes };
  }

  /** One example per class, clicked somewhere on the defect. */
  async function label(bench: Workbench): Promise<void> {
    for (const name of ['vacancy', 'dangling-bond', 'fragment']) {
      const click = support.find((one) => one.label === name)!;
      const place = bench.placeOf(bench.candidateAt(click));
      await bench.run({ type: 'add class', name });
      await bench.run({ type: 'label', at: [place], label: name });
    }
  }

  const counts = (bench: Workbench) =>
    Object.fromEntries(bench.counts.map(({ label: name, count }) => [name, count]));

  test('is named anew with every label, and undo and redo lead to the same names', async () => {
    const bench = await open();
    await bench.segment();
    const seen: string[] = [JSON.stringify(bench.naming)];
    await label(bench);
    const last = JSON.stringify(bench.naming);
    expect(last).not.toBe(seen[0]);
    expect(bench.naming.isGiven.filter(Boolean)).toHaveLength(3);
    while (bench.labelling.classes.length > 0) await bench.undo();
    expect(JSON.stringify(bench.naming)).toBe(seen[0]);
    while (bench.canRedo) await bench.redo();
    expect(JSON.stringify(bench.naming)).toBe(last);
  });

  test('a search can be undone, and labels stay where they were put', async () => {
    const bench = await open();
    await bench.segment();
    const found = bench.found!.defects.length;
    await label(bench);
    while (bench.canUndo) await bench.undo();
    expect(bench.found).toBeUndefined();
    expect(bench.candidates.defects).toEqual([]);
    while (bench.canRedo) await bench.redo();
    expect(bench.candidates.defects).toHaveLength(found);
    await bench.setOptions({ prepare: { scars: 'off' } });
    expect(bench.naming.isGiven.filter(Boolean)).toHaveLength(3);
  });

  test('what nobody has named is no lattice in the labelled mask', async () => {
    const bench = await open();
    await bench.segment();
    const { content } = await exportResult(bench, 'mask');
    const { data } = decode(content as Uint8Array);
    const inDefects = bench.found!.regionIds.filter((id) => id > 0).length;
    expect(data.filter((value) => value > 0)).toHaveLength(inDefects);
  });

  test('what is no defect is not counted, and what was erased is gone', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    const before = counts(bench);
    const [first, second] = bench.naming.labels.flatMap((name, i) =>
      name === 'vacancy' ? [i] : [],
    );
    const places = [bench.placeOf(first), bench.placeOf(second)];
    await bench.run({ type: 'label', at: [places[0]], label: 'not a defect' });
    expect(bench.naming.labels).toContain('not a defect');
    expect(Object.keys(counts(bench))).not.toContain('not a defect');
    const total = (all: Record<string, number>) => Object.values(all).reduce((a, b) => a + b, 0);
    expect(total(counts(bench))).toBeLessThan(total(before));
    const candidates = bench.candidates.defects.length;
    await bench.run({ type: 'erase', at: [places[1]] });
    expect(bench.candidates.defects).toHaveLength(candidates - 1);
    expect(bench.candidateAt(places[1])).toBe(-1);
    expect(bench.found!.regionIds).toContain(bench.found!.defects[second].id);
  });

  test('a painted defect has its area, its pixels and a name', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    const runs = [
      [150, 60, 4],
      [151, 60, 4],
    ] as const;
    expect(bench.candidateAt({ x: 61, y: 150 })).toBe(-1);
    await bench.run({ type: 'add', defect: { x: 61.5, y: 150.5, runs } });
    const at = bench.candidateAt({ x: 63, y: 151 });
    const defect = bench.candidates.defects[at];
    expect(defect).toMatchObject({
      areaPx: 8,
      box: { left: 60, top: 150, right: 63, bottom: 151 },
      touchesBorder: false,
    });
    expect(defect.areaNm2).toBeCloseTo(8 * 0.125 * 0.125, 10);
    expect(bench.naming.labels[at]).not.toBe('');
    await bench.undo();
    expect(bench.candidateAt({ x: 63, y: 151 })).toBe(-1);
  });

  test('a session brings everything back on a fresh bench, and only on its own scan', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    const text = bench.session();
    const again = await open();
    await again.restore(text, 'session.json');
    expect(again.naming).toEqual(bench.naming);
    expect(counts(again)).toEqual(counts(bench));
    const other = text.replace(bench.input.sha256, '0'.repeat(64));
    await expect(again.restore(other, 'other.json')).rejects.toThrow(OptionError);
    expect(again.naming).toEqual(bench.naming);
  });

  test('the examples say what counts as a defect, when asked to', async () => {
    const bench = await open();
    await bench.segment();
    const all = bench.candidates.defects.length;
    const vacancy = support.find((one) => one.label === 'vacancy')!;
    expect(bench.canFindByExamples).toBe(false);
    await bench.run({ type: 'add class', name: 'vacancy' });
    await bench.run({
      type: 'label',
      at: [bench.placeOf(bench.candidateAt(vacancy))],
      label: 'vacancy',
    });
    expect(bench.canFindByExamples).toBe(true);
    await bench.segment({ support: bench.examples });
    expect(bench.canFindByExamples).toBe(false);
    expect(bench.candidates.defects.length).toBeLessThan(all);
    expect(bench.found!.warnings.join()).toMatch(/No example is bright/);
    expect(bench.naming.isGiven.filter(Boolean)).toHaveLength(1);
    await bench.undo();
    expect(bench.candidates.defects).toHaveLength(all);
  });

  test('what is written says how it was named, and from where the examples are', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    const record = async (of: Workbench) => {
      const { content } = await exportResult(of, 'json');
      return JSON.parse(typeof content === 'string' ? content : new TextDecoder().decode(content));
    };
    const own = await record(bench);
    expect(own.steps.map(({ name }: { name: string }) => name).slice(-2)).toEqual([
      'embed',
      'classify',
    ]);
    const again = await open();
    await again.useLibrary(await bench.library());
    await again.segment();
    expect((await record(again)).options.library).toEqual([bench.input.file]);
  });

  test('a class library names a scan without a label of its own', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    const library = await bench.library();
    expect(library?.labels).toEqual(['vacancy', 'dangling-bond', 'fragment']);
    const again = await open();
    await again.useLibrary(library);
    await again.segment();
    expect(again.labelling.labels).toEqual([]);
    expect(again.naming.labels).toEqual(bench.naming.labels);
    expect((await again.library())?.labels).toEqual(library?.labels);
  });

  test('examples of what is no defect go with a class library, and alone name nothing', async () => {
    const bench = await open();
    await bench.segment();
    const [none, some] = [0, 1].map((candidate) => bench.placeOf(candidate));
    await bench.run({ type: 'label', at: [none], label: 'not a defect' });
    const alone = readLibrary(writeLibrary((await bench.library())!), 'alone.json');
    await bench.run({ type: 'add class', name: 'vacancy' });
    await bench.run({ type: 'label', at: [some], label: 'vacancy' });
    const library = readLibrary(writeLibrary((await bench.library())!), 'library.json');
    expect(library.labels).toEqual(['not a defect', 'vacancy']);
    const again = await open();
    await again.segment();
    await again.useLibrary(alone);
    expect(new Set(again.naming.labels)).not.toContain('not a defect');
    await again.useLibrary(library);
    expect(again.naming.labels).toEqual(expect.arrayContaining(['not a defect', 'vacancy']));
  });

  test('is named after examples of another surface, with a warning beside the result', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    const library = await bench.library();
    expect(bench.warnings).toEqual([]);
    const again = await open();
    await again.useLibrary(library);
    expect(again.warnings).toEqual([]);
    // Rows twice as far apart.
    await again.setOptions({ open: { widthNm: 80 } });
    await again.segment();
    expect(again.naming.labels).toContain('vacancy');
    expect(again.warnings).toEqual([
      expect.stringMatching(
        /^Examples may be of another surface: dimer-rows.sxm has rows 0\.7\d+ /,
      ),
    ]);
    const { content } = await exportResult(again, 'json');
    expect(JSON.parse(String(content)).warnings).toContain(again.warnings[0]);
    for (const { name } of again.labelling.classes) await again.run({ type: 'remove class', name });
    expect(again.warnings).toEqual([]);
  });

  test('a picture has the colours of the viewer, also for what is no class', async () => {
    const bench = await open();
    await bench.segment();
    await label(bench);
    await bench.run({ type: 'colour class', name: 'fragment', colour: '#12ab34' });
    const names = ['fragment', 'unknown', 'too large'];
    const labels = bench.naming.labels.map((_, i) => names[i % 3]);
    bench.naming = { ...bench.naming, labels };
    const { content } = await exportResult(bench, 'png');
    const { data } = decode(content as Uint8Array);
    const seen = new Set<string>();
    for (let i = 0; i < data.length; i += 3) seen.add(hexOf(data.slice(i, i + 3)));
    for (const name of names) expect(seen).toContain(markStyle(bench.labelling, name).colour);
    // What they would have in the palette.
    expect(seen).not.toContain(defaultColour(3));
    expect(seen).not.toContain(defaultColour(4));
  });

  test('an option that cannot be is taken back, and all goes on', async () => {
    const bench = await open();
    await bench.segment();
    const before = bench.candidates.defects.length;
    const bad = bench.setOptions({ prepare: { level: 9 } });
    await expect(bad).rejects.toThrow(OptionError);
    expect(bench.prepareOptions).toEqual({});
    expect(bench.canUndo).toBe(true);
    await expect(bench.segment({ k: 99 })).rejects.toThrow(OptionError);
    expect(bench.candidates.defects).toHaveLength(before);
    await label(bench);
    expect(bench.naming.isGiven.filter(Boolean)).toHaveLength(3);
  });

  test('a search that is stopped is as if it had not been asked for', async () => {
    const bench = await open();
    const stages: string[] = [];
    const stopped = bench.segment(
      {},
      {
        onProgress: ({ stage }) => {
          stages.push(stage);
          bench.cancel();
        },
      },
    );
    await expect(stopped).rejects.toThrow(CancelledError);
    expect(stages).not.toEqual([]);
    expect(bench.found).toBeUndefined();
    expect(bench.busy).toBeUndefined();
    expect(bench.canUndo).toBe(false);
    await bench.segment();
    expect(bench.candidates.defects.length).toBeGreaterThan(0);
  });

  test('what is shown has names for exactly its defects, from the moment they are found', async () => {
    const bench = await open();
    const seen: string[] = [];
    bench.listen((change) => {
      if (change === 'candidates' || change === 'segment' || change === 'classify') {
        const { candidates, naming, counts: of } = bench;
        expect(naming.labels).toHaveLength(candidates.defects.length);
        expect(naming.isGiven).toHaveLength(candidates.defects.length);
        if (change !== 'classify' && candidates.defects.length === 0) expect(of).toEqual([]);
        seen.push(change);
      }
    });
    await bench.segment();
    expect(seen).toEqual(['candidates', 'segment', 'classify']);
    await label(bench);
    const { labels } = bench.naming;
    seen.length = 0;
    const erased = bench.run({ type: 'erase', at: [bench.placeOf(0)] });
    const names = new Promise<readonly string[]>((resolve) => {
      bench.listen((change) => {
        if (change === 'candidates') resolve(bench.naming.labels);
      });
    });
    expect(await names).toEqual(labels.slice(1));
    await erased;
    expect(seen).toEqual(['candidates', 'classify']);
  });

  test('can be stopped and closed while it shows what was found', async () => {
    for (const stop of ['cancel', 'close'] as const) {
      const bench = await open();
      const stopped = bench.segment();
      bench.listen((change) => {
        if (change === 'segment') setTimeout(() => bench[stop]());
      });
      await expect(stopped).rejects.toThrow(CancelledError);
      if (stop === 'close') continue;
      expect(bench.found).toBeUndefined();
      expect(bench.candidates.defects).toEqual([]);
    }
  });

  test('undone twice while it works, it has no search and what follows from none', async () => {
    const bench = await open();
    await bench.segment();
    const levelled = bench.setOptions({ prepare: { scars: 'off' } });
    const both = Promise.all([bench.undo(), bench.undo()]);
    await Promise.all([levelled, both]);
    await bench.settled();
    expect(bench.labelling.options).toEqual({});
    expect(bench.found).toBeUndefined();
    expect(bench.candidates.defects).toEqual([]);
  });

  test('clicks faster than the answers end at the last one', async () => {
    const bench = await open();
    await bench.segment();
    await bench.run({ type: 'add class', name: 'a' });
    await bench.run({ type: 'add class', name: 'b' });
    const places = bench.candidates.defects.slice(0, 6).map(({ x, y }) => ({ x, y }));
    const clicks = places.map((at, i) =>
      bench.run({ type: 'label', at: [at], label: i % 2 ? 'a' : 'b' }),
    );
    await Promise.all(clicks);
    expect(bench.naming.isGiven.slice(0, 6)).toEqual(Array(6).fill(true));
    expect(bench.naming.labels.slice(0, 6)).toEqual(['b', 'a', 'b', 'a', 'b', 'a']);
  });

  test('shows every channel of the file in its own unit', async () => {
    const bench = await open();
    for (const { title } of bench.handle.info.channels) {
      const plane = await bench.plane(title);
      expect(plane.pixels).toHaveLength(plane.rows * plane.columns);
      expect(plane.unit).toBe('nm');
    }
    await expect(bench.plane('Current')).rejects.toThrow(OptionError);
  });

  test('takes a width and a unit that the file does not say, as options that can be undone and saved', async () => {
    const array = await asArray();
    const bench = await open(array);
    await bench.segment();
    await label(bench);
    expect(bench.prepared!.pixelXNm).toBeNull();
    expect(bench.counts[0].perNm2).toBeNull();
    const title = bench.prepared!.channels[0].name;
    expect((await bench.plane(title)).unit).toBe('');

    await bench.setOptions({ open: { widthNm: 40 } });
    await bench.setOptions({ prepare: { unit: 'nm' } });
    expect(bench.prepared).toMatchObject({ pixelXNm: 0.125, pixelYNm: 0.125 });
    expect(bench.counts[0].perNm2).toBeGreaterThan(0);
    expect(bench.naming.isGiven.filter(Boolean)).toHaveLength(3);
    expect((await bench.plane(title)).unit).toBe('nm');
    const csv = String((await exportResult(bench, 'csv')).content);
    const [, xPx, , xNm] = csv.split('\n')[1].split(',').map(Number);
    expect(xNm / xPx).toBeCloseTo(0.125, 2);
    const { content } = await exportResult(bench, 'json');
    const options = { open: { widthNm: 40 }, prepare: { unit: 'nm' }, find: {} };
    expect(JSON.parse(String(content))).toMatchObject({ options });
    expect((await engine.memory()).openScans).toBe(1);

    const again = await open(array);
    await again.restore(bench.session(), 'session.json');
    expect(again.counts).toEqual(bench.counts);
    await bench.undo();
    await bench.undo();
    expect(bench.prepared!.pixelXNm).toBeNull();
    expect(bench.counts[0].perNm2).toBeNull();
  });

  test('a width that is none is taken back, and one that is not the file’s is told of', async () => {
    const bench = await open();
    await expect(bench.setOptions({ open: { widthNm: -1 } })).rejects.toThrow(OptionError);
    expect(bench.labelling.options).toEqual({});
    expect(bench.prepared!.pixelXNm).toBe(0.125);
    await bench.setOptions({ open: { widthNm: 80 } });
    expect(bench.prepared!.pixelXNm).toBe(0.25);
    expect(bench.prepared!.warnings.join(' ')).toContain('the file says it is 40 nm wide');
  });
});

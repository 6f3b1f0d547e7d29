import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdatom } from '../../bindings/node/index.ts';
import { Scans } from '../../bindings/web/app/scans.ts';
import type { Engine, NamedBytes } from '../../bindings/web/index.ts';
import type { Workbench } from '../../bindings/web/viewer/index.ts';

const example = new URL('../../examples/dimer-rows.sxm', import.meta.url);
const scan = { name: 'a--1_1.Z_mtrx', bytes: new Uint8Array(readFileSync(example)) };
const parameters = { name: 'a_0001.mtrx', bytes: new Uint8Array(9) };

let engine: Engine;

beforeAll(async () => {
  engine = await createAdatom({ workers: 0 });
});
afterAll(() => engine.dispose());

describe('scans whose parameters come later', () => {
  /** The bundled scan read as a Matrix scan; `beforeRead` is told of how many were read before. */
  function scansThat(beforeRead: (count: number) => Promise<void> = async () => {}): Scans {
    let count = 0;
    const open: Engine['open'] = async (file, { companions = [] } = {}) => {
      await beforeRead(count++);
      const handle = await engine.open({ ...file, name: 'a.sxm' });
      const header = { parameterFile: companions.at(-1)?.name ?? '' };
      return { ...handle, info: { ...handle.info, header } };
    };
    return new Scans({ ...engine, open });
  }

  const addClass = (bench: Workbench, name: string) => bench.run({ type: 'add class', name });

  test('keep what is done on them while they are read again', async () => {
    let old: Workbench | undefined;
    const scans = scansThat(async (count) => {
      // 0: at first, 1: to compare, 2: again.
      if (count === 2) await addClass(old!, 'while it is read');
    });
    await scans.open([scan], []);
    const [{ bench }] = scans.list;
    old = bench!;
    await addClass(old, 'before');
    scans.onOpen = async ({ bench: next }) => {
      expect(next).not.toBe(old);
      expect(scans.list[0].bench).toBe(old);
      await addClass(old!, 'while it is prepared');
      const stop = next!.listen(() => {
        stop();
        void addClass(old!, 'while it is restored');
      });
    };
    await scans.open([], [parameters]);
    const [{ bench: now, failure }] = scans.list;
    expect(failure).toBe('');
    expect(now).not.toBe(old);
    expect(now!.handle.info.header['parameterFile']).toBe(parameters.name);
    expect(now!.labelling.classes.map(({ name }) => name)).toEqual([
      ...['before', 'while it is read', 'while it is prepared', 'while it is restored'],
    ]);
    scans.remove(scans.list[0]);
  });

  const openScans = async () => (await engine.memory()).openScans;
  const parameterFileOf = (scans: Scans) =>
    scans.list[0].bench?.handle.info.header['parameterFile'];

  test('are read once at a time, and none stays open that is not in use', async () => {
    const scans = scansThat();
    await Promise.all([scans.open([scan], []), scans.open([], [parameters])]);
    expect(scans.list[0]).toMatchObject({ failure: '', isBusy: false });
    expect(parameterFileOf(scans)).toBe(parameters.name);
    expect(await openScans()).toBe(1);
    const later = { ...parameters, name: 'a_0002.mtrx' };
    const last = { ...parameters, name: 'a_0003.mtrx' };
    await Promise.all([scans.open([], [later]), scans.open([], [last])]);
    expect(parameterFileOf(scans)).toBe(last.name);
    expect(await openScans()).toBe(1);
    scans.remove(scans.list[0]);
    expect(await openScans()).toBe(0);
  });

  test.each([
    ['is read', 0],
    ['is compared', 1],
    ['is read again', 2],
  ])('leave nothing open when one is closed while it %s', async (_, at) => {
    let isOpened = false;
    const scans = scansThat(async (count) => {
      if (count === at) scans.remove(scans.list[0]);
    });
    scans.onOpen = async () => {
      isOpened = true;
    };
    await Promise.all([scans.open([scan], []), scans.open([], [parameters])]);
    expect(isOpened).toBe(at > 0);
    expect(await openScans()).toBe(0);
  });

  test('leave nothing open when one is closed while its work is taken up', async () => {
    const scans = scansThat();
    await scans.open([scan], []);
    scans.onOpen = async () => scans.remove(scans.list[0]);
    await scans.open([], [parameters]);
    expect(await openScans()).toBe(0);
  });

  test('wait for those opened before them', async () => {
    const read: string[] = [];
    const scans = scansThat();
    scans.onOpen = async ({ name }) => void read.push(name);
    const other = { ...scan, name: 'other.sxm' };
    await Promise.all([scans.open([other, scan], []), scans.open([], [parameters])]);
    expect(read).toEqual([other.name, scan.name, scan.name]);
    expect(await openScans()).toBe(2);
    for (const one of scans.list) scans.remove(one);
  });
});

describe('a scan that is opened again', () => {
  const sxm = { ...scan, name: 'a.sxm' };
  const copyOf = ({ name, bytes }: NamedBytes) => ({ name, bytes: bytes.slice() });

  test('is the one that is open, with its labels, and is the next to be shown', async () => {
    const scans = new Scans(engine);
    expect(await scans.open([sxm, { ...sxm, name: 'b.sxm' }], [])).toEqual([]);
    const [first, second] = scans.list;
    scans.choose(second);
    await first.bench!.run({ type: 'add class', name: 'hole' });
    const { bench } = first;
    expect(await scans.open([copyOf(sxm)], [])).toEqual([first]);
    expect(scans.list).toEqual([first, second]);
    expect(scans.next).toBe(first);
    expect(first.bench).toBe(bench);
    expect(bench!.labelling.classes).toHaveLength(1);
    for (const one of scans.list) scans.remove(one);
  });

  test('is opened once where it comes twice at a time, or while it is read', async () => {
    const scans = new Scans(engine);
    const [, again] = await Promise.all([
      scans.open([sxm, copyOf(sxm)], []),
      scans.open([copyOf(sxm)], []),
    ]);
    expect(scans.list).toHaveLength(1);
    expect(again).toEqual(scans.list);
    scans.remove(scans.list[0]);
  });

  test('is another one where its bytes are others', async () => {
    const scans = new Scans(engine);
    const other = copyOf(sxm);
    other.bytes[other.bytes.length - 1] ^= 1;
    await scans.open([sxm], []);
    expect(await scans.open([other], [])).toEqual([]);
    expect(scans.list).toHaveLength(2);
    for (const one of scans.list) scans.remove(one);
  });

  test('is tried again where it could not be read', async () => {
    let isBroken = true;
    const open: Engine['open'] = (file, options) => {
      if (isBroken) throw new Error('no.');
      return engine.open(file, options);
    };
    const scans = new Scans({ ...engine, open });
    await scans.open([sxm], []);
    expect(await scans.open([copyOf(sxm)], [])).toEqual([]);
    expect(scans.list).toMatchObject([{ failure: 'no.', isBusy: false }]);
    isBroken = false;
    expect(await scans.open([copyOf(sxm)], [])).toEqual(scans.list);
    expect(scans.list).toMatchObject([{ failure: '', isBusy: false }]);
    scans.remove(scans.list[0]);
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAdatom } from '../../bindings/node/index.ts';
import { Scans } from '../../bindings/web/app/scans.ts';
import type { Engine } from '../../bindings/web/index.ts';
import type { Workbench } from '../../bindings/web/viewer/index.ts';

const example = new URL('../../examples/dimer-rows.sxm', import.meta.url);
const scan = { name: 'a--1_1.Z_mtrx', bytes: new Uint8Array(readFileSync(example)) };
const parameters = { name: 'a_0001.mtrx', bytes: new Uint8Array(9) };

describe('scans whose parameters come later', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createAdatom({ workers: 0 });
  });
  afterAll(() => engine.dispose());

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
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type * as node from '../../bindings/node/index.ts';
import { engineFacts, expectedFacts } from '../conformance/engine-facts.ts';

const root = new URL('../../', import.meta.url);
// The built package: an engine starts the worker file beside it.
const entry = pathToFileURL(fileURLToPath(new URL('dist/node/index.js', root)));
const host = (await import(entry.href)) as typeof node;
const file = {
  name: 'dimer-rows.sxm',
  bytes: new Uint8Array(readFileSync(new URL('examples/dimer-rows.sxm', root))),
};

describe('an engine in Node', () => {
  test.each([0, 1, 2])('with %i workers keeps its promises', async (workers) => {
    expect(await engineFacts(host, workers, file)).toEqual(expectedFacts);
  });

  test('refuses a number of workers that is none', async () => {
    for (const workers of [-1, 0.5, Number.NaN]) {
      await expect(host.createAdatom({ workers })).rejects.toThrow(host.OptionError);
    }
  });

  test('finds the same with and without search workers', async () => {
    const masks = await Promise.all(
      [0, 1, 3].map(async (searchWorkers) => {
        const engine = await host.createAdatom({ searchWorkers });
        const scan = await engine.open(file);
        await scan.prepare();
        const { mask } = await scan.find();
        engine.dispose();
        return mask;
      }),
    );
    expect(masks[0]).toContain(1);
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]).toEqual(masks[0]);
    await expect(host.createAdatom({ searchWorkers: -1 })).rejects.toThrow(host.OptionError);
  });

  test('takes the kernels from outside', async () => {
    const wasm = new Uint8Array(readFileSync(new URL('dist/adatom.wasm', root)));
    const engine = await host.createAdatom({ wasm, workers: 0 });
    expect((await engine.memory()).wasmReserved).toBeGreaterThan(0);
    await expect(host.createAdatom({ wasm: wasm.subarray(0, 99) })).rejects.toThrow(/WebAssembly/);
  });

  test('says why a worker or its weights cannot be loaded', async () => {
    const workerUrl = new URL('file:///nowhere/worker.js');
    await expect(host.createAdatom({ workerUrl })).rejects.toThrow(/worker: .*nowhere/);
    const weights = { name: 'none.pth', bytes: new Uint8Array(10) };
    await expect(host.createAdatom({ workers: 0, weights })).rejects.toThrow(host.FormatError);
    await expect(host.createAdatom({ weights })).rejects.toThrow(/none\.pth/);
    const segmenter = { name: 'none.safetensors', bytes: new Uint8Array(10) };
    for (const workers of [0, 1]) {
      const given = { ...host.defaultWeights(), segmenter };
      await expect(host.createAdatom({ workers, weights: given })).rejects.toThrow(/none\.safe/);
    }
  });

  test('gives its memory back, time and again', async () => {
    const size = 1024;
    const bytes = host.writeNpy(new Float32Array(size * size), [size, size]);
    const cycle = async (workers: number) => {
      const engine = await host.createAdatom({ workers });
      await engine.open({ name: 'flat.npy', bytes });
      expect((await engine.memory()).scans).toBe(size * size * 4);
      engine.dispose();
    };
    for (const workers of [0, 1]) {
      await cycle(workers);
      const before = process.memoryUsage.rss();
      for (let i = 0; i < 50; i++) await cycle(workers);
      // Their pixels alone are 200 MiB, the workers' own memory several times as much.
      expect(process.memoryUsage.rss() - before).toBeLessThan(120 * 2 ** 20);
    }
  });

  test('that is disposed of lets the process end', () => {
    const program = `
      import { readFileSync } from 'node:fs';
      const { createAdatom } = await import(${JSON.stringify(entry.href)});
      const engine = await createAdatom({ workers: 2 });
      const scan = await engine.open({ name: 'a.sxm', bytes: readFileSync('examples/dimer-rows.sxm') });
      console.log(scan.info.format);
      engine.dispose();`;
    const options = { cwd: fileURLToPath(root), encoding: 'utf8', timeout: 30_000 } as const;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], options);
    expect(output).toBe('nanonis-sxm\n');
  });
});

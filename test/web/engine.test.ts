import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type * as node from '../../bindings/node/index.ts';
import { engineCases, type Hashes } from '../conformance/cases.ts';
import { expectedFacts } from '../conformance/engine-facts.ts';
import { quarterOf } from '../conformance/quarter.ts';
import type { FrameResult } from './frame-page.ts';
import { bundle, pageOf, resultOf, type Site, STRICT, serve } from './site.ts';
import { withTab } from './tab.ts';

const root = new URL('../../', import.meta.url);
const sites: Site[] = [];
afterEach(() => {
  for (const site of sites.splice(0)) site.close();
});

async function open(
  files: Map<string, Uint8Array | string>,
  headers: Record<string, string>,
): Promise<string> {
  const site = await serve(files, headers);
  sites.push(site);
  return site.origin;
}

describe('an engine in Chromium, under a strict Content-Security-Policy', () => {
  test('keeps its promises, and its workers end when it is disposed of', async () => {
    const files = await bundle('test/web/facts-page.ts');
    const page = files.set('/index.html', pageOf('facts-page'));
    const origin = await open(page, { 'Content-Security-Policy': STRICT });
    await withTab(`${origin}/index.html`, [origin], async (tab, complaints) => {
      const facts = await resultOf<[unknown, unknown]>(tab, complaints);
      expect(facts).toEqual([expectedFacts, expectedFacts]);
      expect(complaints).toEqual([]);
      await expect.poll(() => tab.workers().length).toBe(0);
      await tab.evaluate(async () => {
        const engine = await globalThis.adatom.createAdatom({ workers: 2 });
        addEventListener('click', () => engine.dispose());
      });
      expect(tab.workers().length).toBe(2);
      await tab.mouse.click(5, 5);
      await expect.poll(() => tab.workers().length).toBe(0);
    });
  });

  test('takes kernels, workers and their place from outside', async () => {
    const files = await bundle('test/web/adatom-page.ts');
    files.set('/index.html', pageOf('adatom-page'));
    files.set('/elsewhere/a-worker.js', readFileSync(new URL('dist/web/worker.js', root)));
    files.set('/no-type', readFileSync(new URL('dist/adatom.wasm', root)));
    const origin = await open(files, { 'Content-Security-Policy': STRICT });
    await withTab(`${origin}/index.html`, [origin], async (tab, complaints) => {
      await resultOf(tab, complaints);
      const networks = await tab.evaluate(async () => {
        const { createAdatom } = globalThis.adatom;
        const wasm = await fetch('/dist/adatom.wasm');
        const workerUrl = '/elsewhere/a-worker.js';
        const ways = [
          { wasm: '/dist/adatom.wasm', workerUrl },
          { wasm: '/no-type', workers: 0 },
          { wasm, getWorker: () => new Worker(workerUrl, { type: 'module' }) },
          { wasm: await (await fetch('/no-type')).arrayBuffer(), workers: 0 },
        ];
        return Promise.all(
          ways.map(async (way) => {
            const engine = await createAdatom(way);
            engine.dispose();
            return engine.network.name;
          }),
        );
      });
      expect(new Set(networks).size).toBe(1);
      const missing = tab.evaluate(() => globalThis.adatom.createAdatom({ wasm: '/none.wasm' }));
      await expect(missing).rejects.toThrow(/none\.wasm.*404/);
    });
  });
});

describe('an engine in a sandboxed frame of another origin', () => {
  const name = 'dimer-rows.sxm';
  let scan: Uint8Array;
  let expected: Hashes;
  beforeAll(async () => {
    const entry = new URL('dist/node/index.js', root);
    const host: typeof node = await import(pathToFileURL(entry.pathname).href);
    const whole = new Uint8Array(readFileSync(new URL(`examples/${name}`, root)));
    scan = quarterOf(host, { name, bytes: whole }).bytes;
    expected = await engineCases(host, 0, {
      scan,
      support: readFileSync(new URL('examples/dimer-rows.support.csv', root), 'utf8'),
    });
  });

  async function runFrame(sandbox: string, headers: Record<string, string>) {
    const framed = await bundle('test/web/frame-page.ts');
    framed.set('/quarter.sxm', scan);
    const inner = await open(framed.set('/frame.html', pageOf('frame-page')), headers);
    const around = await bundle('test/web/embedding-page.ts');
    const outer = await open(around.set('/index.html', pageOf('embedding-page')), {});
    const hash = encodeURIComponent(JSON.stringify({ sandbox, src: `${inner}/frame.html` }));
    const allowed = [inner, outer];
    return withTab(`${outer}/index.html#${hash}`, allowed, async (page, complaints) => ({
      result: await resultOf<FrameResult>(page, complaints),
      complaints,
    }));
  }

  test('with its own origin, under the strict policy', async () => {
    const headers = { 'Content-Security-Policy': STRICT };
    const { result, complaints } = await runFrame('allow-scripts allow-same-origin', headers);
    expect(result).toEqual({ opaque: false, callingThread: expected, worker: expected });
    expect(complaints).toEqual([]);
  });

  test('without an origin: a worker that imports the file', async () => {
    const headers = { 'Access-Control-Allow-Origin': '*' };
    const { result, complaints } = await runFrame('allow-scripts', headers);
    expect(result).toEqual({ opaque: true, callingThread: expected, worker: expected });
    expect(complaints).toEqual([]);
  });

  test('without an origin and under the strict policy: the calling thread, and an error that helps', async () => {
    const { result } = await runFrame('allow-scripts', {
      'Access-Control-Allow-Origin': '*',
      'Content-Security-Policy': STRICT,
    });
    expect(result.callingThread).toEqual(expected);
    expect(result.worker).toMatch(/^WorkerError: worker: .*workers: 0/);
  });
});

test('a request to another origin is noticed', async () => {
  const page =
    '<pre></pre><script>fetch("http://127.0.0.1:9/").catch(() => {}).then(() => { document.querySelector("pre").id = "done"; })</script>';
  const origin = await open(new Map([['/index.html', page]]), {});
  await withTab(`${origin}/index.html`, [origin], async (tab, complaints) => {
    await tab.locator('#done').waitFor({ state: 'attached' });
    expect(complaints).toContain('asked for http://127.0.0.1:9/');
  });
});

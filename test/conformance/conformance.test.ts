import { beforeAll, describe, expect, it } from 'vitest';
import { mayRead, runInDeno } from '../deno/run.ts';
import { hashesOf, runUnderNodeWasi } from '../wasi/run.ts';
import type { Hashes } from './cases.ts';
import { type PageRun, runInChromium } from './chromium.ts';
import { runInNode, runKernelsInThread } from './node.ts';
import { columnsOf, tableOf } from './table.ts';

/** The cases under a title, by their own names. */
function part(hashes: Hashes, title: string): Hashes {
  const cases = Object.entries(hashes).filter(([name]) => name.startsWith(title));
  return Object.fromEntries(cases.map(([name, hash]) => [name.slice(title.length), hash]));
}

// A busy machine draws it out.
describe('the bundled packages in dist compute the same bits', { timeout: 240_000 }, () => {
  let node: Hashes;
  let kernelsInThread: Hashes;
  let deno: Pick<PageRun, 'hashes' | 'kernelsInWorker'>;
  beforeAll(async () => {
    node = await runInNode();
  }, 240_000);

  it('in Node, twice', async () => {
    expect(await runInNode()).toEqual(node);
  });

  it('in a worker and on the calling thread, in pools of any size', () => {
    expect(node['pool of 3']).toBe(node['pool of 1']);
    expect(node['training, one worker']).toBe(node['training, calling thread']);
    expect(node['training, two workers']).toBe(node['training, calling thread']);
    const direct = part(node, 'scan: ');
    const engine = part(node, 'engine, calling thread: ');
    expect(part(node, 'engine, one worker: ')).toEqual(engine);
    expect(part(node, 'engine, two workers: ')).toEqual(engine);
    for (const name of ['levelled', 'mask', 'regions', 'embeddings', 'steps']) {
      expect(engine[name], name).toBe(direct[name]);
    }
  });

  it('each case another hash: one that hashes nothing would prove nothing', () => {
    for (const title of ['scan: ', 'engine, calling thread: ']) {
      const hashes = Object.values(part(node, title));
      expect(new Set(hashes).size).toBe(hashes.length);
      expect(hashes.length).toBeGreaterThan(8);
    }
    const kernels = Object.entries(node).filter(([name]) => !name.includes(':'));
    // a pool of one and of three, training on three kinds of thread
    expect(new Set(kernels.map(([, hash]) => hash)).size).toBe(kernels.length - 3);
  });

  it('in threads that import the package themselves', async () => {
    kernelsInThread = await runKernelsInThread();
    expect(Object.keys(kernelsInThread).length).toBeGreaterThan(15);
    expect(node).toMatchObject(kernelsInThread);
  });

  it('in Deno, on its thread and in workers', () => {
    // The worker of the test's own imports from there.
    const permission = mayRead('dist', 'examples', 'models', 'test', 'node_modules');
    deno = JSON.parse(runInDeno([permission], ['test/conformance/deno.ts']));
    expect(deno.hashes).toEqual(node);
    expect(node).toMatchObject(deno.kernelsInWorker);
  });

  describe('in Chromium, under a strict Content-Security-Policy', () => {
    let page: PageRun;
    beforeAll(async () => {
      page = await runInChromium();
    }, 600_000);

    it('to the last bit', () => {
      expect(page.hashes).toEqual(node);
      expect(node).toMatchObject(page.kernelsInWorker);
    });

    it('with nothing refused by the policy and nothing asked from elsewhere', () => {
      expect(page.complaints).toEqual([]);
    });

    it('with errors that keep their class', () => {
      expect(page.errors.unreadable).toMatch(/^cut\.sxm: at byte \d+, found .*, expected .*\.$/);
      expect(page.errors.noWorker).toMatch(/^WorkerError: worker: /);
    });

    it('with progress', () => {
      expect(page.fractions.length).toBeGreaterThan(1);
      expect(page.fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
    });

    it('as this table of hosts and cases shows', () => {
      const { lines, differing } = tableOf([
        ...columnsOf('Node', node, kernelsInThread),
        ...columnsOf('Chromium', page.hashes, page.kernelsInWorker),
        ...columnsOf('Deno', deno.hashes, deno.kernelsInWorker),
        ['WASI', hashesOf(runUnderNodeWasi())],
      ]);
      console.log(lines.join('\n'));
      expect(differing).toEqual([]);
      expect(lines.length).toBeGreaterThan(35);
    });
  });
});

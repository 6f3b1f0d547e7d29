import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Hashes, type Host, kernelCases, pipelineOf, poolCases, scanCases } from './cases.ts';
import { type PageRun, runInChromium } from './chromium.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function runInNode(): Promise<Hashes> {
  const host: Host = await import(pathToFileURL(join(root, 'dist/node/index.js')).href);
  const kernels = await host.createKernels();
  const example = {
    scan: new Uint8Array(readFileSync(join(root, 'examples/dimer-rows.sxm'))),
    support: readFileSync(join(root, 'examples/dimer-rows.support.csv'), 'utf8'),
  };
  return {
    ...kernelCases(host, kernels),
    ...(await poolCases(host)),
    ...(await scanCases(pipelineOf(host, kernels), example)),
  };
}

/** Deno from the npm package, with no network and no permission but to read the project. */
function runInDeno(): Hashes {
  const parameters = [
    'run',
    '--no-remote',
    '--cached-only',
    '--no-prompt',
    `--allow-read=${['dist', 'examples'].map((folder) => join(root, folder)).join(',')}`,
    'test/conformance/deno.ts',
  ];
  const output = execFileSync(process.execPath, ['node_modules/deno/bin.cjs', ...parameters], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
  });
  return JSON.parse(output);
}

describe('the bundled packages in dist compute the same bits', () => {
  let node: Hashes;
  beforeAll(async () => {
    node = await runInNode();
  });

  it('in Node, twice', async () => {
    expect(await runInNode()).toEqual(node);
    // Cases that hash nothing, or the same thing, would prove nothing; the pools must agree.
    expect(node['pool of 3']).toBe(node['pool of 1']);
    expect(new Set(Object.values(node)).size).toBe(Object.keys(node).length - 1);
  });

  it('in Deno', () => {
    expect(runInDeno()).toEqual(node);
  });

  describe('in a Chromium worker, under a strict Content-Security-Policy', () => {
    let page: PageRun;
    beforeAll(async () => {
      page = await runInChromium();
    }, 600_000);

    it('to the last bit', () => {
      expect(page.hashes).toEqual(node);
    });

    it('with nothing refused by the policy and nothing asked from elsewhere', () => {
      expect(page.complaints).toEqual([]);
    });

    it('with errors that keep their class', () => {
      expect(page.errors.unreadable).toMatch(/^cut\.sxm: at byte \d+, found .*, expected .*\.$/);
      expect(page.errors.noWorker).toMatch(/^AdatomError: worker: /);
    });

    it('with progress', () => {
      expect(page.fractions.length).toBeGreaterThan(1);
      expect(page.fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
    });
  });
});

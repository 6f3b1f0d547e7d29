import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { mayRead, root, runInDeno } from '../deno/run.ts';
import { bundle, pageOf, resultOf, STRICT, serve, withPage } from '../web/site.ts';
import { GROWTH_MIB, type Lifetimes } from './lifetimes.ts';

function check({ engines, grownMiB }: Lifetimes): void {
  console.log(
    `${engines} engines left ${grownMiB.map((grown) => grown.toFixed(1)).join(', ')} MiB`,
  );
  expect(engines).toBe(1000);
  for (const grown of grownMiB) expect(grown).toBeLessThan(GROWTH_MIB);
}

describe('a thousand engines leave nothing behind', { timeout: 400_000 }, () => {
  test('in Node', () => {
    const entry = pathToFileURL(join(root, 'dist/node/index.js')).href;
    const command = ['--expose-gc', 'scripts/run.mjs', 'test/node/lifetimes.ts', entry];
    check(JSON.parse(execFileSync(process.execPath, command, { cwd: root, encoding: 'utf8' })));
  });

  test('in Deno', () => {
    check(
      JSON.parse(
        runInDeno([mayRead('dist/deno'), '--v8-flags=--expose-gc'], ['test/deno/lifetimes.ts']),
      ),
    );
  });

  const canSee = existsSync('/proc/self/status');
  const title = 'in Chromium';
  test.skipIf(!canSee)(canSee ? title : `${title} (skipped: no /proc)`, async () => {
    const files = await bundle('test/web/lifetimes-page.ts');
    files.set('/index.html', '<!doctype html>');
    files.set('/lives.html', pageOf('lifetimes-page'));
    const site = await serve(files, { 'Content-Security-Policy': STRICT });
    try {
      await withPage(`${site.origin}/index.html`, [site.origin], async (page, complaints) => {
        const tools = await page.context().newCDPSession(page);
        const collect = async () => void (await tools.send('HeapProfiler.collectGarbage'));
        await page.exposeFunction('collectGarbage', collect);
        await page.exposeFunction('memoryInUse', residentOfBrowser);
        await page.goto(`${site.origin}/lives.html`);
        check(await resultOf<Lifetimes>(page, complaints, 380_000));
        expect(complaints).toEqual([]);
      });
    } finally {
      site.close();
    }
  });
});

/** Resident bytes of all processes that this one started: the browser's and the page's own. */
function residentOfBrowser(): number {
  const parents = new Map<number, number>();
  const resident = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key: string) =>
        Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(status)?.[1]);
      parents.set(Number(name), field('PPid'));
      resident.set(Number(name), field('VmRSS') * 1024);
    } catch {} // it has ended
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === process.pid || isOurs(parents.get(pid)));
  const ours = [...resident.keys()].filter((pid) => pid !== process.pid && isOurs(pid));
  return ours.reduce((sum, pid) => sum + (resident.get(pid) || 0), 0);
}

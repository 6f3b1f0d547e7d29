import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from './run.ts';

const text = readFileSync(join(root, 'bindings/deno/README.md'), 'utf8');
const [engine, commandLine] = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block);

describe('what bindings/deno/README.md shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adatom-deno-'));
  for (const part of ['dist', 'examples']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Run a block as it stands, `deno` being that of the npm package, without a network. */
  function shell(block: string): string {
    const deno = `deno() { "${process.execPath}" "${join(root, 'node_modules/deno/bin.cjs')}" "$@"; }`;
    const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1', HTTPS_PROXY: 'http://127.0.0.1:9' };
    const options = { cwd: folder, encoding: 'utf8', env } as const;
    return execFileSync('bash', ['-c', `${deno}\n${block}`], options);
  }

  test('counts the defects', () => {
    expect(Number(shell(engine))).toBeGreaterThan(10);
  });

  test('is the command line, which writes the same files as in Node', () => {
    shell(commandLine);
    const parameters = ['segment', 'examples/dimer-rows.sxm', '--out', 'in-node'];
    execFileSync(process.execPath, ['dist/node/cli.js', ...parameters], { cwd: folder });
    for (const name of ['mask.npy', 'mask.png', 'defects.csv', 'overlay.png', 'report.html']) {
      const [deno, node] = ['adatom-demo', 'in-node'].map((out) =>
        readFileSync(join(folder, out, name)),
      );
      expect(deno.equals(node), name).toBe(true);
    }
  });
});

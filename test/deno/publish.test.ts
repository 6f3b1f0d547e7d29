import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './run.ts';

test('JSR would take the package as deno.json describes it', { timeout: 180_000 }, () => {
  const deno = join(root, 'node_modules/deno/bin.cjs');
  const parameters = [deno, 'publish', '--dry-run', '--allow-dirty'];
  const env = {
    ...process.env,
    DENO_NO_UPDATE_CHECK: '1',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    NO_COLOR: '1',
  };
  const { status, stderr } = spawnSync(process.execPath, parameters, {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toMatch(/Dry run complete/);
  expect(stderr).not.toMatch(/warning/i);
  const { exports } = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8'));
  for (const path of Object.values<string>(exports)) expect(stderr).toContain(path.slice(1));
});

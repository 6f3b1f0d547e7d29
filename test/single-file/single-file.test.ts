import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../deno/run.ts';

const deno = join(root, 'node_modules/deno/bin.cjs');
const examples = join(root, 'examples');
const folder = mkdtempSync(join(tmpdir(), 'adatom-single-'));
/** Holds adatom.mjs alone and cannot be written to. */
const place = join(folder, 'read-only');
const program = join(place, 'adatom.mjs');

/** Commands that use every part: readers, kernels, weights and workers. */
const commands: Record<string, readonly string[]> = {
  classified: [
    'classify',
    join(examples, 'dimer-rows.sxm'),
    '--support',
    join(examples, 'dimer-rows.support.csv'),
    '--out',
  ],
  'trained/weights.safetensors': [
    ...['train', '--from', join(folder, 'labelled'), '--steps', '1', '--workers', '2'],
    ...['--weights', join(root, 'models/adatom.safetensors'), '--out'],
  ],
};

/** Carry out all commands; the files they write, with their hashes: what differs is then told at once. */
function results(name: string, run: (parameters: string[]) => void): Record<string, string> {
  const out = join(folder, name);
  mkdirSync(join(out, 'trained'), { recursive: true });
  for (const [to, command] of Object.entries(commands)) run([...command, join(out, to)]);
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.checkpoint'))
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((path) => [
      path.slice(out.length),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    ]),
  );
}

/** A shell with no network and its own file systems, if this machine gives one. */
const confined = ['--net', '--mount', '--map-root-user'];
const canConfine = spawnSync('unshare', [...confined, 'true']).status === 0;

describe('adatom.mjs, copied alone', () => {
  let packaged: Record<string, string>;
  beforeAll(() => {
    mkdirSync(place);
    mkdirSync(join(folder, 'labelled'));
    for (const [from, to] of [
      ['dimer-rows.sxm', 'dimer-rows.sxm'],
      ['dimer-rows.truth.csv', 'dimer-rows.labels.csv'],
    ]) {
      copyFileSync(join(examples, from), join(folder, 'labelled', to));
    }
    copyFileSync(join(root, 'dist/adatom.mjs'), program);
    chmodSync(place, 0o555);
    packaged = results('packaged', (parameters) => {
      execFileSync(process.execPath, [join(root, 'dist/node/cli.js'), ...parameters]);
    });
  });
  afterAll(() => {
    chmodSync(place, 0o755);
    rmSync(folder, { recursive: true });
  });

  test('without any environment writes what the installed package writes', () => {
    const alone = results('alone', (parameters) => {
      execFileSync(process.execPath, [program, ...parameters], { cwd: place, env: {} });
    });
    expect(Object.keys(alone).length).toBeGreaterThan(6);
    expect(alone).toEqual(packaged);
    expect(readdirSync(place)).toEqual(['adatom.mjs']);
  });

  test('offers no command that needs files beside it', () => {
    const overview = (path: string) =>
      execFileSync(process.execPath, [path, '--help'], { encoding: 'utf8' });
    expect(overview(join(root, 'dist/node/cli.js'))).toContain('demo');
    expect(overview(program)).toContain('classify');
    expect(overview(program)).not.toContain('demo');
  });

  const title = 'on a read-only mount, without network and HOME';
  const skipped = `${title} (skipped: no unshare)`;
  test.skipIf(!canConfine)(canConfine ? title : skipped, () => {
    const prepare = `mount --bind "${place}" "${place}" && mount -o remount,ro,bind "${place}" && ! touch "${place}/x" 2>&1`;
    const confinedResults = results('confined', (parameters) => {
      const shell = ['sh', '-c', `${prepare} && cd "${place}" && "$0" "$@"`];
      const command = [...shell, process.execPath, program, ...parameters];
      const env = { PATH: process.env['PATH'] };
      execFileSync('unshare', [...confined, ...command], { env });
    });
    expect(confinedResults).toEqual(packaged);
  });

  test('in Deno, without network', () => {
    const permissions = ['--allow-read', `--allow-write=${folder}`, '--allow-env', '--allow-sys'];
    const inDeno = results('deno', (parameters) => {
      const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1' };
      const command = [deno, 'run', '--no-remote', '--no-prompt', ...permissions, program];
      execFileSync(process.execPath, [...command, ...parameters], { cwd: place, env });
    });
    expect(inDeno).toEqual(packaged);
  });

  test('carries the licences of what is inside', () => {
    const text = readFileSync(program, 'utf8');
    for (const name of ['fflate', 'fast-png', 'papaparse', '@noble/hashes']) {
      expect(text).toContain(`\n${name} `);
    }
  });
});

describe('deno compile makes a program of it', () => {
  const targets = { linux: 'x86_64-unknown-linux-gnu', windows: 'x86_64-pc-windows-msvc' };
  const own = mkdtempSync(join(tmpdir(), 'adatom-compiled-'));
  afterAll(() => rmSync(own, { recursive: true }));

  test.for(Object.entries(targets))('for %s', { timeout: 180_000 }, ([system, target], context) => {
    copyFileSync(join(root, 'dist/adatom.mjs'), join(own, 'adatom.mjs'));
    const permissions = ['--allow-read', '--allow-write', '--allow-env', '--allow-sys'];
    const parameters = ['--quiet', ...permissions, '--target', target, '--output', system];
    const compiled = spawnSync(process.execPath, [deno, 'compile', ...parameters, 'adatom.mjs'], {
      cwd: own,
      encoding: 'utf8',
    });
    if (/base binary/.test(compiled.stderr)) context.skip('skipped: denort cannot be downloaded');
    expect(compiled.stderr).not.toMatch(/error/i);
    if (system === 'windows') {
      const start = readFileSync(join(own, 'windows.exe')).subarray(0, 2);
      expect(start.toString('latin1')).toBe('MZ');
    } else if (process.platform === 'linux' && process.arch === 'x64') {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      const printed = execFileSync(join(own, system), ['--version'], { env: {}, encoding: 'utf8' });
      expect(printed.trim()).toBe(version);
    }
  });
});

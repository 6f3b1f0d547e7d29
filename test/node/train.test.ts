import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { cli, root, runCli } from './run-cli.ts';

const shipped = resolve(root, 'models/adatom.safetensors');
const folder = mkdtempSync(join(tmpdir(), 'adatom-train-'));
const STEPS = '3';
const small = ['--widths', '4,4,4,4', '--seed', '3'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const adatom = (...args: string[]) => runCli(folder, args);

function train(name: string, ...args: string[]) {
  const out = join(folder, name);
  return { out, ...adatom('train', '--out', out, ...args) };
}

describe('adatom train', () => {
  const one = train('one.safetensors', ...small, '--steps', STEPS, '--workers', '1');

  test('writes weights, curves and a checkpoint, and says how well they do', () => {
    expect(one.stderr).not.toMatch(/adatom:/);
    expect(one.status).toBe(0);
    expect(one.stdout).toMatch(/3 steps, loss \d\.\d+, [\d.]+ % of simulated validation defects/);
    expect(existsSync(`${one.out}.checkpoint`)).toBe(true);
    expect(readFileSync(join(folder, 'one.svg'), 'utf8')).toMatch(/^<svg/);
  });

  test('gives the same bytes with two workers', () => {
    const two = train('two.safetensors', ...small, '--steps', STEPS, '--workers', '2');
    expect(two.status).toBe(0);
    expect(readFileSync(two.out).equals(readFileSync(one.out))).toBe(true);
  });

  test('goes on exactly from where it was cut off', async () => {
    const out = join(folder, 'cut.safetensors');
    const args = ['train', '--out', out, ...small, '--steps', STEPS, '--checkpoint-every', '1'];
    const running = spawn(process.execPath, [cli, ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => running.once('exit', resolve));
    while (!existsSync(`${out}.checkpoint`) && running.exitCode === null) await setTimeout(5);
    running.kill('SIGKILL');
    await ended;
    const again = adatom(...args);
    expect(again.status).toBe(0);
    expect(again.stderr).toMatch(/going on from step \d/);
    expect(readFileSync(out).equals(readFileSync(one.out))).toBe(true);
  });

  test('stops where it is told to, without a network, and goes on to the same bytes', () => {
    const args = ['until.safetensors', ...small, '--steps', STEPS] as const;
    const stopped = train(...args, '--until', '2');
    expect(stopped.status).toBe(0);
    expect(stopped.stdout).toMatch(/stopped after step 2 of 3/);
    expect(existsSync(stopped.out)).toBe(false);
    const whole = train(...args);
    expect(whole.stderr).toMatch(/going on from step 2/);
    expect(readFileSync(whole.out).equals(readFileSync(one.out))).toBe(true);
    expect(train(...args, '--until', '0').status).toBe(2);
  });

  test('says of a finished training that nothing is left to do, and writes the same again', () => {
    const args = ['again.safetensors', ...small, '--steps', STEPS] as const;
    copyFileSync(`${one.out}.checkpoint`, join(folder, 'again.safetensors.checkpoint'));
    const again = train(...args);
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toMatch(/finished already, nothing left to do; 3 steps, loss \d/);
    expect(readFileSync(again.out).equals(readFileSync(one.out))).toBe(true);
  });

  test('refuses to write over what it did not make, and keeps it', () => {
    const theirs = join(folder, 'theirs.safetensors');
    writeFileSync(theirs, 'not ours');
    const { status, stderr } = train('theirs.safetensors', ...small, '--steps', '1');
    expect(status).toBe(1);
    expect(stderr).toMatch(/theirs\.safetensors/);
    expect(readFileSync(theirs, 'utf8')).toBe('not ours');
  });

  test('refuses a checkpoint of another training, and says what differs and what to do', () => {
    const { status, stderr } = train('one.safetensors', ...small, '--steps', '5');
    expect(status).toBe(1);
    expect(stderr).toMatch(/one\.safetensors\.checkpoint: expected a checkpoint of this training/);
    expect(stderr).toContain('(--steps found 3, expected 5)');
    expect(stderr).toMatch(/name another --out, or give the same options/);
    const wider = train('one.safetensors', '--seed', '4', '--steps', STEPS);
    expect(wider.stderr).toContain('(--seed found 3, expected 4; --widths found 4, expected 32)');
    const other = train('one.safetensors', ...small, '--steps', STEPS, '--surface', 'si001');
    expect(other.stderr).toContain('(--surface found nothing, expected "si001")');
  });

  test('refuses a surface that it does not know', () => {
    const { status, stderr } = train('x.safetensors', ...small, '--surface', 'moon');
    expect(status).toBe(2);
    expect(stderr).toMatch(/--surface: expected one of random, si001/);
  });
});

describe('adatom train --from', () => {
  const scans = join(folder, 'scans');
  mkdirSync(scans);
  for (const [name, to] of [
    ['dimer-rows.sxm', 'dimer-rows.sxm'],
    ['dimer-rows.truth.csv', 'dimer-rows.labels.csv'],
  ]) {
    copyFileSync(resolve(root, 'examples', name), join(scans, to));
  }

  test('fine-tunes the shipped network on labelled scans, and the result names defects', () => {
    const args = ['--from', scans, '--weights', shipped, '--steps', '3'];
    const tuned = train('tuned.safetensors', ...args);
    expect(tuned.stderr).not.toMatch(/adatom:/);
    expect(tuned.status).toBe(0);
    expect(tuned.stdout).toMatch(/3 steps, loss/);
    expect(readFileSync(tuned.out).equals(readFileSync(shipped))).toBe(false);
    const out = join(folder, 'named');
    const { status } = adatom(
      ...['classify', join(scans, 'dimer-rows.sxm'), '--weights', tuned.out],
      ...['--support', resolve(root, 'examples/dimer-rows.support.csv'), '--out', out],
    );
    expect(status).toBe(0);
    const { network } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
    expect(network.name).toBe('tuned.safetensors');
  });

  test('refuses to start from nothing, and a folder without labels', () => {
    expect(train('y.safetensors', '--from', scans).stderr).toMatch(/expected --weights/);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { status, stderr } = train('y.safetensors', '--from', empty, '--weights', shipped);
    expect(status).toBe(1);
    expect(stderr).toMatch(/NAME\.labels\.csv/);
  });

  test('refuses a file in the place of a folder, and a folder in that of a file', () => {
    const from = train('y.safetensors', '--from', shipped, '--weights', shipped);
    expect(from.status).toBe(1);
    expect(from.stderr).toMatch(/adatom\.safetensors: is a file, expected a folder/);
    const to = train('scans', ...small, '--steps', '1');
    expect(to.status).toBe(1);
    expect(to.stderr).toMatch(/scans: is a folder, expected a file/);
  });
});

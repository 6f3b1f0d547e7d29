import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeApplication } from '../consumers/workshop.ts';
import { runPython } from '../python.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A code block of a guide. */
export interface Block {
  /** `sh`, `js`, `py`, `text` (what the block before it prints) or what a file is written in. */
  language: string;
  /** Of a block that is a file, as ```js (file: name.js) has it. */
  file: string | undefined;
  text: string;
  line: number;
}

/** Every code block of a guide, in order. */
export function blocksOf(guide: string): Block[] {
  const text = readFileSync(join(root, guide), 'utf8');
  return [...text.matchAll(/^```(\w*)(?: *\(file: (\S+)\))?\n(.*?)^```$/gms)].map((match) => ({
    language: match[1],
    file: match[2],
    text: match[3],
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** A folder as a reader has it: the package installed as npm packs it, and the examples. */
export function makeFolder(): string {
  const folder = makeApplication();
  const bin = join(folder, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  const programs = {
    // What npm makes of the package's "bin"; npx itself would ask the registry first.
    npx: `#!/bin/sh\n[ "$1" = adatom ] && shift && exec "${process.execPath}" node_modules/adatom/dist/node/cli.js "$@"\n`,
    deno: `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'node_modules/deno/bin.cjs')}" "$@"\n`,
  };
  for (const [name, program] of Object.entries(programs)) {
    writeFileSync(join(bin, name), program);
    chmodSync(join(bin, name), 0o755);
  }
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  return folder;
}

/** Carry out a block in a folder; returns what it printed. Throws with its errors when it fails. */
export function carryOut({ language, file, text }: Block, folder: string): string {
  if (file) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
    return '';
  }
  if (language === 'py') return runPython(text, folder);
  const [program, parameters] =
    language === 'sh'
      ? ['bash', ['-eo', 'pipefail', '-c', text]]
      : [process.execPath, ['--input-type=module', '-e', text]];
  const path = `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`;
  return execFileSync(program, parameters, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: path, DENO_NO_UPDATE_CHECK: '1' },
    stdio: 'pipe',
  });
}

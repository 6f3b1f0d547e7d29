import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeApplication } from '../consumers/workshop.ts';
import { runPython } from '../python.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A code block of a guide. */
export interface Block {
  /** `sh`, `py`, `diff`, `text` (what the block before it prints) or what a file is written in. */
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

/** A folder as a contributor has it: the sources, with everything installed. */
export function makeCopy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adatom-copy-'));
  for (const name of ['bindings', 'package.json', 'tsconfig.base.json', 'build/adatom.wasm.ts']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
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
  const path = `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`;
  const env = { ...process.env, PATH: path, DENO_NO_UPDATE_CHECK: '1' };
  const options = { cwd: folder, encoding: 'utf8', env, stdio: 'pipe' } as const;
  if (language === 'diff') return execFileSync('git', ['apply', '-'], { ...options, input: text });
  return execFileSync('bash', ['-eo', 'pipefail', '-c', text], options);
}

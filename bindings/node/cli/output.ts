import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AdatomError } from '../index.ts';

/** The folder or file to be written cannot be. */
export class OutputError extends AdatomError {
  override name = 'OutputError';
}

/** Refuse a folder that cannot be written, before any work is done; nothing is created yet. */
export function checkFolder(folder: string, option = '--out'): void {
  let ancestor = resolve(folder);
  while (!existsSync(ancestor)) ancestor = dirname(ancestor);
  if (!statSync(ancestor).isDirectory()) {
    throw new OutputError(`${option} ${folder}: '${ancestor}' is a file, expected a folder.`);
  }
  try {
    accessSync(ancestor, constants.W_OK);
  } catch {
    throw new OutputError(`${option} ${folder}: '${ancestor}' cannot be written to.`);
  }
}

/** As checkFolder, for one file. */
export function checkFile(path: string, option = '--out'): void {
  if (existsSync(path) && !statSync(path).isFile()) {
    throw new OutputError(`${option} ${path}: is a folder, expected a file.`);
  }
  checkFolder(dirname(path), option);
}

/**
 * Write a run's files so that no half of them looks complete: each under a temporary name first, then
 * all renamed, in the order given, after what an earlier run left under `owned` names is gone. If
 * anything cannot be written, the temporary files are removed and what was there before stays.
 */
export function writeAll(
  folder: string,
  files: ReadonlyArray<readonly [string, Uint8Array | string]>,
  owned: readonly string[] = [],
): void {
  const parts = files.map(([name]) => join(folder, `.${name}.part`));
  try {
    makeFolder(resolve(folder));
    for (const name of [...files.map(([file]) => file), ...owned]) {
      const there = join(folder, name);
      if (existsSync(there) && !statSync(there).isFile()) {
        throw new OutputError(`${there}: is a folder, expected a file or nothing.`);
      }
    }
    files.forEach(([, content], index) => {
      writeFileSync(parts[index], content);
    });
    for (const name of owned) rmSync(join(folder, name), { force: true });
    files.forEach(([name], index) => {
      renameSync(parts[index], join(folder, name));
    });
  } catch (error) {
    for (const part of parts) rmSync(part, { force: true });
    if (error instanceof OutputError) throw error;
    throw new OutputError(`${folder}: cannot be written: ${(error as Error).message}.`);
  }
}

/** One file, by the same rule. */
export function writeOne(path: string, content: Uint8Array | string): void {
  writeAll(dirname(path), [[basename(path), content]]);
}

/** mkdir with parents; Node's own recursive one does not return below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

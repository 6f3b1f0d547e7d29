import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Write a run's files so that no half of them looks complete: each under a temporary name first,
 * then all renamed, in the order given. If anything fails the temporary files are removed and what was
 * there before stays as it was.
 */
export function writeAll(
  folder: string,
  files: ReadonlyArray<readonly [string, Uint8Array | string]>,
): void {
  mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  try {
    for (const [name, content] of files) {
      const part = join(folder, `.${name}.part`);
      written.push(part);
      writeFileSync(part, content);
    }
    files.forEach(([name], index) => {
      renameSync(written[index], join(folder, name));
    });
  } catch (error) {
    for (const part of written) rmSync(part, { force: true });
    throw error;
  }
}

/** One file, by the same rule. */
export function writeOne(path: string, content: Uint8Array | string): void {
  writeAll(dirname(path), [[basename(path), content]]);
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { AdatomError, type ReadFile, type ReadOptions, readScanFile } from '../index.ts';

/** A file that a run rests on, for its record. */
export interface InputFile {
  role: string;
  file: string;
  sha256: string;
}

/** Reads files and keeps the list of what was read, with hashes. */
export class InputFiles {
  readonly list: InputFile[] = [];

  read(role: string, path: string): Uint8Array {
    const bytes = orNamedError(path, () => new Uint8Array(readFileSync(path)));
    this.note(role, path, bytes);
    return bytes;
  }

  /** The text of a file, in UTF-8. */
  readText(role: string, path: string): string {
    return new TextDecoder().decode(this.read(role, path));
  }

  readScan(role: string, path: string, options: ReadOptions): ReadFile & { sha256: string } {
    const file = orNamedError(path, () => readScanFile(path, options));
    const sha256 = this.note(role, path, file.bytes);
    for (const { name, bytes } of file.companions) this.note(`${role}: parameters`, name, bytes);
    return { ...file, sha256 };
  }

  private note(role: string, path: string, bytes: Uint8Array): string {
    const file = basename(path);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (!this.list.some((one) => one.role === role && one.sha256 === sha256)) {
      this.list.push({ role, file, sha256 });
    }
    return sha256;
  }
}

/** An operating-system error becomes one sentence that names the file. */
function orNamedError<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new AdatomError(`${path}: no such file.`);
    if (code === 'EISDIR') throw new AdatomError(`${path}: is a folder, expected a file.`);
    if (code === 'EACCES') throw new AdatomError(`${path}: permission denied.`);
    if (code !== undefined) throw new AdatomError(`${path}: cannot be read (${code}).`);
    throw error;
  }
}

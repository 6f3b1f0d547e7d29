import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folder of the reference material beside the project; never part of the repository. */
export const sharedFolder = resolve(root, process.env['ADATOM_SHARED'] ?? '../shared');

export const hasShared = existsSync(resolve(sharedFolder, 'README.md'));

/** Title of a suite that needs the shared data, saying so when it is skipped. */
export function sharedTitle(title: string): string {
  return hasShared ? title : `${title} (skipped: no shared data)`;
}

export function readShared(path: string): Uint8Array {
  return new Uint8Array(readFileSync(resolve(sharedFolder, path)));
}

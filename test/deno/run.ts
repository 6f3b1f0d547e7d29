import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Run a program in Deno from the npm package, with no network and no permission but those given
 * ('--allow-read=...', paths from the project's root), and return what it prints.
 */
export function runInDeno(permissions: readonly string[], program: readonly string[]): string {
  const parameters = ['run', '--no-remote', '--cached-only', '--no-prompt', ...permissions];
  return execFileSync(
    process.execPath,
    [join(root, 'node_modules/deno/bin.cjs'), ...parameters, ...program],
    { cwd: root, encoding: 'utf8', env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' } },
  );
}

/** Permission to read these of the project's files and folders, and nothing else. */
export function mayRead(...paths: string[]): string {
  return `--allow-read=${paths.map((path) => join(root, path)).join(',')}`;
}

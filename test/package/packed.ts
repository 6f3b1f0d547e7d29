import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** The package as npm packs it from dist/ as it is now, in a folder of its own. */
export function packPackage(): { folder: string; tarball: string } {
  const folder = mkdtempSync(join(tmpdir(), 'adatom-packed-'));
  const parameters = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  execFileSync(npm, parameters, { cwd: root, stdio: 'ignore' });
  const [name] = readdirSync(folder);
  return { folder, tarball: join(folder, name) };
}

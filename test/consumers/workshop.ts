import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { npm, packPackage } from '../package/packed.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of all tests of a file: dist/ stays as it is while they run. */
let packed: ReturnType<typeof packPackage> | undefined;
afterAll(() => {
  if (packed) rmSync(packed.folder, { recursive: true });
});

/** Whether the bundlers are installed in test/consumers, installing them where there is a registry. */
export function haveBundlers(): boolean {
  if (existsSync(join(here, 'node_modules/vite'))) return true;
  try {
    const parameters = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    execFileSync(npm, parameters, { cwd: here, stdio: 'ignore', timeout: 120_000 });
    return true;
  } catch {
    return false;
  }
}

/** A folder with the application and, in node_modules, the package as npm packs it. */
export function makeApplication(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adatom-consumer-'));
  cpSync(join(here, 'app'), folder, { recursive: true });
  mkdirSync(join(folder, 'public'));
  cpSync(join(root, 'examples/dimer-rows.sxm'), join(folder, 'public/dimer-rows.sxm'));
  packed ??= packPackage();
  const installed = join(folder, 'node_modules/adatom');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', packed.tarball, '-C', installed, '--strip-components=1']);
  return folder;
}

export function removeApplication(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Run a bundler's command line in the application's folder, with none of its configuration. */
export function run(folder: string, program: string, ...parameters: string[]): void {
  const options = { cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const;
  execFileSync(process.execPath, [join(here, 'node_modules', program), ...parameters], options);
}

/** A bundler's server, once it has printed its address; stop() ends it. */
export async function serveWith(folder: string, program: string, ...parameters: string[]) {
  const child = spawn(process.execPath, [join(here, 'node_modules', program), ...parameters], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let printed = '';
  const origin = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk;
      const address = /http:\/\/[\w.]+:\d+/.exec(printed);
      if (address) resolve(address[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(`the server ended:\n${printed}`)));
  });
  return { origin, stop: () => child.kill(), printed: () => printed };
}

/** Every file of a folder as a site's content, by its path. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

// Find a Chromium-family browser for the tests; run as a program, install one where that is possible.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process, { argv, env, platform } from 'node:process';
import { pathToFileURL } from 'node:url';

const usual = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/snap/bin/chromium',
  ],
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((folder) =>
    ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe']
      .filter(() => env[folder])
      .map((path) => join(env[folder], path)),
  ),
};

/** Path of an installed browser, or undefined. ADATOM_BROWSER names another. */
export function findBrowser() {
  return [env.ADATOM_BROWSER, ...(usual[platform] ?? [])].find((path) => path && existsSync(path));
}

/** Path of a browser, installed now if need be (Debian, as root). Throws when there is none to be had. */
export function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  if (platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const options = {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
      options,
    );
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Error(
    'no Chrome, Chromium or Edge found: install one, or name its program in ADATOM_BROWSER.',
  );
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) console.log(ensureBrowser());

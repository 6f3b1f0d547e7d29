import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { compileCeiling } from '../ceiling/index.ts';
import { packages, versionOf } from '../peers/index.ts';
import { bundleForPage, launchChromium, serve } from './browser.ts';
import type { Answer, Request } from './request.ts';

/** Folders of peers as the page sees them. */
const folders: Record<string, string> = {
  '/onnxruntime-web': join(packages, 'onnxruntime-web/dist'),
  '/tfjs-wasm': join(packages, '@tensorflow/tfjs-backend-wasm/dist'),
};

const peerPackages = {
  'onnxruntime-web': 'onnxruntime-web',
  'tfjs-wasm': '@tensorflow/tfjs-backend-wasm',
};

/** A fresh headless Chromium with the peers that run in a page. */
export async function runChromium(request: Request): Promise<Answer> {
  const { peers, absent } = findPeers(request);
  const files = await pageFiles({ request, peers });
  const server = await serve((path) => files.get(path) ?? readPeer(path));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      complaints.push(message.text());
      process.stderr.write(`${message.text()}\n`);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${server.address}/index.html`);
    const text = await page.locator('#done').textContent({ timeout: 30 * 60_000 });
    if (!text?.startsWith('{'))
      throw new Error(['the page failed:', text, ...complaints].join('\n'));
    return { ...JSON.parse(text), absent, host: `Chromium ${browser.version()}` };
  } finally {
    await browser.close();
    server.close();
  }
}

function findPeers(request: Request): Pick<Answer, 'absent'> & { peers: Record<string, string> } {
  const peers: Record<string, string> = {};
  const absent: Answer['absent'] = [];
  for (const [name, folder] of Object.entries(request.peers ? peerPackages : {})) {
    try {
      peers[name] = versionOf(folder);
    } catch (error) {
      absent.push({ name, reason: (error as Error).message });
    }
  }
  return { peers, absent };
}

async function pageFiles(given: {
  request: Request;
  peers: Record<string, string>;
}): Promise<Map<string, Uint8Array | string>> {
  const files = new Map<string, Uint8Array | string>([
    [
      '/index.html',
      '<!doctype html><link rel="icon" href="data:,"><pre></pre><script type="module" src="/page.js"></script>',
    ],
    ['/given.json', JSON.stringify(given)],
    ['/ceiling.wasm', compileCeiling()],
    ['/page.js', await bundleForPage({ entryPoints: ['bench/hosts/page.ts'] })],
  ]);
  if (given.peers['tfjs-wasm']) {
    const contents =
      "export * as tf from '@tensorflow/tfjs-core'; export * as wasm from '@tensorflow/tfjs-backend-wasm';";
    files.set(
      '/tfjs.js',
      await bundleForPage({
        stdin: { contents, resolveDir: dirname(packages) },
        platform: 'browser',
      }),
    );
  }
  return files;
}

function readPeer(path: string): Uint8Array | undefined {
  const folder = folders[dirname(path)];
  const file = folder && join(folder, basename(path));
  return file && existsSync(file) ? readFileSync(file) : undefined;
}

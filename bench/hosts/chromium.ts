import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { compileCeiling } from '../ceiling/index.ts';
import { packages, versionOf } from '../peers/index.ts';
import type { Answer, Request } from './request.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

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
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const content = files.get(path) ?? readPeer(path);
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    // an isolated page has a clock of 5 us instead of 100
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // not bundled: as a part of this program it would take itself for the program
  const { ensureBrowser }: typeof import('../../scripts/browser.mjs') = await import(
    pathToFileURL(resolve('scripts/browser.mjs')).href
  );
  const browser = await chromium.launch({
    executablePath: ensureBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      complaints.push(message.text());
      process.stderr.write(`${message.text()}\n`);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
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
    ['/page.js', await bundled({ entryPoints: ['bench/hosts/page.ts'] })],
  ]);
  if (given.peers['tfjs-wasm']) {
    const contents =
      "export * as tf from '@tensorflow/tfjs-core'; export * as wasm from '@tensorflow/tfjs-backend-wasm';";
    files.set(
      '/tfjs.js',
      await bundled({ stdin: { contents, resolveDir: dirname(packages) }, platform: 'browser' }),
    );
  }
  return files;
}

async function bundled(options: Parameters<typeof build>[0]): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...options,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles![0].contents;
}

function readPeer(path: string): Uint8Array | undefined {
  const folder = folders[dirname(path)];
  const file = folder && join(folder, basename(path));
  return file && existsSync(file) ? readFileSync(file) : undefined;
}

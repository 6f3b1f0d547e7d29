import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** A server on this machine; `contentOf` knows what lies at a path, or undefined. */
export async function serve(
  contentOf: (path: string) => Uint8Array | string | undefined,
): Promise<{ address: string; close(): void }> {
  const server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const content = contentOf(path);
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    // an isolated page has a clock of 5 us instead of 100
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, close: () => void server.close() };
}

/** A fresh headless Chromium. Throws where none is installed and none can be. */
export async function launchChromium(): Promise<Browser> {
  // not bundled: as a part of this program it would take itself for the program
  const { ensureBrowser }: typeof import('../../scripts/browser.mjs') = await import(
    pathToFileURL(resolve('scripts/browser.mjs')).href
  );
  return chromium.launch({
    executablePath: ensureBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
}

/** A program as one module for a page. */
export async function bundleForPage(options: Parameters<typeof build>[0]): Promise<Uint8Array> {
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

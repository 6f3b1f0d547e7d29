import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { ensureBrowser } from '../../scripts/browser.mjs';
import type { PageResult } from './page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The strictest policy under which a page can run WebAssembly at all. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** What came out of the page, and everything the browser complained of or asked from elsewhere. */
export interface PageRun extends PageResult {
  complaints: string[];
}

/** Run test/conformance/page.ts in headless Chromium. Throws the page's own error. */
export async function runInChromium(): Promise<PageRun> {
  const pages = await bundlePages();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const content = pages.get(path) ?? readPublic(path);
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({
    executablePath: ensureBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(`${origin}/index.html`);
    const text = await page.locator('#done').textContent({ timeout: 120_000 });
    return { ...parse(text ?? '', complaints), complaints };
  } finally {
    await browser.close();
    server.close();
  }
}

function parse(text: string, complaints: readonly string[]): PageResult {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(['the page failed:', text, ...complaints].join('\n'));
  }
}

async function bundlePages(): Promise<Map<string, Uint8Array | string>> {
  const { outputFiles } = await build({
    entryPoints: ['page', 'kernel-worker'].map((name) => join(root, `test/conformance/${name}.ts`)),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    outdir: root,
    write: false,
  });
  const pages = new Map<string, Uint8Array | string>(
    outputFiles.map(({ path, contents }) => [`/${path.slice(root.length)}`, contents]),
  );
  pages.set(
    '/index.html',
    '<!doctype html><link rel="icon" href="/favicon.ico"><pre></pre><script type="module" src="/page.js"></script>',
  );
  pages.set('/favicon.ico', '');
  return pages;
}

/** Only what a page would be given: the web bundle and the example. */
function readPublic(path: string): Uint8Array | undefined {
  const inside = normalize(path);
  if (!/^[\\/](dist[\\/]web|examples)[\\/]/.test(inside)) return undefined;
  try {
    return readFileSync(join(root, inside));
  } catch {
    return undefined;
  }
}

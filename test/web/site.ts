import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { ensureBrowser } from '../../scripts/browser.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The strictest policy under which a page can run WebAssembly at all. */
export const STRICT = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

export interface Site {
  origin: string;
  close(): void;
}

/** Serve these files by path, and what a page would be given of the package: dist/, examples/ and models/. */
export async function serve(
  files: ReadonlyMap<string, Uint8Array | string>,
  headers: Readonly<Record<string, string>>,
): Promise<Site> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const content = files.get(path) ?? (path === '/favicon.ico' ? '' : readPublic(path));
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

function readPublic(path: string): Uint8Array | undefined {
  const inside = normalize(path);
  if (!/^[\\/](dist|examples|models)[\\/]/.test(inside)) return undefined;
  try {
    return readFileSync(join(root, inside));
  } catch {
    return undefined;
  }
}

/** Programs (paths from the project's root) bundled for a page, each as /NAME.js. */
export async function bundle(...programs: string[]): Promise<Map<string, Uint8Array | string>> {
  const { outputFiles } = await build({
    entryPoints: programs.map((program) => join(root, program)),
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    outdir: root,
    write: false,
  });
  return new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
}

/** A page that runs a program, which writes its result into the <pre> and then calls it 'done'. */
export function pageOf(program: string): string {
  return `<!doctype html><meta charset="utf-8"><pre></pre><script type="module" src="/${program}.js"></script>`;
}

/** Headless Chromium; close() it when done. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
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
}

/** A page, and all that is wrong with it so far. */
export interface Tab {
  page: Page;
  /** What the browser complained of, and every request to an origin that was not allowed. */
  complaints: readonly string[];
  close(): Promise<void>;
}

/** Open an address as a page that shares neither storage nor cache with any other. */
export async function openTab(
  browser: Browser,
  url: string,
  allowed: readonly string[],
): Promise<Tab> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  context.on('request', (request) => {
    const asked = request.url();
    const ofThePage = /^(blob|data):/.test(asked);
    if (!ofThePage && !allowed.some((origin) => asked.startsWith(`${origin}/`))) {
      complaints.push(`asked for ${asked}`);
    }
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Open an address in a browser of its own, and do something with the page. */
export async function withPage<T>(
  url: string,
  allowed: readonly string[],
  use: (page: Page, complaints: readonly string[]) => Promise<T>,
): Promise<T> {
  const browser = await launchBrowser();
  try {
    const { page, complaints } = await openTab(browser, url, allowed);
    return await use(page, complaints);
  } finally {
    await browser.close();
  }
}

/** The result that a program wrote into its page. Throws the page's own error. */
export async function resultOf<T>(
  page: Page,
  complaints: readonly string[],
  timeout = 120_000,
): Promise<T> {
  const text = await page.locator('#done').textContent({ timeout });
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new Error(['the page failed:', text, ...complaints].join('\n'));
  }
}

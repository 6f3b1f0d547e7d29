import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleForPage, launchChromium, serve } from '../hosts/browser.ts';
import { packages } from '../peers/index.ts';
import type { Start, StartRequest } from './start.ts';

/** Folders as the page sees them. */
const folders: Record<string, string> = {
  '/adatom/': 'dist/web',
  '/onnxruntime-web/': join(packages, 'onnxruntime-web/dist'),
};

/** Starts in pages that know nothing: a context has caches of its own, for files and for compiled code. */
export interface ColdPages {
  version: string;
  start(request: StartRequest): Promise<Start>;
  close(): Promise<void>;
}

/** One Chromium for all starts, and a server on this machine. */
export async function openChromium(model: string): Promise<ColdPages> {
  let request = '';
  const files: Record<string, () => Uint8Array | string> = {
    '/index.html': () =>
      '<!doctype html><link rel="icon" href="data:,"><pre></pre><script type="module" src="/page.js"></script>',
    '/model.onnx': () => readFileSync(model),
    '/request.json': () => request,
  };
  const page = await bundleForPage({ entryPoints: ['bench/cold/page.ts'] });
  files['/page.js'] = () => page;
  const server = await serve((path) => {
    if (files[path]) return files[path]();
    const prefix = Object.keys(folders).find((each) => path.startsWith(each));
    const file = prefix && join(folders[prefix], path.slice(prefix.length));
    return file && existsSync(file) ? readFileSync(file) : undefined;
  });
  const browser = await launchChromium();
  return {
    version: browser.version(),
    async start(given) {
      request = JSON.stringify(given);
      const context = await browser.newContext();
      try {
        const tab = await context.newPage();
        await tab.goto(`${server.address}/index.html`, { timeout: 5 * 60_000 });
        const text = await tab.locator('#done').textContent({ timeout: 5 * 60_000 });
        if (!text?.startsWith('{')) throw new Error(`the page failed: ${text}`);
        return JSON.parse(text);
      } finally {
        await context.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

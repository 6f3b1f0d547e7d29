import { bundle, pageOf, resultOf, STRICT, serve, withPage } from '../web/site.ts';
import type { PageResult } from './page.ts';

/** What came out of the page, and everything the browser complained of or asked from elsewhere. */
export interface PageRun extends PageResult {
  complaints: readonly string[];
}

/** Run test/conformance/page.ts in headless Chromium. Throws the page's own error. */
export async function runInChromium(): Promise<PageRun> {
  const files = await bundle('test/conformance/page.ts', 'test/conformance/kernel-worker.ts');
  files.set('/index.html', pageOf('page'));
  const site = await serve(files, { 'Content-Security-Policy': STRICT });
  try {
    return await withPage(`${site.origin}/index.html`, [site.origin], async (page, complaints) => ({
      ...(await resultOf<PageResult>(page, complaints)),
      complaints,
    }));
  } finally {
    site.close();
  }
}

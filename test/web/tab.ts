import type { Browser, Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { launchBrowser, openTab, type Tab } from './site.ts';

/** Of all tests of a file: a browser takes longer to start than most of them to run. */
let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

/** Open an address in the browser that the tests of a file share. */
export async function openInBrowser(url: string, allowed: readonly string[]): Promise<Tab> {
  browser ??= launchBrowser();
  return openTab(await browser, url, allowed);
}

/** The same, do something with the page and close it. */
export async function withTab<T>(
  url: string,
  allowed: readonly string[],
  use: (page: Page, complaints: readonly string[]) => Promise<T>,
): Promise<T> {
  const { page, complaints, close } = await openInBrowser(url, allowed);
  try {
    return await use(page, complaints);
  } finally {
    await close();
  }
}

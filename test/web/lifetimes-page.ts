// Runs in a page: what a thousand engines left behind, as the test outside it measures.
import type * as web from '../../bindings/web/index.ts';
import { liveAndDie } from '../conformance/lifetimes.ts';
import { writeResult } from './write-result.ts';

const entry = '/dist/web/index.js';

declare global {
  // The test gives both to the page.
  function collectGarbage(): Promise<void>;
  /** Bytes in use by the browser. */
  function memoryInUse(): Promise<number>;
}

await writeResult(async () => {
  const host: typeof web = await import(entry);
  return liveAndDie(
    host,
    () => globalThis.collectGarbage(),
    () => globalThis.memoryInUse(),
  );
});

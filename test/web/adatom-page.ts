// Runs in a page: the package, for the test to call.
import type * as web from '../../bindings/web/index.ts';
import { writeResult } from './write-result.ts';

const entry = '/dist/web/index.js';

declare global {
  var adatom: typeof web;
}

await writeResult(async () => {
  globalThis.adatom = await import(entry);
  return Object.keys(globalThis.adatom);
});

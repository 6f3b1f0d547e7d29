// Runs in a page: what the engine promises, with and without workers.
import type * as web from '../../bindings/web/index.ts';
import { engineFacts } from '../conformance/engine-facts.ts';
import { writeResult } from './write-result.ts';

const entry = '/dist/web/index.js';
const path = '/examples/dimer-rows.sxm';

declare global {
  /** For the test to call. */
  var adatom: typeof web;
}

await writeResult(async () => {
  globalThis.adatom = await import(entry);
  const bytes = new Uint8Array(await (await fetch(path)).arrayBuffer());
  const file = { name: 'dimer-rows.sxm', bytes };
  return [
    await engineFacts(globalThis.adatom, 0, file),
    await engineFacts(globalThis.adatom, 1, file),
  ];
});

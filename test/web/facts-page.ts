// Runs in a page: what the engine promises, with and without workers.
import type * as web from '../../bindings/web/index.ts';
import { engineFacts } from '../conformance/engine-facts.ts';
import { writeResult } from './write-result.ts';

const entry = '/dist/web/index.js';
const path = '/examples/dimer-rows.sxm';

await writeResult(async () => {
  const host: typeof web = await import(entry);
  globalThis.adatom = host; // for the test to call
  const bytes = new Uint8Array(await (await fetch(path)).arrayBuffer());
  const file = { name: 'dimer-rows.sxm', bytes };
  return [await engineFacts(host, 0, file), await engineFacts(host, 1, file)];
});

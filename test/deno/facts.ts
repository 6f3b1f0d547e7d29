// Runs in Deno (engine.test.ts starts it): prints what the engine promises, with and without workers.
import type * as deno from '../../bindings/deno/mod.ts';
import { engineFacts } from '../conformance/engine-facts.ts';

declare const Deno: { readFileSync(path: URL): Uint8Array };

const root = new URL('../../', import.meta.url);
const host: typeof deno = await import(new URL('dist/deno/mod.js', root).href);
const bytes = Deno.readFileSync(new URL('examples/dimer-rows.sxm', root));
const file = { name: 'dimer-rows.sxm', bytes };
console.log(JSON.stringify([await engineFacts(host, 0, file), await engineFacts(host, 1, file)]));

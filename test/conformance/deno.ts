// Runs in Deno (conformance.test.ts starts it): prints the hashes of all cases as JSON.
import { allCases, type Host } from './cases.ts';

declare const Deno: {
  readFileSync(path: URL): Uint8Array;
  readTextFileSync(path: URL): string;
};

const root = new URL('../../', import.meta.url);
const host: Host = await import(new URL('dist/deno/mod.js', root).href);
const example = {
  scan: Deno.readFileSync(new URL('examples/dimer-rows.sxm', root)),
  support: Deno.readTextFileSync(new URL('examples/dimer-rows.support.csv', root)),
  weights: Deno.readFileSync(new URL('models/adatom.safetensors', root)),
  segmenter: Deno.readFileSync(new URL('models/segment.safetensors', root)),
};
console.log(JSON.stringify(await allCases(host, example)));

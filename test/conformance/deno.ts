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
const hashes = await allCases(host, example);
const kernelsInWorker = await new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./kernel-deno-worker.ts', import.meta.url), {
    type: 'module',
  });
  worker.onmessage = ({ data }) => {
    worker.terminate();
    resolve(data);
  };
  worker.onerror = ({ message }) => reject(new Error(message));
});
console.log(JSON.stringify({ hashes, kernelsInWorker }));

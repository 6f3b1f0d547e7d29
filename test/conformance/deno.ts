// Runs in Deno (conformance.test.ts starts it): prints the hashes of all cases as JSON.
import { type Host, kernelCases, pipelineOf, poolCases, scanCases } from './cases.ts';

declare const Deno: {
  readFileSync(path: URL): Uint8Array;
  readTextFileSync(path: URL): string;
};

const root = new URL('../../', import.meta.url);
const host: Host = await import(new URL('dist/deno/mod.js', root).href);
const kernels = await host.createKernels();
const example = {
  scan: Deno.readFileSync(new URL('examples/dimer-rows.sxm', root)),
  support: Deno.readTextFileSync(new URL('examples/dimer-rows.support.csv', root)),
};
console.log(
  JSON.stringify({
    ...kernelCases(host, kernels),
    ...(await poolCases(host)),
    ...(await scanCases(pipelineOf(host, kernels), example)),
  }),
);

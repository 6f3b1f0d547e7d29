// Runs in Deno (deno.ts starts it): measures, prints the answer as JSON.
import { createKernels } from '../../bindings/deno/instantiate.ts';
import { cases } from '../cases.ts';
import { loadCeiling } from '../ceiling/measure.ts';
import { measure } from '../measure.ts';
import { drain } from '../time.ts';
import type { Answer, Request } from './request.ts';

declare const Deno: {
  args: string[];
  version: { deno: string };
  readFileSync(path: string): Uint8Array;
};

const request: Request = JSON.parse(Deno.args[0]);
const measured = await measure({
  cases: cases.filter(({ name }) => name.includes(request.only)),
  createKernels,
  peers: [],
  ceiling: await loadCeiling(Deno.readFileSync('build/ceiling.wasm')),
  seconds: request.seconds,
  onCase: (name) => console.error(name),
});
if (!Number.isFinite(drain())) throw new Error('a kernel returned NaN.');
const answer: Answer = { host: `Deno ${Deno.version.deno}`, peers: [], absent: [], measured };
console.log(JSON.stringify(answer));

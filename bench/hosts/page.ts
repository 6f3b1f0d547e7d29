// Runs in a page of its own (chromium.ts opens it): measures; the page's text is the answer as JSON.
import { createKernels } from '../../bindings/web/instantiate.ts';
import { cases } from '../cases.ts';
import { loadCeiling } from '../ceiling/measure.ts';
import { measure } from '../measure.ts';
import { type Ort, onnxruntimePeer } from '../peers/onnxruntime.ts';
import { type Tf, tfjsPeer } from '../peers/tfjs.ts';
import type { Peer } from '../peers/work.ts';
import { drain } from '../time.ts';
import type { Answer, Request } from './request.ts';

/** Put in the page by chromium.ts: which peers it serves, by name, with their versions. */
interface Given {
  request: Request;
  peers: Record<string, string>;
}

async function run({ request, peers: served }: Given): Promise<Answer> {
  const peers: Peer[] = [];
  if (served['onnxruntime-web']) peers.push(await onnxruntimeWeb(served['onnxruntime-web']));
  if (served['tfjs-wasm']) peers.push(await tfjsWasm(served['tfjs-wasm']));
  const ceiling = await (await fetch('/ceiling.wasm')).arrayBuffer();
  const measured = await measure({
    cases: cases.filter(({ name }) => name.includes(request.only)),
    createKernels: () => createKernels(),
    peers,
    ceiling: await loadCeiling(new Uint8Array(ceiling)),
    seconds: request.seconds,
    onCase: (name) => console.log(name),
  });
  if (!Number.isFinite(drain())) throw new Error('a kernel returned NaN.');
  const named = peers.map(({ name, version }) => ({ name, version }));
  return { host: '', peers: named, absent: [], measured };
}

async function onnxruntimeWeb(version: string): Promise<Peer> {
  const entry = '/onnxruntime-web/ort.wasm.min.mjs';
  const ort: Ort = await import(entry);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = '/onnxruntime-web/';
  ort.env.logLevel = 'error';
  return onnxruntimePeer('onnxruntime-web', version, ort, 'wasm');
}

async function tfjsWasm(version: string): Promise<Peer> {
  const entry = '/tfjs.js';
  const {
    tf,
    wasm,
  }: { tf: Tf; wasm: { setWasmPaths(folder: string): void; setThreadsCount(n: number): void } } =
    await import(entry);
  wasm.setWasmPaths('/tfjs-wasm/');
  wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return tfjsPeer(version, tf);
}

const output = document.querySelector('pre')!;
try {
  const given: Given = await (await fetch('/given.json')).json();
  output.textContent = JSON.stringify(await run(given));
} catch (error) {
  output.textContent = String(error instanceof Error ? error.stack : error);
}
output.id = 'done';

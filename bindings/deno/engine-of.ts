import { type EngineMessage, type MessageWorker, overMessages } from '../core/engine/messages.ts';
import type { EngineWorker } from '../core/engine/protocol.ts';
import type { SearchWorker } from '../core/engine/search-workers.ts';
import { startEngine } from '../core/engine/start.ts';
import type { Engine, EngineOptions, Weights } from '../core/engine/types.ts';
import { instantiate } from './instance.ts';
import { startThread } from './thread.ts';

/** What createAdatom takes in Deno. */
export interface AdatomOptions extends EngineOptions {
  /** The kernels (adatom.wasm), instead of those inside the package. */
  wasm?: Uint8Array<ArrayBuffer> | WebAssembly.Module;
  /** Where the worker's file lies; default: worker.js beside this module. */
  workerUrl?: URL;
}

/** The first message to an engine's worker. */
export interface EngineStart {
  role: 'engine';
  module: WebAssembly.Module;
  weights: Weights | undefined;
}

/** The first message to a search worker; then it is posted ports. */
export interface SearchStart {
  role: 'search';
  module: WebAssembly.Module;
}

/** An engine of these kernels and weights, in Deno's workers or on this thread with `workers: 0`. */
export function engineOf(
  module: WebAssembly.Module,
  weights: Weights | undefined,
  options: Omit<AdatomOptions, 'wasm'>,
): Promise<Engine> {
  const { workerUrl = new URL('./worker.js', import.meta.url) } = options;
  return startEngine(
    {
      createKernels: () => instantiate(module),
      startWorker: () => startWorker(workerUrl, { role: 'engine', module, weights }),
      startSearchWorker: (onFailure) =>
        startSearchWorker(workerUrl, { role: 'search', module }, onFailure),
      createChannel: () => new MessageChannel(),
      cores: navigator.hardwareConcurrency,
    },
    { ...options, ...(weights ? { weights } : {}) },
  );
}

function startWorker(url: URL, start: EngineStart): EngineWorker {
  const thread = startThread<EngineMessage>(url, start);
  const post = thread.post as MessageWorker['post'];
  return overMessages({ ...thread, post, terminate: thread.close });
}

function startSearchWorker(url: URL, start: SearchStart, onFailure: () => void): SearchWorker {
  const { post, listen, close } = startThread<never>(url, start);
  listen(() => {}, onFailure);
  return { serve: (port) => post(port, [port as MessagePort]), terminate: close };
}

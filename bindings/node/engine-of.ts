import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type EngineMessage, type MessageWorker, overMessages } from '../core/engine/messages.ts';
import type { EngineWorker } from '../core/engine/protocol.ts';
import type { SearchHost, SearchWorker } from '../core/engine/search-workers.ts';
import { startEngine } from '../core/engine/start.ts';
import type { Engine, EngineOptions, Weights } from '../core/engine/types.ts';
import type { WasmModule } from '../core/wasm-module.ts';
import { instantiate } from './instance.ts';
import { startThread } from './thread.ts';
import { type FileUrl, packagedWorker } from './worker-url.ts';

/** What createAdatom takes in Node. */
export interface AdatomOptions extends EngineOptions {
  /** The kernels (adatom.wasm), instead of those inside the package. */
  wasm?: Uint8Array<ArrayBuffer> | WasmModule;
  /** Where the worker's file lies; default: worker.js beside this module. */
  workerUrl?: FileUrl;
}

/** Node's ports are the web's, but their declarations leave half of it out. */
type Channel = ReturnType<SearchHost['createChannel']>;

/** What an engine's worker is started with. */
export interface EngineWorkerData {
  role: 'engine';
  module: WasmModule;
  weights: Weights | undefined;
}

/** What a search worker is started with; then it is posted ports. */
export interface SearchWorkerData {
  role: 'search';
  module: WasmModule;
}

/** An engine of these kernels and weights, in worker threads or on this one with `workers: 0`. */
export function engineOf(
  module: WasmModule,
  weights: Weights | undefined,
  options: Omit<AdatomOptions, 'wasm'>,
): Promise<Engine> {
  const { workerUrl = packagedWorker } = options;
  return startEngine(
    {
      createKernels: () => instantiate(module),
      startWorker: () => startWorker(workerUrl, { role: 'engine', module, weights }),
      startSearchWorker: (onFailure) =>
        startSearchWorker(workerUrl, { role: 'search', module }, onFailure),
      createChannel: () => new MessageChannel() as unknown as Channel,
      cores: availableParallelism(),
    },
    { ...options, ...(weights ? { weights } : {}) },
  );
}

function startWorker(url: FileUrl, start: EngineWorkerData): EngineWorker {
  const thread = startThread<EngineMessage>(url, start);
  const post = thread.post as unknown as MessageWorker['post'];
  return overMessages({ ...thread, post, terminate: thread.close });
}

function startSearchWorker(
  url: FileUrl,
  start: SearchWorkerData,
  onFailure: () => void,
): SearchWorker {
  const { post, listen, close } = startThread<never>(url, start);
  listen(() => {}, onFailure);
  return { serve: (port) => post(port, [port as unknown as MessagePort]), terminate: close };
}

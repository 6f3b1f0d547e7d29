import { type EngineMessage, overMessages } from '../core/engine/messages.ts';
import type { EngineWorker } from '../core/engine/protocol.ts';
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

/** What an engine's worker is started with. */
export interface EngineWorkerData {
  role: 'engine';
  module: WasmModule;
  weights: Weights | undefined;
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
    },
    { ...options, ...(weights ? { weights } : {}) },
  );
}

function startWorker(url: FileUrl, start: EngineWorkerData): EngineWorker {
  const thread = startThread<EngineMessage>(url, start);
  return overMessages({ ...thread, terminate: thread.close });
}

import { type EngineMessage, overMessages } from '../core/engine/messages.ts';
import type { EngineWorker } from '../core/engine/protocol.ts';
import { startEngine } from '../core/engine/start.ts';
import type { Engine, EngineOptions, NamedBytes } from '../core/engine/types.ts';
import { defaultWeights } from './default-weights.ts';
import { compileKernels, createKernels } from './instantiate.ts';
import { startThread } from './thread.ts';

/** What createAdatom takes in Deno. */
export interface AdatomOptions extends EngineOptions {
  /** The kernels (adatom.wasm), instead of those inside the package. */
  wasm?: Uint8Array | WebAssembly.Module;
  /** Where the worker's file lies; default: worker.js beside this module. */
  workerUrl?: URL;
}

/** The first message to an engine's worker. */
export interface EngineStart {
  role: 'engine';
  module: WebAssembly.Module;
  weights: NamedBytes | undefined;
}

/**
 * The pipeline in Deno's workers, or on this thread with `workers: 0`; dispose() of it when done.
 * Workers need --allow-read for their own file when the package lies on the disk; nothing else.
 */
export async function createAdatom(options: AdatomOptions = {}): Promise<Engine> {
  const { wasm, workerUrl = new URL('./worker.js', import.meta.url) } = options;
  const module = compileKernels(wasm);
  const weights = options.weights ?? defaultWeights();
  return startEngine(
    {
      createKernels: () => createKernels(module),
      startWorker: () => startWorker(workerUrl, { role: 'engine', module, weights }),
    },
    { ...options, ...(weights ? { weights } : {}) },
  );
}

function startWorker(url: URL, start: EngineStart): EngineWorker {
  const thread = startThread<EngineMessage>(url, start);
  return overMessages({ ...thread, terminate: thread.close });
}

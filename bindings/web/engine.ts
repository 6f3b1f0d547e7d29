import { proxy, wrap } from 'comlink';
import type { EngineReply, EngineWorker } from '../core/engine/protocol.ts';
import { startEngine } from '../core/engine/start.ts';
import type { Engine, EngineOptions, NamedBytes } from '../core/engine/types.ts';
import { AdatomError } from '../core/errors.ts';
import type { ProgressEvent } from '../core/progress.ts';
import { defaultWeights } from './default-weights.ts';
import { compileKernels, createKernels, type WasmSource } from './instantiate.ts';
import { failureOf, startWorker, type WorkerOptions } from './start-worker.ts';
import type { Remote } from './worker.ts';

/** What createAdatom takes in a browser. */
export interface AdatomOptions extends EngineOptions, WorkerOptions {
  /** The kernels, instead of those inside the package, which need no fetch. */
  wasm?: WasmSource;
}

/**
 * The pipeline in Web Workers, so that the page stays responsive, or on the calling thread with
 * `workers: 0`; dispose() of it when done. Needs nothing of a Content-Security-Policy but
 * 'wasm-unsafe-eval' and a worker from the page's own origin, and no cross-origin isolation.
 */
export async function createAdatom(options: AdatomOptions = {}): Promise<Engine> {
  const module = await compileKernels(options.wasm);
  const weights = options.weights ?? (await defaultWeights());
  return startEngine(
    {
      createKernels: () => createKernels(module),
      startWorker: () => inWorker(startWorker(options), module, weights),
    },
    { ...options, ...(weights ? { weights } : {}) },
  );
}

function inWorker(
  worker: Worker,
  module: WebAssembly.Module,
  weights: NamedBytes | undefined,
): EngineWorker {
  const remote = wrap<Remote>(worker);
  const failure = failureOf(worker).then((reason): never => {
    throw new AdatomError(`worker: ${reason}.`);
  });
  failure.catch(() => {}); // heard by who waits
  let onProgress: ((event: ProgressEvent) => void) | undefined;
  const report = proxy((event: ProgressEvent) => onProgress?.(event));
  return {
    started: Promise.race([remote.startEngine(module, weights, report), failure]),
    ask(request, listener) {
      onProgress = listener;
      return Promise.race([remote.ask(request) as Promise<EngineReply>, failure]);
    },
    terminate: () => worker.terminate(),
  };
}

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Pool, type PoolWorker } from '../core/pool.ts';
import { compileKernels } from './instantiate.ts';

/** What a pool's worker is started with. */
export interface PoolWorkerData {
  role: 'pool';
  module: WebAssembly.Module;
}

/** A pool of worker threads, one per core unless told otherwise; close() it when done. */
export function createPool(
  size: number = availableParallelism(),
  workerUrl: URL = new URL('./worker.js', import.meta.url),
): Pool {
  const module = compileKernels();
  return new Pool(Array.from({ length: size }, () => startWorker(workerUrl, module)));
}

function startWorker(url: URL, module: WebAssembly.Module): PoolWorker {
  const workerData: PoolWorkerData = { role: 'pool', module };
  const worker = new Worker(url, { workerData, execArgv: [] }); // as in engine.ts
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onReply, onFailure) {
      worker.on('message', onReply);
      worker.on('error', ({ message }) => onFailure(message));
    },
    close: () => void worker.terminate(),
  };
}

import { Pool, type PoolWorker } from '../core/pool.ts';
import { compileKernels } from './instantiate.ts';

/** The first message to a pool's worker. */
export interface PoolStart {
  role: 'pool';
  module: WebAssembly.Module;
}

/**
 * A pool of Deno's workers, one per core unless told otherwise; close() it when done. Needs
 * --allow-read for the worker's own file.
 */
export function createPool(
  size: number = navigator.hardwareConcurrency,
  workerUrl: URL = new URL('./worker.js', import.meta.url),
): Pool {
  const module = compileKernels();
  return new Pool(Array.from({ length: size }, () => startWorker(workerUrl, module)));
}

function startWorker(url: URL, module: WebAssembly.Module): PoolWorker {
  const worker = new Worker(url, { type: 'module' });
  worker.postMessage({ role: 'pool', module } satisfies PoolStart);
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen(onReply, onFailure) {
      worker.onmessage = ({ data: reply }) => onReply(reply);
      worker.onerror = (event) => {
        event.preventDefault();
        onFailure(event.message);
      };
    },
    close: () => worker.terminate(),
  };
}

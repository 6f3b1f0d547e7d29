import { wrap } from 'comlink';
import { Pool, type PoolWorker } from '../core/pool.ts';
import { compileKernels } from './instantiate.ts';
import { failureOf, startWorker, type WorkerOptions } from './start-worker.ts';
import type { Remote } from './worker.ts';

/** A pool of Web Workers, one per core unless told otherwise; close() it when done. */
export async function createPool(
  size: number = navigator.hardwareConcurrency,
  options: WorkerOptions = {},
): Promise<Pool> {
  const module = await compileKernels();
  return new Pool(Array.from({ length: size }, () => inWorker(startWorker(options), module)));
}

function inWorker(worker: Worker, module: WebAssembly.Module): PoolWorker {
  const remote = wrap<Remote>(worker);
  const started = remote.startPool(module);
  let reply: Parameters<PoolWorker['listen']>[0] = () => {};
  return {
    // Comlink copies a request, which weighs little beside the work asked for.
    post(request) {
      started
        .then(() => remote.askPool(request))
        .then(
          (answer) => reply(answer),
          (error: Error) => reply({ id: request.id, error: error.message }),
        );
    },
    listen(onReply, onFailure) {
      reply = onReply;
      failureOf(worker).then(onFailure);
    },
    close: () => worker.terminate(),
  };
}

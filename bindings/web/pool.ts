import { wrap } from 'comlink';
import {
  type Pool,
  type PoolReply,
  type PoolRequest,
  type PoolWorker,
  poolOf,
} from '../core/pool.ts';
import { askingWorker } from './asking.ts';
import { compileKernels } from './instantiate.ts';
import { startWorker, type WorkerOptions } from './start-worker.ts';
import type { Remote } from './worker.ts';

/** A pool of Web Workers, one per core unless told otherwise; close() it when done. */
export async function createPool(
  size: number = navigator.hardwareConcurrency,
  options: WorkerOptions = {},
): Promise<Pool> {
  const module = await compileKernels();
  return poolOf(size, () => inWorker(startWorker(options), module));
}

function inWorker(worker: Worker, module: WebAssembly.Module): PoolWorker {
  const remote = wrap<Remote>(worker);
  const ask = (request: PoolRequest) => remote.askPool(request) as Promise<PoolReply>;
  return askingWorker(worker, remote, remote.startPool(module), ask);
}

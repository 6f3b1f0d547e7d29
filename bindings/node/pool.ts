import { availableParallelism } from 'node:os';
import { type Pool, poolOf } from '../core/pool.ts';
import type { WasmModule } from '../core/wasm-module.ts';
import { compileKernels } from './instantiate.ts';
import { startThread } from './thread.ts';
import { type FileUrl, packagedWorker } from './worker-url.ts';

/** What a pool's worker is started with. */
export interface PoolWorkerData {
  role: 'pool';
  module: WasmModule;
}

/** A pool of worker threads, one per core unless told otherwise; close() it when done. */
export function createPool(
  size: number = availableParallelism(),
  workerUrl: FileUrl = packagedWorker,
): Pool {
  const start: PoolWorkerData = { role: 'pool', module: compileKernels() };
  return poolOf(size, () => startThread(workerUrl, start));
}

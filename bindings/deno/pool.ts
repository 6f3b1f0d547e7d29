import { type Pool, poolOf } from '../core/pool.ts';
import { compileKernels } from './instantiate.ts';
import { startThread } from './thread.ts';

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
  const start: PoolStart = { role: 'pool', module: compileKernels() };
  return poolOf(size, () => startThread(workerUrl, start));
}

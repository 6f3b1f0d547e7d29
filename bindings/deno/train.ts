import { runOnWorkers, type ShardJob, type ShardRunner } from '../core/train/shards.ts';
import { compileKernels } from './instantiate.ts';
import { startThread } from './thread.ts';

/** The first message to a worker of training. */
export interface TrainStart {
  role: 'train';
  module: WebAssembly.Module;
  job: ShardJob;
}

/**
 * Training's workers, one per core unless told otherwise; close() them when done. Needs
 * --allow-read for the worker's own file.
 */
export function createShardRunner(
  job: ShardJob,
  size: number = navigator.hardwareConcurrency,
  workerUrl: URL = new URL('./worker.js', import.meta.url),
): ShardRunner {
  const start: TrainStart = { role: 'train', module: compileKernels(), job };
  return runOnWorkers(Array.from({ length: size }, () => startThread(workerUrl, start)));
}

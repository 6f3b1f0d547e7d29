import { availableParallelism } from 'node:os';
import { runOnWorkers, type ShardJob, type ShardRunner } from '../core/train/shards.ts';
import type { WasmModule } from '../core/wasm-module.ts';
import { compileKernels } from './instantiate.ts';
import { startThread } from './thread.ts';
import { type FileUrl, packagedWorker } from './worker-url.ts';

/** What a worker of training is started with. */
export interface TrainWorkerData {
  role: 'train';
  module: WasmModule;
  job: ShardJob;
}

/** Training's workers, one thread per core unless told otherwise; close() them when done. */
export function createShardRunner(
  job: ShardJob,
  size: number = availableParallelism(),
  workerUrl: FileUrl = packagedWorker,
): ShardRunner {
  const start: TrainWorkerData = { role: 'train', module: compileKernels(), job };
  return runOnWorkers(Array.from({ length: size }, () => startThread(workerUrl, start)));
}

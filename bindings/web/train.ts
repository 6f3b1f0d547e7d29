import { wrap } from 'comlink';
import {
  runOnWorkers,
  type ShardJob,
  type ShardReply,
  type ShardRequest,
  type ShardRunner,
  type ShardWorker,
} from '../core/train/shards.ts';
import { askingWorker } from './asking.ts';
import { compileKernels } from './instantiate.ts';
import { startWorker, type WorkerOptions } from './start-worker.ts';
import type { Remote } from './worker.ts';

/** Training's Web Workers, one per core unless told otherwise; close() them when done. */
export async function createShardRunner(
  job: ShardJob,
  size: number = navigator.hardwareConcurrency,
  options: WorkerOptions = {},
): Promise<ShardRunner> {
  const module = await compileKernels();
  const start = () => inWorker(startWorker(options), module, job);
  return runOnWorkers(Array.from({ length: size }, start));
}

function inWorker(worker: Worker, module: WebAssembly.Module, job: ShardJob): ShardWorker {
  const remote = wrap<Remote>(worker);
  const ask = (request: ShardRequest) => remote.askShard(request) as Promise<ShardReply>;
  return askingWorker(worker, remote, remote.startShards(module, job), ask);
}

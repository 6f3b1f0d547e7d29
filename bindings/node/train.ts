import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import {
  runOnWorkers,
  type ShardJob,
  type ShardRunner,
  type ShardWorker,
} from '../core/train/shards.ts';
import { compileKernels } from './instantiate.ts';

/** Training's workers, one thread per core unless told otherwise; close() them when done. */
export function createShardRunner(
  job: ShardJob,
  size: number = availableParallelism(),
  workerUrl: URL = new URL('./train-worker.js', import.meta.url),
): ShardRunner {
  const module = compileKernels();
  return runOnWorkers(
    Array.from({ length: size }, (): ShardWorker => {
      const worker = new Worker(workerUrl, { workerData: { module, job } });
      return {
        post: (request) => worker.postMessage(request),
        listen(onReply, onFailure) {
          worker.on('message', onReply);
          worker.on('error', ({ message }) => onFailure(message));
        },
        close: () => void worker.terminate(),
      };
    }),
  );
}

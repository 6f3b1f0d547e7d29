import { parentPort, workerData } from 'node:worker_threads';
import { type ShardJob, type ShardRequest, serveShards } from '../core/train/shards.ts';
import { createKernels } from './instantiate.ts';

// One worker of train.ts: the module arrives compiled, gradients leave without a copy.
const { module, job } = workerData as { module: WebAssembly.Module; job: ShardJob };
const answer = serveShards(createKernels(module), job);
parentPort?.on('message', (request: ShardRequest) => {
  const reply = answer(request);
  const moved = 'result' in reply ? [reply.result.gradient.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(reply, moved);
});

import { parentPort, workerData } from 'node:worker_threads';
import { buffersOf } from '../core/engine/buffers.ts';
import { answerMessages } from '../core/engine/messages.ts';
import { servePort } from '../core/engine/search-workers.ts';
import { serveEngine } from '../core/engine/serve.ts';
import { serve } from '../core/pool.ts';
import { serveShards } from '../core/train/shards.ts';
import type { EngineWorkerData, SearchWorkerData } from './engine-of.ts';
import { instantiate } from './instance.ts';
import type { PoolWorkerData } from './pool.ts';
import type { TrainWorkerData } from './train.ts';

// One worker of engine.ts, pool.ts or train.ts: the module arrives compiled, results leave without
// a copy.
const listener: (request: never) => void = listenerFor(workerData);
parentPort?.on('message', (request) => listener(request as never));

function listenerFor(
  data: EngineWorkerData | SearchWorkerData | PoolWorkerData | TrainWorkerData,
): (request: never) => void {
  const kernels = instantiate(data.module);
  if (data.role === 'engine') return answerMessages(serveEngine(kernels, data.weights), post);
  if (data.role === 'search') return (port) => servePort(kernels, port);
  return posting(data.role === 'pool' ? serve(kernels) : serveShards(kernels, data.job));
}

function posting(answer: (request: never) => unknown): (request: never) => void {
  return (request) => {
    const reply = answer(request);
    post(reply, buffersOf(reply));
  };
}

function post(message: unknown, moved: ArrayBuffer[]): void {
  parentPort?.postMessage(message, moved);
}

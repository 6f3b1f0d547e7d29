import { parentPort, workerData } from 'node:worker_threads';
import { answerMessages } from '../core/engine/messages.ts';
import { serveEngine } from '../core/engine/serve.ts';
import { type PoolRequest, serve } from '../core/pool.ts';
import type { EngineWorkerData } from './engine.ts';
import { createKernels } from './instantiate.ts';
import type { PoolWorkerData } from './pool.ts';

// One worker of engine.ts or of pool.ts: the module arrives compiled, results leave without a copy.
const data: EngineWorkerData | PoolWorkerData = workerData;
const post = (message: unknown, moved: ArrayBuffer[]) => parentPort?.postMessage(message, moved);
parentPort?.on('message', data.role === 'engine' ? serveAsEngine(data) : serveAsPool(data));

function serveAsEngine({ module, weights }: EngineWorkerData) {
  return answerMessages(serveEngine(createKernels(module), weights), post);
}

function serveAsPool({ module }: PoolWorkerData) {
  const answer = serve(createKernels(module));
  return (request: PoolRequest) => {
    const reply = answer(request);
    post(reply, 'planes' in reply && reply.planes ? [reply.planes.buffer as ArrayBuffer] : []);
  };
}

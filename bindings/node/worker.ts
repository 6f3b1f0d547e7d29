import { parentPort, workerData } from 'node:worker_threads';
import { type PoolRequest, serve } from '../core/pool.ts';
import { createKernels } from './instantiate.ts';

// One worker of pool.ts: the module arrives compiled, results leave without a copy.
const answer = serve(createKernels(workerData as WebAssembly.Module));
parentPort?.on('message', (request: PoolRequest) => {
  const reply = answer(request);
  const moved = 'planes' in reply && reply.planes ? [reply.planes.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(reply, moved);
});

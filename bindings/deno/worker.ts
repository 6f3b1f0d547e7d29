import { type PoolRequest, serve } from '../core/pool.ts';
import { createKernels } from './instantiate.ts';

// One worker of pool.ts: the first message is the compiled module, the others are requests.
let answer: ReturnType<typeof serve> | undefined;
self.onmessage = ({ data: message }: MessageEvent) => {
  if (!answer) {
    answer = serve(createKernels(message as WebAssembly.Module));
    return;
  }
  const reply = answer(message as PoolRequest);
  const moved = 'planes' in reply && reply.planes ? [reply.planes.buffer as ArrayBuffer] : [];
  self.postMessage(reply, moved);
};

import { answerMessages } from '../core/engine/messages.ts';
import type { EngineRequest } from '../core/engine/protocol.ts';
import { serveEngine } from '../core/engine/serve.ts';
import { type PoolRequest, serve } from '../core/pool.ts';
import type { EngineStart } from './engine.ts';
import { createKernels } from './instantiate.ts';
import type { PoolStart } from './pool.ts';

// One worker of engine.ts or of pool.ts: the first message says which and brings the compiled
// module, the others are requests.
const post = (message: unknown, moved: ArrayBuffer[]) => self.postMessage(message, moved);
let answer: ((request: never) => void) | undefined;
self.onmessage = ({ data: message }: MessageEvent) => {
  if (answer) return answer(message as never);
  const start = message as EngineStart | PoolStart;
  answer = start.role === 'engine' ? serveAsEngine(start) : serveAsPool(start);
};

function serveAsEngine({ module, weights }: EngineStart): (request: EngineRequest) => void {
  return answerMessages(serveEngine(createKernels(module), weights), post);
}

function serveAsPool({ module }: PoolStart) {
  const reply = serve(createKernels(module));
  return (request: PoolRequest) => {
    const result = reply(request);
    post(result, 'planes' in result && result.planes ? [result.planes.buffer as ArrayBuffer] : []);
  };
}

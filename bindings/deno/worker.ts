import { buffersOf } from '../core/engine/buffers.ts';
import { answerMessages } from '../core/engine/messages.ts';
import { servePort } from '../core/engine/search-workers.ts';
import { serveEngine } from '../core/engine/serve.ts';
import { serve } from '../core/pool.ts';
import { serveShards } from '../core/train/shards.ts';
import type { EngineStart, SearchStart } from './engine-of.ts';
import { instantiate } from './instance.ts';
import type { PoolStart } from './pool.ts';
import type { TrainStart } from './train.ts';

// One worker of engine.ts, pool.ts or train.ts: the first message says which and brings the
// compiled module, the others are requests.
let answer: ((request: never) => void) | undefined;
self.onmessage = ({ data: message }: MessageEvent) => {
  if (answer) answer(message as never);
  else answer = listenerFor(message as Parameters<typeof listenerFor>[0]);
};

function listenerFor(
  start: EngineStart | SearchStart | PoolStart | TrainStart,
): (request: never) => void {
  const kernels = instantiate(start.module);
  if (start.role === 'engine') return answerMessages(serveEngine(kernels, start.weights), post);
  if (start.role === 'search') return (port) => servePort(kernels, port);
  return posting(start.role === 'pool' ? serve(kernels) : serveShards(kernels, start.job));
}

function posting(reply: (request: never) => unknown): (request: never) => void {
  return (request) => {
    const result = reply(request);
    post(result, buffersOf(result));
  };
}

function post(message: unknown, moved: ArrayBuffer[]): void {
  self.postMessage(message, moved);
}

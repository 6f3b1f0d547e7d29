import { expose, transfer } from 'comlink';
import { type PoolReply, type PoolRequest, serve } from '../core/pool.ts';
import { createKernels } from './instantiate.ts';
import { LocalEngine } from './local.ts';

type Methods = Record<string, (...parameters: unknown[]) => unknown>;

let engine: LocalEngine | undefined;
let answer: ReturnType<typeof serve> | undefined;

/** What the page calls; engine.ts is the other side. */
const remote = {
  async start(module: WebAssembly.Module): Promise<void> {
    const kernels = await createKernels(module);
    engine = new LocalEngine(kernels);
    answer = serve(kernels);
  },

  /** Any method of LocalEngine; onProgress travels apart because only a bare argument can be a proxy. */
  call(method: string, parameters: unknown[], onProgress?: unknown): unknown {
    const result = (engine as unknown as Methods)[method](...parameters, onProgress);
    return transfer(result, buffersOf(result));
  },

  /** A request of pool.ts. */
  answer(request: PoolRequest): PoolReply {
    if (!answer) return { id: request.id, error: 'worker: asked before it was started.' };
    const reply = answer(request);
    return transfer(reply, buffersOf(reply));
  },
};

export type Remote = typeof remote;

/** Every buffer of the typed arrays in a result, each once: they move to the page without a copy. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) found.add(value.buffer as ArrayBuffer);
  else if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) buffersOf(part, found);
  }
  return [...found];
}

expose(remote);

import { proxy, type Remote, wrap } from 'comlink';
import * as core from '../core/index.ts';
import { compileKernels, createKernels } from './instantiate.ts';
import { LocalEngine, type OnProgress } from './local.ts';
import { startWorker, type WorkerOptions } from './start-worker.ts';
import type { Remote as WorkerApi } from './worker.ts';

/** LocalEngine's methods, each giving a promise. */
export type Engine = {
  [Method in keyof LocalEngine]: (
    ...parameters: Parameters<LocalEngine[Method]>
  ) => Promise<ReturnType<LocalEngine[Method]>>;
} & {
  /** Stop at once, whatever is running, and free the memory. */
  close(): void;
};

export interface EngineOptions extends WorkerOptions {
  /** false computes on the calling thread; default true. */
  worker?: boolean;
}

/**
 * The pipeline in one Web Worker, so that the page stays responsive. Needs nothing of a
 * Content-Security-Policy but 'wasm-unsafe-eval' and a worker from the page's own origin.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  if (options.worker === false) return onThisThread(new LocalEngine(await createKernels()));
  const worker = startWorker(options);
  const remote = wrap<WorkerApi>(worker);
  try {
    await Promise.race([compileKernels().then((module) => remote.start(module)), failure(worker)]);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return inWorker(remote, worker);
}

/** A worker that cannot be loaded says so only by an event. */
function failure(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.addEventListener('error', (event) => {
      const reason = event.message || 'its file could not be loaded';
      reject(new core.AdatomError(`worker: ${reason}.`));
    });
  });
}

const methods = [
  'readScan',
  'loadNetwork',
  'prepare',
  'findDefects',
  'embedPoints',
  'classifyDefects',
] as const satisfies readonly (keyof LocalEngine)[];

type Caller = (method: (typeof methods)[number], parameters: unknown[]) => Promise<unknown>;

function makeEngine(call: Caller, close: () => void): Engine {
  const calls = methods.map((method) => [
    method,
    (...parameters: unknown[]) => call(method, parameters),
  ]);
  return { ...Object.fromEntries(calls), close } as Engine;
}

function onThisThread(local: LocalEngine): Engine {
  const table = local as unknown as Record<string, (...parameters: unknown[]) => unknown>;
  return makeEngine(
    async (method, parameters) => table[method](...parameters),
    () => {},
  );
}

function inWorker(remote: Remote<WorkerApi>, worker: Worker): Engine {
  return makeEngine(
    async (method, parameters) => {
      const at = parameters.findIndex((parameter) => typeof parameter === 'function');
      const plain = at < 0 ? parameters : parameters.slice(0, at);
      const onProgress = at < 0 ? undefined : proxy(parameters[at] as OnProgress);
      try {
        return await remote.call(method, plain, onProgress);
      } catch (error) {
        throw named(error);
      }
    },
    () => worker.terminate(),
  );
}

/** An error that crossed from the worker keeps its name but not its class; give that back. */
function named(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const type: unknown = (core as Record<string, unknown>)[error.name];
  if (typeof type === 'function' && type.prototype instanceof Error) {
    Object.setPrototypeOf(error, type.prototype);
  }
  return error;
}

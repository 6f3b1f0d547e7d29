import { proxy, type Remote as RemoteOf, transfer, wrap } from 'comlink';
import type { EngineReply, EngineRequest, EngineWorker } from '../core/engine/protocol.ts';
import type { SearchWorker } from '../core/engine/search-workers.ts';
import { startEngine } from '../core/engine/start.ts';
import type { Engine, EngineOptions, Weights } from '../core/engine/types.ts';
import { WorkerError } from '../core/errors.ts';
import type { ProgressEvent } from '../core/progress.ts';
import { instantiate, type WasmSource } from './instance.ts';
import { areLarge, sendInPieces } from './pieces.ts';
import { endWorker, failureOf, startWorker, type WorkerOptions } from './start-worker.ts';
import type { Remote } from './worker.ts';

/** What createAdatom takes in a browser. */
export interface AdatomOptions extends EngineOptions, WorkerOptions {
  /** The kernels, instead of those inside the package, which need no fetch. */
  wasm?: WasmSource;
}

/** An engine of these kernels and weights, in Web Workers or on this thread with `workers: 0`. */
export function engineOf(
  module: WebAssembly.Module,
  weights: Weights | undefined,
  options: Omit<AdatomOptions, 'wasm'>,
): Promise<Engine> {
  return startEngine(
    {
      createKernels: () => instantiate(module),
      startWorker: () => inWorker(startWorker(options), module, weights),
      startSearchWorker: (onFailure) => asSearchWorker(startWorker(options), module, onFailure),
      createChannel: () => new MessageChannel(),
      cores: navigator.hardwareConcurrency || 1,
    },
    { ...options, ...(weights ? { weights } : {}) },
  );
}

type WorkerRemote = RemoteOf<Remote>;

function inWorker(
  worker: Worker,
  module: WebAssembly.Module,
  weights: Weights | undefined,
): EngineWorker {
  const remote = wrap<Remote>(worker);
  const failure = failureOf(worker).then((reason): never => {
    throw new WorkerError(`worker: ${reason}.`);
  });
  failure.catch(() => {}); // heard by who waits
  let onProgress: ((event: ProgressEvent) => void) | undefined;
  const report = proxy((event: ProgressEvent) => onProgress?.(event));
  return {
    started: Promise.race([remote.startEngine(module, weights, report), failure]),
    ask(request, listener) {
      onProgress = listener;
      return Promise.race([asked(remote, request), failure]);
    },
    // A worker that cannot be asked any more has nothing to share either.
    share: (ports) =>
      void remote.share(transfer(ports as MessagePort[], ports as MessagePort[])).catch(() => {}),
    terminate: () => endWorker(worker, remote),
  };
}

/** A worker that runs networks for others. */
function asSearchWorker(
  worker: Worker,
  module: WebAssembly.Module,
  onFailure: () => void,
): SearchWorker {
  const remote = wrap<Remote>(worker);
  const started = remote.startSearchWorker(module);
  started.catch(onFailure);
  void failureOf(worker).then(onFailure);
  return {
    serve(port) {
      started
        .then(() => remote.servePort(transfer(port as MessagePort, [port as MessagePort])))
        .catch(onFailure);
    },
    terminate: () => endWorker(worker, remote),
  };
}

/** Asks; a large scan's bytes go before, bit by bit, so that the page stays responsive. */
async function asked(remote: WorkerRemote, request: EngineRequest): Promise<EngineReply> {
  if (request.ask !== 'open') return remote.ask(request) as Promise<EngineReply>;
  const { file, options } = request;
  const companions = options.companions ?? [];
  const files = [file, ...companions].map(({ bytes }) => bytes);
  if (!areLarge(files)) return remote.ask(request) as Promise<EngineReply>;
  await sendInPieces(files, (piece) => remote.receive(transfer(piece, [piece.bytes.buffer])));
  const named = companions.map((one) => ({ ...one, bytes: new Uint8Array() }));
  return remote.askOpen({
    ...request,
    file: { ...file, bytes: new Uint8Array() },
    options: { ...options, ...(companions.length > 0 && { companions: named }) },
  }) as Promise<EngineReply>;
}

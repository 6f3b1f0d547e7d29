import { AdatomError, CancelledError, OptionError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { DirectPlace } from './direct-place.ts';
import type { EngineRequest, EngineWorker, Place } from './protocol.ts';
import { type SearchHost, SearchWorkers } from './search-workers.ts';
import type {
  CallOptions,
  Engine,
  EngineMemory,
  EngineOptions,
  NetworkName,
  ScanHandle,
  ScanInfo,
} from './types.ts';
import { WorkerPlace } from './worker-place.ts';

/** What an engine needs of its host. */
export interface EngineHost extends SearchHost {
  /** Threads that the machine runs at once. */
  readonly cores: number;
  /** For the calling thread. */
  createKernels(): Kernels | Promise<Kernels>;
  /** A worker that answers with serveEngine; asked for again after a call was cancelled. */
  startWorker(): EngineWorker;
}

/** More share a scan in pieces that are hardly larger than what lies around them. */
const MOST_SEARCH_WORKERS = 8;

/** The engine of any host. Rejects when the kernels, a worker or the weights cannot be loaded. */
export async function startEngine(
  host: EngineHost,
  { workers = 1, searchWorkers = oneForEach(host.cores), weights, signal }: EngineOptions,
): Promise<Engine> {
  if (!(Number.isInteger(workers) && workers >= 0)) {
    throw new OptionError(`workers: expected a whole number, 0 or more, got ${workers}.`);
  }
  if (!(Number.isInteger(searchWorkers) && searchWorkers >= 0)) {
    throw new OptionError(
      `searchWorkers: expected a whole number, 0 or more, got ${searchWorkers}.`,
    );
  }
  if (signal?.aborted) throw new CancelledError();
  const shared = new SearchWorkers(host, searchWorkers);
  const places: Place[] =
    workers === 0
      ? [new DirectPlace(host.createKernels, weights)]
      : Array.from({ length: workers }, () => new WorkerPlace(host.startWorker, shared));
  const stop = () => {
    for (const place of places) place.stop();
    shared.terminate();
  };
  try {
    const started = Promise.all(places.map((place) => place.start()));
    const [network] = await untilAborted(started, signal);
    signal?.addEventListener('abort', stop);
    return makeEngine(workers, places, network, () => {
      signal?.removeEventListener('abort', stop);
      stop();
    });
  } catch (error) {
    stop();
    throw error;
  }
}

/** Who asks waits meanwhile, so one for each core; none where there is no other. */
function oneForEach(cores: number): number {
  return cores > 1 ? Math.min(cores, MOST_SEARCH_WORKERS) : 0;
}

function untilAborted<T>(promise: Promise<T>, signal: EngineOptions['signal']): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new CancelledError());
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function makeEngine(
  workers: number,
  places: readonly Place[],
  first: NetworkName,
  dispose: () => void,
): Engine {
  const openScans = new Map(places.map((place) => [place, 0]));
  let network = first;
  let scans = 0;
  return {
    workers,
    get network() {
      return network;
    },
    async open(file, options = {}, call) {
      const least = Math.min(...openScans.values());
      const place = places.find((one) => openScans.get(one) === least)!;
      const count = (by: number) => openScans.set(place, openScans.get(place)! + by);
      const scan = scans++;
      count(1);
      try {
        const info = await place.ask({ ask: 'open', scan, file, options }, call);
        return makeHandle(place, scan, info as ScanInfo, () => count(-1));
      } catch (error) {
        count(-1);
        throw error;
      }
    },
    async loadNetwork(file, { signal } = {}) {
      if (signal?.aborted) throw new CancelledError();
      // Not cancelled halfway: all places are to have the same network.
      const [name] = await Promise.all(places.map((place) => place.ask({ ask: 'network', file })));
      network = name as NetworkName;
      return network;
    },
    async memory(call) {
      const parts = await Promise.all(places.map((place) => place.ask({ ask: 'memory' }, call)));
      const total = { wasmUsed: 0, wasmReserved: 0, scans: 0, files: 0, openScans: 0 };
      for (const part of parts as Omit<EngineMemory, 'files' | 'openScans'>[]) {
        total.wasmUsed += part.wasmUsed;
        total.wasmReserved += part.wasmReserved;
        total.scans += part.scans;
      }
      for (const [place, count] of openScans) {
        total.files += place.fileBytes;
        total.openScans += count;
      }
      return total;
    },
    dispose,
  };
}

function makeHandle(place: Place, scan: number, info: ScanInfo, onClose: () => void): ScanHandle {
  let closed = false;
  // The result's type is that of the request's counterpart in OpenScan.
  const ask = async <T>(request: EngineRequest, call: CallOptions | undefined): Promise<T> => {
    if (closed) throw new AdatomError(`${info.name}: this scan was closed.`);
    return (await place.ask(request, call)) as T;
  };
  return {
    info,
    channelPixels: (channel, call) => ask({ ask: 'channelPixels', scan, channel }, call),
    prepare: (options = {}, call) => ask({ ask: 'prepare', scan, options }, call),
    levelledPlane: (index, call) => ask({ ask: 'levelledPlane', scan, index }, call),
    find: (options = {}, call) => ask({ ask: 'find', scan, options }, call),
    embed: (points, options = {}, call) => ask({ ask: 'embed', scan, points, options }, call),
    embeddings: (call) => ask({ ask: 'embeddings', scan }, call),
    principalPlane: (call) => ask({ ask: 'principalPlane', scan }, call),
    classify: (examples, options = {}, call) =>
      ask({ ask: 'classify', scan, examples, options }, call),
    count: (labels, classes, searchedFraction, call) =>
      ask({ ask: 'count', scan, labels, classes, searchedFraction }, call),
    files: (result, call) => ask({ ask: 'files', scan, result }, call),
    close() {
      if (closed) return;
      closed = true;
      onClose();
      // Nobody waits for it; an engine that is disposed of has forgotten the scan already.
      place.ask({ ask: 'close', scan }).catch(() => {});
    },
  };
}

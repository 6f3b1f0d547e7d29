import { AdatomError, CancelledError, ShapeError, WorkerError } from './errors.ts';
import type { Kernels, LoadedNetwork, NetworkLayer } from './kernels.ts';
import { poolsOf } from './layers.ts';
import { checkpoint, type RunOptions } from './progress.ts';

/** What the pool asks of a worker. `id` pairs an answer with its question. */
export type PoolRequest =
  | { id: number; ask: 'load'; network: number; layers: readonly NetworkLayer[] }
  | {
      id: number;
      ask: 'run';
      network: number;
      planes: Float32Array;
      n: number;
      rows: number;
      columns: number;
      /** Room for the result. */
      out: Float32Array;
    };

export type PoolReply =
  | {
      id: number;
      planes?: Float32Array;
      rows?: number;
      columns?: number;
      /** The images, whose memory serves again. */
      given?: Float32Array;
    }
  | { id: number; error: string };

/** One worker as the pool sees it; each host wraps its own kind. */
export interface PoolWorker {
  /** Send a request; the buffers named move instead of being copied. */
  post(request: PoolRequest, transfer: ArrayBuffer[]): void;
  /** Called once, before the first post. */
  listen(onReply: (reply: PoolReply) => void, onFailure: (reason: string) => void): void;
  close(): void;
}

/** The worker's side: answers requests with its own instance of the kernels. */
export function serve(kernels: Kernels): (request: PoolRequest) => PoolReply {
  const networks = new Map<number, LoadedNetwork>();
  return (request) => {
    const { id } = request;
    try {
      if (request.ask === 'load') {
        networks.set(request.network, kernels.load(request.layers));
        return { id };
      }
      const network = networks.get(request.network);
      if (!network) throw new AdatomError(`pool: no network ${request.network} was loaded.`);
      const { planes, n, rows, columns, out } = request;
      return { id, given: planes, ...kernels.run(network, planes, n, rows, columns, out) };
    } catch (error) {
      return { id, error: (error as Error).message };
    }
  };
}

/** A network whose weights every worker of a pool holds. */
export interface PooledNetwork {
  readonly id: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly pools: number;
}

/** One run of a network on a pool's worker. */
export interface PoolTask {
  network: PooledNetwork;
  /** Of as many images, (n, inChannels, rows, columns). */
  n: number;
  rows: number;
  columns: number;
  /** Write them. */
  fill(to: Float32Array): void;
  /** Take what the network makes of them, (n, outChannels, rows / 2^pools, columns / 2^pools). */
  take(planes: Float32Array): void;
}

/** Shares per worker: enough that the last one to finish keeps nobody waiting, few enough messages. */
const SHARES_PER_WORKER = 3;
/** Shares that a worker has at a time: it begins the next one while the calling thread takes in the last. */
const AHEAD = 2;
/** Memory that travels with shares is kept for the next ones up to so many bytes: fresh memory costs more than copying. */
const LARGEST_KEPT = 1 << 23;
/** A share of more images would make progress and cancelling coarse. */
const LARGEST_SHARE = 64;

/**
 * Workers that share nothing: each has its own instance and its own copy of the weights, posted once.
 * Images are dealt out in runs, as workers come free, and results are put where their image stood, so
 * the outcome is the same bits for any number of workers. No SharedArrayBuffer, hence no demand on a
 * page's headers.
 */
export class Pool {
  private readonly workers: readonly PoolWorker[];
  private readonly waiting = new Map<
    number,
    { resolve: (reply: PoolReply) => void; reject: (error: Error) => void }
  >();
  private readonly loaded = new WeakMap<readonly NetworkLayer[], Promise<PooledNetwork>>();
  private requests = 0;
  private networks = 0;
  private failure: Error | undefined;
  private readonly spares: ArrayBuffer[] = [];

  constructor(workers: readonly PoolWorker[]) {
    if (workers.length === 0) throw new ShapeError('pool: expected at least one worker, got none.');
    this.workers = workers;
    for (const worker of workers) {
      worker.listen(
        (reply) => this.settle(reply),
        (reason) => this.fail(new WorkerError(`worker: ${reason}.`)),
      );
    }
  }

  get size(): number {
    return this.workers.length;
  }

  /** Post a network's weights to every worker, once for the same list of layers. */
  load(layers: readonly NetworkLayer[]): Promise<PooledNetwork> {
    const known = this.loaded.get(layers);
    if (known) return known;
    const loading = this.post(layers);
    this.loaded.set(layers, loading);
    // What failed may succeed another time.
    loading.catch(() => this.loaded.delete(layers));
    return loading;
  }

  private async post(layers: readonly NetworkLayer[]): Promise<PooledNetwork> {
    const id = this.networks++;
    await Promise.all(
      this.workers.map((worker) => this.ask(worker, { ask: 'load', network: id, layers })),
    );
    return {
      id,
      inChannels: layers[0].inChannels,
      outChannels: layers[layers.length - 1].outChannels,
      pools: poolsOf(layers),
    };
  }

  /**
   * As Kernels.run, on all workers: planes (n, inChannels, rows, columns) to (n, outChannels,
   * rows / 2^pools, columns / 2^pools). Rejects with CancelledError when the caller's signal fires.
   */
  async run(
    network: PooledNetwork,
    planes: Float32Array,
    n: number,
    rows: number,
    columns: number,
    run?: RunOptions,
  ): Promise<{ planes: Float32Array; rows: number; columns: number }> {
    const image = network.inChannels * rows * columns;
    if (planes.length !== n * image) {
      throw new ShapeError(`run: planes: expected ${n * image} values, got ${planes.length}.`);
    }
    const made = outputOf(network, rows, columns);
    const outImage = made.values;
    const out = new Float32Array(n * outImage);
    const most = Math.max(this.size * SHARES_PER_WORKER, Math.ceil(n / LARGEST_SHARE));
    const shares = Math.min(n, most);
    let done = 0;
    function* tasks(): Generator<PoolTask> {
      for (let share = 0; share < shares; share++) {
        checkpoint(run, 'embed', done / n);
        // as equal as they can be
        const from = Math.floor((n * share) / shares);
        const end = Math.floor((n * (share + 1)) / shares);
        yield {
          network,
          n: end - from,
          rows,
          columns,
          fill: (to) => to.set(planes.subarray(from * image, end * image)),
          take(part) {
            out.set(part, from * outImage);
            done += end - from;
          },
        };
      }
    }
    await this.each(tasks(), run);
    checkpoint(run, 'embed', 1);
    return { planes: out, rows: made.rows, columns: made.columns };
  }

  /**
   * Carry out tasks on all workers, each as a worker has less than `ahead` to do. A task is taken from `tasks` only
   * then, so that what it needs can be made then. Rejects with CancelledError when the caller's signal fires, and with
   * WorkerError when a worker cannot do its part.
   */
  async each(tasks: Iterator<PoolTask>, run?: RunOptions, ahead = AHEAD): Promise<void> {
    let isOver = false;
    const work = async (worker: PoolWorker) => {
      while (!isOver) {
        if (run?.signal?.aborted) throw new CancelledError();
        const next = tasks.next();
        if (next.done) return;
        const { network, n, rows, columns, fill, take } = next.value;
        const planes = this.room(n * network.inChannels * rows * columns);
        fill(planes);
        const out = this.room(n * outputOf(network, rows, columns).values);
        const reply = await this.ask(
          worker,
          { ask: 'run', network: network.id, planes, n, rows, columns, out },
          [planes.buffer, out.buffer],
        );
        if ('planes' in reply && reply.planes) take(reply.planes);
        if ('given' in reply) this.keep([reply.planes, reply.given]);
      }
    };
    const untilOver = (worker: PoolWorker) =>
      work(worker).catch((error) => {
        isOver = true;
        throw error;
      });
    // A cancelled run waits for the tasks under way, so that the next run finds the workers free.
    const hands = Array.from({ length: ahead }, () => this.workers).flat();
    const settled = await Promise.allSettled(hands.map(untilOver));
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
    if (run?.signal?.aborted) throw new CancelledError();
  }

  /** Room for so many values, used before if there is some that is large enough. */
  private room(length: number): Float32Array<ArrayBuffer> {
    const bytes = length * 4;
    const at = this.spares.findIndex(({ byteLength }) => byteLength >= bytes);
    const buffer = at < 0 ? new ArrayBuffer(bytes) : this.spares.splice(at, 1)[0];
    return new Float32Array(buffer, 0, length);
  }

  private keep(used: readonly (Float32Array | undefined)[]): void {
    for (const one of used) {
      if (!one || one.buffer.byteLength > LARGEST_KEPT) continue;
      if (this.spares.length < 2 * AHEAD * this.size) this.spares.push(one.buffer as ArrayBuffer);
    }
  }

  /** Stop every worker; what is under way rejects. */
  close(): void {
    this.fail(new CancelledError());
    for (const worker of this.workers) worker.close();
  }

  private ask(
    worker: PoolWorker,
    question: DistributiveOmit<PoolRequest, 'id'>,
    transfer: ArrayBuffer[] = [],
  ): Promise<PoolReply> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.requests++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.post({ id, ...question } as PoolRequest, transfer);
    });
  }

  private settle(reply: PoolReply): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new WorkerError(reply.error));
    else waiting?.resolve(reply);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}

/** A pool of so many workers. Throws WorkerError, with none left, when one of them cannot be started. */
export function poolOf(size: number, start: () => PoolWorker): Pool {
  const workers: PoolWorker[] = [];
  try {
    while (workers.length < size) workers.push(start());
  } catch (error) {
    for (const worker of workers) worker.close();
    throw new WorkerError(`worker: ${(error as Error).message}.`);
  }
  return new Pool(workers);
}

/** Size of what a network makes of one image, and how many values that are. */
function outputOf({ outChannels, pools }: PooledNetwork, rows: number, columns: number) {
  const [outRows, outColumns] = [rows, columns].map((size) => Math.floor(size / (1 << pools)));
  return { rows: outRows, columns: outColumns, values: outChannels * outRows * outColumns };
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

import type { Kernels } from '../kernels.ts';
import { type PoolReply, type PoolRequest, type PoolWorker, serve } from '../pool.ts';
import { buffersOf } from './buffers.ts';

/** One end of a channel between two threads, as every host has it: the part of the web's MessagePort that is used. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  /** Called with events whose `data` is the message; every host declares it in its own way. */
  onmessage: unknown;
}

/** A worker that runs networks for the workers of an engine; each asks through a port of its own. */
export interface SearchWorker {
  /** Answer whoever has the port's other end. */
  serve(port: Port): void;
  terminate(): void;
}

/** What search workers need of their host. */
export interface SearchHost {
  /** May throw. */
  startSearchWorker(onFailure: () => void): SearchWorker;
  createChannel(): { port1: Port; port2: Port };
}

/**
 * The search workers of one engine, started when the first of its workers has something for them. Without them, as
 * where they cannot be started or have failed, all goes on as well, only slower.
 */
export class SearchWorkers {
  private readonly host: SearchHost;
  private readonly count: number;
  private started: SearchWorker[] | undefined;
  private isOver = false;
  private readonly searches = new Set<() => void>();
  /** Changes when ports given before have nobody at their other ends any more. */
  generation = 0;

  constructor(host: SearchHost, count: number) {
    this.host = host;
    this.count = count;
  }

  /** A port to each; none where they cannot be had. */
  ports(): Port[] {
    if (this.count === 0 || this.isOver) return [];
    try {
      this.started ??= this.startAll();
      return this.started.map((worker) => {
        const { port1, port2 } = this.host.createChannel();
        worker.serve(port2);
        return port1;
      });
    } catch {
      this.terminate();
      return [];
    }
  }

  /**
   * A search begins that waits for answers through ports, which never come once `onFailure` was called. Returns what is to
   * be called at its end.
   */
  begin(onFailure: () => void): () => void {
    this.searches.add(onFailure);
    return () => this.searches.delete(onFailure);
  }

  /** Leave what a search that was given up has asked for, unless others are waiting for answers as well. */
  abandon(): void {
    if (this.searches.size === 0) this.endAll();
  }

  terminate(): void {
    this.isOver = true;
    this.endAll();
  }

  private startAll(): SearchWorker[] {
    const workers: SearchWorker[] = [];
    this.started = workers;
    while (workers.length < this.count) {
      workers.push(
        this.host.startSearchWorker(() => {
          if (this.started === workers) this.fail();
        }),
      );
    }
    return workers;
  }

  private endAll(): void {
    if (!this.started) return;
    for (const worker of this.started) worker.terminate();
    this.started = undefined;
    this.generation++;
  }

  private fail(): void {
    this.terminate();
    for (const onFailure of [...this.searches]) onFailure();
  }
}

/** A search worker's side of a port. */
export function servePort(kernels: Kernels, port: Port): void {
  const answer = serve(kernels);
  port.onmessage = ({ data }: { data: PoolRequest }) => {
    const reply = answer(data);
    port.postMessage(reply, buffersOf(reply));
  };
}

/** The asking side: a search worker as a worker of a pool. */
export function portWorker(port: Port): PoolWorker {
  return {
    post: (request, transfer) => port.postMessage(request, transfer),
    listen(onReply) {
      port.onmessage = ({ data }: { data: PoolReply }) => onReply(data);
    },
    close() {},
  };
}

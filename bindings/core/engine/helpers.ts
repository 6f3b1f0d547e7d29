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
export interface Helper {
  /** Answer whoever has the port's other end. */
  serve(port: Port): void;
  terminate(): void;
}

/** What helpers need of their host. */
export interface HelperHost {
  startHelper(onFailure: () => void): Helper;
  createChannel(): { port1: Port; port2: Port };
}

/** The helpers of one engine, started when the first of its workers has something for them. */
export class Helpers {
  private readonly host: HelperHost;
  private readonly count: number;
  private started: Helper[] | undefined;
  private isOver = false;
  private readonly listeners = new Set<() => void>();

  constructor(host: HelperHost, count: number) {
    this.host = host;
    this.count = count;
  }

  /** A port to each helper; none where they cannot be had, or once one has failed. */
  ports(): Port[] {
    if (this.count === 0 || this.isOver) return [];
    this.started ??= Array.from({ length: this.count }, () =>
      this.host.startHelper(() => this.fail()),
    );
    return this.started.map((helper) => {
      const { port1, port2 } = this.host.createChannel();
      helper.serve(port2);
      return port1;
    });
  }

  /** Hear of a helper's failure until what it returns is called: whoever waits for its answer never gets one. */
  onFailure(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  terminate(): void {
    for (const helper of this.started ?? []) helper.terminate();
    this.started = undefined;
    this.isOver = true;
  }

  /** Without helpers all goes on as well, only slower. */
  private fail(): void {
    if (this.isOver) return;
    this.terminate();
    for (const listener of [...this.listeners]) listener();
  }
}

/** The helper's side of a port. */
export function servePort(kernels: Kernels, port: Port): void {
  const answer = serve(kernels);
  port.onmessage = ({ data }: { data: PoolRequest }) => {
    const reply = answer(data);
    port.postMessage(reply, buffersOf(reply));
  };
}

/** The asking side: a helper as a worker of a pool. */
export function portWorker(port: Port): PoolWorker {
  return {
    post: (request, transfer) => port.postMessage(request, transfer),
    listen(onReply) {
      port.onmessage = ({ data }: { data: PoolReply }) => onReply(data);
    },
    close() {},
  };
}

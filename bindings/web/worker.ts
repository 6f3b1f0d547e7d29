import { expose, transfer } from 'comlink';
import { buffersOf } from '../core/engine/buffers.ts';
import type { EngineReply, EngineRequest } from '../core/engine/protocol.ts';
import { servePort } from '../core/engine/search-workers.ts';
import { type EngineService, serveEngine } from '../core/engine/serve.ts';
import type { NetworkName, Weights } from '../core/engine/types.ts';
import { AdatomError } from '../core/errors.ts';
import type { Kernels } from '../core/kernels.ts';
import { type PoolReply, type PoolRequest, serve } from '../core/pool.ts';
import type { ProgressEvent } from '../core/progress.ts';
import {
  type ShardJob,
  type ShardReply,
  type ShardRequest,
  serveShards,
} from '../core/train/shards.ts';
import { instantiate } from './instance.ts';
import { Inbox, type Piece } from './pieces.ts';

type OpenRequest = Extract<EngineRequest, { ask: 'open' }>;

/** Bytes of a search's answer, which takes several times as much to make, and time to give that back, ms. */
const LARGE = 32 << 20;
const SETTLING_MS = 250;

const inbox = new Inbox();
let service: EngineService | undefined;
let searching: Kernels | undefined;
let answerPool: ReturnType<typeof serve> | undefined;
let answerShard: ReturnType<typeof serveShards> | undefined;
let report: (event: ProgressEvent) => void = () => {};

/** What the page calls; engine.ts, pool.ts and train.ts are the other side. */
const remote = {
  /** Begin as a worker of an engine; `onProgress` hears of every request. */
  async startEngine(
    module: WebAssembly.Module,
    weights: Weights | undefined,
    onProgress: (event: ProgressEvent) => void,
  ): Promise<NetworkName> {
    service = serveEngine(await instantiate(module), weights);
    report = onProgress;
    return service.network;
  },

  async ask(request: EngineRequest): Promise<EngineReply> {
    const { reply, transfer: buffers } = await begun(service).answer(request, report);
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    // What was needed on the way to a large answer is given back first: the page would wait for that.
    if (request.ask === 'find' && bytes > LARGE)
      await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    return transfer(reply, buffers);
  },

  /** Share searches with who answers at the other ends. */
  share(ports: readonly MessagePort[]): void {
    begun(service).share(ports);
  },

  /** Begin as a search worker, whom an engine's workers ask each through a port. */
  async startSearchWorker(module: WebAssembly.Module): Promise<void> {
    searching = await instantiate(module);
  },

  servePort(port: MessagePort): void {
    servePort(begun(searching), port);
  },

  /** A piece of a file that is to be opened. */
  receive(piece: Piece): void {
    inbox.receive(piece);
  },

  /** As ask(), for a request to open whose files have arrived before, without their bytes. */
  askOpen({ file, options, ...request }: OpenRequest): Promise<EngineReply> {
    const [bytes, ...others] = inbox.take();
    const companions = (options.companions ?? []).map((one, i) => ({ ...one, bytes: others[i] }));
    return remote.ask({
      ...request,
      file: { ...file, bytes },
      options: { ...options, companions },
    });
  },

  /** Begin as a worker of a pool. */
  async startPool(module: WebAssembly.Module): Promise<void> {
    answerPool = serve(await instantiate(module));
  },

  askPool(request: PoolRequest): PoolReply {
    return moved(begun(answerPool)(request));
  },

  /** Begin as a worker of training. */
  async startShards(module: WebAssembly.Module, job: ShardJob): Promise<void> {
    answerShard = serveShards(await instantiate(module), job);
  },

  askShard(request: ShardRequest): ShardReply {
    return moved(begun(answerShard)(request));
  },
};

function begun<T>(service: T | undefined): T {
  if (!service) throw new AdatomError('worker: asked before it was started.');
  return service;
}

function moved<Reply extends object>(reply: Reply): Reply {
  return transfer(reply, buffersOf(reply));
}

export type Remote = typeof remote;

expose(remote);

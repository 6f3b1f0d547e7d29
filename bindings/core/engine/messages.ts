import { WorkerError } from '../errors.ts';
import type { ProgressEvent } from '../progress.ts';
import type { EngineReply, EngineRequest, EngineWorker } from './protocol.ts';
import type { Port } from './search-workers.ts';
import type { EngineService } from './serve.ts';
import type { NetworkName } from './types.ts';

/** What an engine's worker is posted. */
export type EngineOrder = EngineRequest | { ports: readonly Port[] };

/** What an engine's worker posts: first what it starts with, then progress and a reply per request. */
export type EngineMessage =
  | { network: NetworkName }
  | { progress: ProgressEvent }
  | { reply: EngineReply };

/** A worker of a host whose workers take plain messages. */
export interface MessageWorker {
  post(order: EngineOrder, transfer: readonly Port[]): void;
  /** Called once, before the first post. */
  listen(onMessage: (message: EngineMessage) => void, onFailure: (reason: string) => void): void;
  terminate(): void;
}

/** The engine's side. One request is under way at a time, so that a reply needs no number. */
export function overMessages(worker: MessageWorker): EngineWorker {
  let onProgress: ((event: ProgressEvent) => void) | undefined;
  let onReply: (reply: EngineReply) => void = () => {};
  let onStarted: (network: NetworkName) => void = () => {};
  let onFailure: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    onFailure = reject;
  });
  failed.catch(() => {}); // heard by who waits
  const started = new Promise<NetworkName>((resolve) => {
    onStarted = resolve;
  });
  worker.listen(
    (message) => {
      if ('progress' in message) onProgress?.(message.progress);
      else if ('reply' in message) onReply(message.reply);
      else onStarted(message.network);
    },
    (reason) => onFailure(new WorkerError(`worker: ${reason}.`)),
  );
  return {
    started: Promise.race([started, failed]),
    ask(request, listener) {
      const replied = new Promise<EngineReply>((resolve) => {
        onReply = resolve;
      });
      onProgress = listener;
      worker.post(request, []);
      return Promise.race([replied, failed]);
    },
    share: (ports) => worker.post({ ports }, ports),
    terminate: worker.terminate,
  };
}

/** The worker's side: posts what it starts with and gives the function that takes requests. */
export function answerMessages(
  service: EngineService,
  post: (message: EngineMessage, transfer: ArrayBuffer[]) => void,
): (order: EngineOrder) => void {
  post({ network: service.network }, []);
  return async (order) => {
    if ('ports' in order) return service.share(order.ports);
    const { reply, transfer } = await service.answer(order, (progress) => post({ progress }, []));
    post({ reply }, transfer);
  };
}

import { endWorker, failureOf } from './start-worker.ts';

/**
 * A worker that answers one reply per request, as core's pools see it: `started` resolves once it
 * takes requests. Comlink copies a request, which weighs little beside the work asked for.
 */
export function askingWorker<Request extends { id: number }, Reply>(
  worker: Worker,
  remote: object,
  started: Promise<void>,
  ask: (request: Request) => Promise<Reply>,
) {
  let isClosed = false;
  let onReply: (reply: Reply | { id: number; error: string }) => void = () => {};
  return {
    post(request: Request) {
      started
        .then(() => ask(request))
        .then(
          (reply) => onReply(reply),
          (error: Error) => onReply({ id: request.id, error: error.message }),
        );
    },
    listen(listener: typeof onReply, onFailure: (reason: string) => void) {
      onReply = listener;
      failureOf(worker).then(onFailure);
    },
    close() {
      if (!isClosed) endWorker(worker, remote);
      isClosed = true;
    },
  };
}

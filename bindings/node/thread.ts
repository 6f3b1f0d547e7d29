import { type MessagePort, Worker } from 'node:worker_threads';
import { OptionError } from '../core/errors.ts';
import type { FileUrl } from './worker-url.ts';

/** A worker thread as core sees it: `Message` is what it posts. */
export function startThread<Message>(workerUrl: FileUrl, workerData: unknown) {
  if (typeof workerUrl?.href !== 'string') {
    throw new OptionError(
      `workerUrl: expected a URL such as pathToFileURL gives, got ${workerUrl}.`,
    );
  }

  // None of the process's own flags: some, such as --input-type, no file can be started with.
  const worker = new Worker(new URL(workerUrl.href), { workerData, execArgv: [] });
  return {
    post: (message: unknown, transfer: readonly (ArrayBuffer | MessagePort)[] = []) =>
      worker.postMessage(message, transfer),
    listen(onMessage: (message: Message) => void, onFailure: (reason: string) => void) {
      worker.on('message', onMessage);
      worker.on('error', ({ message }) => onFailure(message));
    },
    close: () => void worker.terminate(),
  };
}

import { type Remote, releaseProxy } from 'comlink';

/** Where a worker comes from. */
export interface WorkerOptions {
  /** Where the worker's file lies; default: worker.js beside this module. */
  workerUrl?: string | URL;
  /** Makes the worker, for pages and bundlers with rules of their own. */
  getWorker?: () => Worker;
}

/** The package's one kind of worker. */
export function startWorker({ getWorker, workerUrl }: WorkerOptions): Worker {
  if (getWorker) return getWorker();
  const url = workerUrl ?? new URL('./worker.js', import.meta.url);
  if (isElsewhere(url)) return importingWorker(url);
  if (workerUrl) return new Worker(workerUrl, { type: 'module' });
  // Written out in one expression, which is how bundlers recognise a worker.
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

/** Why a worker failed, once it does; one that cannot be loaded says so only by an event. */
export function failureOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.addEventListener('error', ({ message }) => {
      const unloadable =
        'its file could not be loaded (put worker.js beside the bundle, give workerUrl or getWorker, or do without: workers: 0)';
      resolve(message || unloadable);
    });
  });
}

/**
 * Ends a worker. Comlink holds on to it, and so to all that was posted to it, for as long as its
 * remote, of any object's type so that who installs adatom needs no types of Comlink, is not released.
 */
export function endWorker(worker: Worker, remote: object): void {
  (remote as Remote<unknown>)[releaseProxy]();
  worker.terminate();
}

/** Whether a worker's file is of another origin than the page, as for any file in a sandboxed frame. */
function isElsewhere(url: string | URL): boolean {
  const { origin, protocol } = new URL(url, globalThis.location?.href);
  return protocol.startsWith('http') && origin !== globalThis.origin;
}

/**
 * A page may not start a worker from another origin, but one of its own that imports the file.
 * A classic one: browsers refuse modules where the page has no origin. What is posted before the
 * file is there has to wait.
 */
function importingWorker(url: string | URL): Worker {
  const { href } = new URL(url, globalThis.location?.href);
  const source = `const early = [];
const keep = (event) => early.push(event.data);
addEventListener('message', keep);
import(${JSON.stringify(href)}).then(() => {
  removeEventListener('message', keep);
  for (const data of early) dispatchEvent(new MessageEvent('message', { data }));
}, reportError);`;
  const own = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(own);
  // The worker has fetched it by the time it first speaks or fails.
  for (const type of ['message', 'error']) {
    worker.addEventListener(type, () => URL.revokeObjectURL(own), { once: true });
  }
  return worker;
}

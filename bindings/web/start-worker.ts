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
  if (workerUrl) return new Worker(workerUrl, { type: 'module' });
  // Written out in one expression, which is how bundlers recognise a worker.
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

import { CancelledError } from '../errors.ts';
import { wantsNetwork } from '../segment/index.ts';
import { fromRecord } from './errors.ts';
import { Journal } from './journal.ts';
import { BRIEF, type EngineRequest, type EngineWorker, type Place } from './protocol.ts';
import type { SearchWorkers } from './search-workers.ts';
import type { CallOptions, NetworkName } from './types.ts';

interface Job {
  request: EngineRequest;
  /** Absent once nobody listens any more. */
  onProgress: CallOptions['onProgress'];
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
  /** Nobody waits for it any more. */
  isOver?: boolean;
}

/**
 * One worker. It computes without looking up, so that a cancelled call can only be stopped by
 * stopping the worker; the next call starts another one and brings it to where the first one was.
 */
export class WorkerPlace implements Place {
  private readonly startWorker: () => EngineWorker;
  private readonly searchWorkers: SearchWorkers | undefined;
  private readonly journal = new Journal();
  private readonly queue: Job[] = [];
  private running: Job | undefined;
  private worker: EngineWorker | undefined;
  /** Ends the wait for a worker that was stopped: it will never answer. */
  private endWait: () => void = () => {};
  private stopped = false;
  /** Which worker shares its searches, and with which search workers. */
  private sharing: { worker: EngineWorker; generation: number } | undefined;

  constructor(startWorker: () => EngineWorker, searchWorkers?: SearchWorkers) {
    this.startWorker = startWorker;
    this.searchWorkers = searchWorkers;
  }

  get fileBytes(): number {
    return this.journal.fileBytes;
  }

  async start(): Promise<NetworkName> {
    try {
      this.worker = this.startWorker();
      return await this.worker.started;
    } catch (error) {
      this.dropWorker();
      throw error;
    }
  }

  async ask(request: EngineRequest, call: CallOptions = {}): Promise<unknown> {
    const { signal, onProgress } = call;
    if (this.stopped || signal?.aborted) throw new CancelledError();
    let abort = () => {};
    try {
      return await new Promise((resolve, reject) => {
        const job = { request, onProgress, resolve, reject };
        abort = () => this.cancel(job);
        signal?.addEventListener('abort', abort);
        this.queue.push(job);
        if (!this.running) void this.work();
      });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  stop(): void {
    this.stopped = true;
    for (const job of this.queue.splice(0)) job.reject(new CancelledError());
    this.running?.reject(new CancelledError());
    this.dropWorker();
  }

  private cancel(job: Job): void {
    job.reject(new CancelledError());
    job.onProgress = undefined;
    job.isOver = true;
    const waiting = this.queue.indexOf(job);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    // What is brief is left to finish unheard: that is sooner than a new worker.
    else if (job === this.running && !BRIEF.has(job.request.ask)) this.dropWorker();
  }

  private async work(): Promise<void> {
    for (let job = this.queue.shift(); job; job = this.queue.shift()) {
      this.running = job;
      await this.perform(job).then(job.resolve, job.reject);
      job.onProgress = undefined;
    }
    this.running = undefined;
  }

  private async perform(job: Job): Promise<unknown> {
    const { request } = job;
    this.worker ??= this.startWorker();
    const { worker } = this;
    const ended = new Promise<never>((_, reject) => {
      this.endWait = () => reject(new CancelledError());
    });
    ended.catch(() => {}); // heard only by who waits
    const wait = async <T>(promise: Promise<T>): Promise<T> => {
      const value = await Promise.race([promise, ended]).catch((error) => {
        // the worker itself failed; the next call starts another one
        if (this.worker === worker) this.dropWorker();
        throw error;
      });
      // stopped in the very moment of its answer
      if (this.worker !== worker) throw new CancelledError();
      return value;
    };
    const answer = async (asked: EngineRequest): Promise<unknown> => {
      const reply = await wait(worker.ask(asked, (event) => job.onProgress?.(event)));
      if ('error' in reply) throw fromRecord(reply.error);
      return reply.result;
    };
    await wait(worker.started);
    for (const missing of this.journal.missing(request)) {
      await answer(missing);
      this.journal.repeated(missing);
    }
    if (request.ask !== 'find' || !wantsNetwork(request.options))
      return this.answered(answer, request);
    let isAlone = false;
    const endSearch = this.share(worker, () => {
      // Who waits for the answer of one that failed waits for ever: the next worker searches alone.
      isAlone = true;
      this.dropWorker();
    });
    try {
      return await this.answered(answer, request);
    } catch (error) {
      if (!isAlone || this.stopped || job.isOver) throw error;
      return await this.perform(job);
    } finally {
      endSearch();
      if (this.worker !== worker) this.searchWorkers?.abandon();
    }
  }

  private async answered(
    answer: (asked: EngineRequest) => Promise<unknown>,
    request: EngineRequest,
  ): Promise<unknown> {
    const result = await answer(request);
    this.journal.done(request);
    return result;
  }

  /** Share the search that begins. Returns what is to be called at its end. */
  private share(worker: EngineWorker, onFailure: () => void): () => void {
    const { searchWorkers } = this;
    if (!worker.share || !searchWorkers) return () => {};
    const known = this.sharing?.worker === worker ? this.sharing.generation : undefined;
    if (known !== searchWorkers.generation) {
      const ports = searchWorkers.ports();
      // None any more: what it has is of no use either.
      if (ports.length > 0 || known !== undefined) worker.share(ports);
      this.sharing = { worker, generation: searchWorkers.generation };
    }
    return searchWorkers.begin(onFailure);
  }

  private dropWorker(): void {
    this.endWait();
    this.worker?.terminate();
    this.worker = undefined;
    this.journal.lost();
  }
}

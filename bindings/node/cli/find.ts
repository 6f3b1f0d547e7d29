import { availableParallelism } from 'node:os';
import {
  createPool,
  type FindOptions,
  type Found,
  findDefects,
  findDefectsInPool,
  type Prepared,
  WorkerError,
} from '../index.ts';
import { type Given, type OptionSpecs, UsageError } from './args.ts';
import type { Context } from './commands/command.ts';

export const findingOptions: OptionSpecs = {
  workers: {
    value: 'N',
    help: 'threads that find (default: one per core); the result is the same',
    isHow: true,
  },
};

/** How many threads are to find, checked before any file is read. */
export function readWorkers(given: Given): number {
  const workers = given.integer('workers') ?? availableParallelism();
  if (!(workers >= 1 && workers <= 64)) throw new UsageError('--workers: expected 1 to 64.');
  return workers;
}

/** Find the defects, on as many threads; on this one where no others can be started. */
export async function find(
  { kernels, report }: Context,
  workers: number,
  prepared: Prepared,
  options: FindOptions,
): Promise<Found> {
  const run = { onProgress: report.progress };
  if (workers === 1) return findDefects(kernels, prepared, options, run);
  const pool = createPool(workers);
  try {
    return await findDefectsInPool(pool, kernels, prepared, options, run);
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    report.warn(`${error.message} Found on one thread.`);
    return findDefects(kernels, prepared, options, run);
  } finally {
    pool.close();
  }
}

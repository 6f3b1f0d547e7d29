import { availableParallelism } from 'node:os';
import {
  createPool,
  type FindOptions,
  type Found,
  findDefects,
  findDefectsInPool,
  type Pool,
  type Prepared,
  WorkerError,
  wantsNetwork,
} from '../index.ts';
import { type Given, type OptionSpecs, UsageError } from './args.ts';
import type { Context } from './commands/command.ts';

export const findingOptions: OptionSpecs = {
  workers: {
    value: 'N',
    help: 'threads that the segmentation network runs on (default: one per core, at most 8); the result is the same',
    isHow: true,
  },
};

/** More are of little use, unless somebody asks for them: each has the network and its pixels in memory. */
const MOST_WORKERS = 8;

/** How many threads are to find, checked before any file is read. */
export function readWorkers(given: Given): number {
  const workers = given.integer('workers') ?? Math.min(availableParallelism(), MOST_WORKERS);
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
  if (workers === 1 || !wantsNetwork(options)) return findDefects(kernels, prepared, options, run);
  let pool: Pool | undefined;
  try {
    pool = createPool(workers);
    return await findDefectsInPool(pool, kernels, prepared, options, run);
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    report.warn(`${error.message} Found on one thread.`);
    return findDefects(kernels, prepared, options, run);
  } finally {
    pool?.close();
  }
}

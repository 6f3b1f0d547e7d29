import { AdatomError, WorkerError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { type LabelledEpisodesOptions, labelledEpisodes } from './labelled-episodes.ts';
import { type MaskBatchesOptions, maskBatches } from './mask-batches.ts';
import { type SimulatedEpisodesOptions, simulatedEpisodes } from './simulated-episodes.ts';
import { planNetwork, taskGradient } from './trainer.ts';
import type { NetworkSpec, ShardResult, TaskSource } from './types.ts';

/** Where episodes, or images with their masks, come from, as plain data that can be posted to a worker. */
export type SourceDescription =
  | { kind: 'simulated'; options: SimulatedEpisodesOptions }
  | { kind: 'labelled'; options: LabelledEpisodesOptions }
  | { kind: 'masks'; options: MaskBatchesOptions };

/** What every worker of a training knows from the start. */
export interface ShardJob {
  spec: NetworkSpec;
  source: SourceDescription;
  seed: number;
}

/** One task's gradient is wanted. */
export interface ShardRequest {
  id: number;
  index: number;
  parameters: Float32Array;
}

export type ShardReply = { id: number; result: ShardResult } | { id: number; error: string };

export function openSource({ kind, options }: SourceDescription): TaskSource {
  switch (kind) {
    case 'simulated':
      return simulatedEpisodes(options);
    case 'labelled':
      return labelledEpisodes(options);
    case 'masks':
      return maskBatches(options);
  }
}

/** The worker's side: makes the task and its gradient with its own instance of the kernels. */
export function serveShards(
  kernels: Kernels,
  job: ShardJob,
): (request: ShardRequest) => ShardReply {
  const plan = planNetwork(job.spec);
  const source = openSource(job.source);
  return ({ id, index, parameters }) => {
    try {
      const task = source(kernels, job.seed, index);
      return { id, result: taskGradient(kernels, plan, parameters, task) };
    } catch (error) {
      return { id, error: (error as Error).message };
    }
  };
}

/** One worker as training sees it; each host wraps its own kind. */
export interface ShardWorker {
  post(request: ShardRequest): void;
  /** Called once, before the first post. */
  listen(onReply: (reply: ShardReply) => void, onFailure: (reason: string) => void): void;
  close(): void;
}

/** Gives the gradients of the tasks asked for, in the order asked. */
export interface ShardRunner {
  run(parameters: Float32Array, indices: readonly number[]): Promise<ShardResult[]>;
  close(): void;
}

/** Share-nothing workers: each has its own kernels, and tasks go by their place, not by who is free. */
export function runOnWorkers(workers: readonly ShardWorker[]): ShardRunner {
  const waiting = new Map<number, { resolve(result: ShardResult): void; reject(e: Error): void }>();
  let requests = 0;
  let failure: Error | undefined;
  const fail = (reason: string) => {
    failure ??= new WorkerError(`train: worker: ${reason}.`);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  for (const worker of workers) {
    worker.listen((reply) => {
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if ('error' in reply) asked?.reject(new AdatomError(reply.error));
      else asked?.resolve(reply.result);
    }, fail);
  }
  const ask = (worker: ShardWorker, index: number, parameters: Float32Array) =>
    new Promise<ShardResult>((resolve, reject) => {
      if (failure) return reject(failure);
      const id = requests++;
      waiting.set(id, { resolve, reject });
      worker.post({ id, index, parameters });
    });
  return {
    run: (parameters, indices) =>
      Promise.all(indices.map((index, i) => ask(workers[i % workers.length], index, parameters))),
    close() {
      for (const worker of workers) worker.close();
      fail('closed');
    },
  };
}

/** The same on the caller's own thread. */
export function runHere(kernels: Kernels, job: ShardJob): ShardRunner {
  const answer = serveShards(kernels, job);
  return {
    async run(parameters, indices) {
      return indices.map((index) => {
        const reply = answer({ id: 0, index, parameters });
        if ('error' in reply) throw new AdatomError(reply.error);
        return reply.result;
      });
    },
    close() {},
  };
}

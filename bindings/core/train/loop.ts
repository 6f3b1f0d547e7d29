import type { Kernels } from '../kernels.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { type AdamWOptions, adamW, type Moments, makeMoments } from './adamw.ts';
import type { Plan } from './plan.ts';
import type { ShardRunner } from './shards.ts';
import { accuracyOf, freshState, inferenceLayers, type NetworkState } from './trainer.ts';
import type { ShardResult, Task } from './types.ts';

/** How a training goes; plain data, written into the checkpoint and the model card. */
export interface Schedule extends AdamWOptions {
  steps: number;
  seed: number;
  /** Episodes whose gradients make one step; whatever the number of workers. */
  shards: number;
  /** Highest learning rate: reached after `warmUp` steps, then down to zero as a cosine. */
  rate: number;
  warmUp: number;
  /** Steps from one validation to the next. */
  validateEvery: number;
}

/** Training so far; what a checkpoint holds. */
export interface Progress {
  step: number;
  state: NetworkState;
  moments: Moments;
  /** Mean loss and share of right answers (of masks: Dice) of each step. */
  losses: number[];
  accuracies: number[];
  /** [step, the same on the validation tasks, at one shot] */
  validations: [number, number][];
}

export function startProgress(plan: Plan, seed: number, from?: NetworkState): Progress {
  return {
    step: 0,
    state: from ?? freshState(plan, seed),
    moments: makeMoments(plan.parameters),
    losses: [],
    accuracies: [],
    validations: [],
  };
}

/** Share of a step's own statistics in batch-norm's running ones, as PyTorch's momentum. */
const MOMENTUM = 0.1;

/**
 * Train from where `progress` stands to the schedule's end, changing it in place. Every episode is a
 * function of the seed and its number and gradients are added in the episodes' order, so that the
 * weights are the same bits for any number of workers, and after any number of interruptions. `onStep`
 * is awaited after every step: save there. Stops after step `until`. Stage 'train' of `run`.
 */
export async function train(
  kernels: Kernels,
  plan: Plan,
  schedule: Schedule,
  runner: ShardRunner,
  progress: Progress,
  validation: readonly Task[],
  onStep?: (progress: Progress) => void | Promise<void>,
  run?: RunOptions,
  until = schedule.steps,
): Promise<void> {
  const { steps, shards, validateEvery } = schedule;
  while (progress.step < Math.min(steps, until)) {
    checkpoint(run, 'train', progress.step / steps);
    const first = progress.step * shards;
    const indices = Array.from({ length: shards }, (_, i) => first + i);
    const results = await runner.run(progress.state.parameters, indices);
    takeStep(kernels, schedule, progress, results);
    if (validation.length > 0 && (progress.step % validateEvery === 0 || progress.step === steps)) {
      progress.validations.push([
        progress.step,
        validate(kernels, plan, progress.state, validation),
      ]);
    }
    await onStep?.(progress);
  }
  checkpoint(run, 'train', progress.step / steps);
}

function takeStep(
  kernels: Kernels,
  schedule: Schedule,
  progress: Progress,
  results: readonly ShardResult[],
): void {
  const { state, moments } = progress;
  const gradient = mean(results.map((result) => result.gradient));
  const statistics = mean(results.map((result) => result.statistics));
  adamW(state.parameters, gradient, moments, rateAt(kernels, schedule, progress.step), schedule);
  for (let i = 0; i < statistics.length; i++) {
    state.statistics[i] += MOMENTUM * (statistics[i] - state.statistics[i]);
  }
  const average = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  progress.losses.push(average(results.map(({ loss }) => loss)));
  progress.accuracies.push(average(results.map(({ accuracy }) => accuracy)));
  progress.step++;
}

function rateAt(kernels: Kernels, { rate, warmUp, steps }: Schedule, step: number): number {
  const rising = Math.min(1, (step + 1) / Math.max(1, warmUp));
  return rate * rising * 0.5 * (1 + kernels.cos((Math.PI * step) / steps));
}

/** Mean accuracy on tasks, with batch-norm's running statistics as in use. */
export function validate(
  kernels: Kernels,
  plan: Plan,
  state: NetworkState,
  tasks: readonly Task[],
): number {
  const network = kernels.load(inferenceLayers(plan, state));
  try {
    let sum = 0;
    for (const task of tasks) sum += accuracyOf(kernels, network, task);
    return sum / tasks.length;
  } finally {
    kernels.unload(network);
  }
}

/** Means of equally long lists, added in the order given. */
function mean(lists: readonly Float32Array[]): Float32Array {
  const sums = new Float64Array(lists[0].length);
  for (const list of lists) for (let i = 0; i < sums.length; i++) sums[i] += list[i];
  return Float32Array.from(sums, (sum) => sum / lists.length);
}

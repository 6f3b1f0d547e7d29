import type { Kernels } from '../kernels.ts';

/**
 * One layer of a network that can be trained. '3x3', '1x1' and 'up2x2' are as ConvLayer's kinds;
 * after the convolution come, in this order and as asked: batch-norm (which makes a bias needless),
 * ReLU, 2x2 max-pool. 'concat' appends the output of an earlier node to that of the node before it
 * (the skips of a U-Net).
 */
export type NodeSpec =
  | {
      kind: '3x3' | '1x1' | 'up2x2';
      outChannels: number;
      batchNorm?: boolean;
      relu?: boolean;
      pool?: boolean;
    }
  | { kind: 'concat'; with: number };

/** A network as a list of nodes, each fed by the one before it. */
export interface NetworkSpec {
  inChannels: number;
  nodes: readonly NodeSpec[];
}

/** One few-shot task: the first `support` crops are examples, the rest queries. */
export interface Episode {
  /** (n, channels, size, size) */
  crops: Float32Array;
  n: number;
  size: number;
  /** Class of each crop, from 0. (n) */
  labels: Int32Array;
  support: number;
}

/** Images and what is to be found in them. */
export interface MaskBatch {
  /** (n, channels, size, size) */
  planes: Float32Array;
  n: number;
  size: number;
  /** 0 or 1. (n, size, size, masks) */
  targets: Uint8Array;
  /** 0 where nothing is to be learnt. (n, size, size) */
  counted: Uint8Array;
}

/** What one shard of a step learns from. */
export type Task = Episode | MaskBatch;

/**
 * Where training gets its tasks: a pure function of (seed, index), so that any worker can make any
 * task and training resumes exactly.
 */
export type TaskSource<T extends Task = Task> = (
  kernels: Kernels,
  seed: number,
  index: number,
) => T;
export type EpisodeSource = TaskSource<Episode>;

/** What one shard of a step (one episode, or one mini-batch of images) gives. */
export interface ShardResult {
  /** d loss / d parameter, all parameters one after the other. */
  gradient: Float32Array;
  /** Batch means and variances of every batch-norm, for the running statistics. */
  statistics: Float32Array;
  loss: number;
  /** Share of right answers, 0..1. */
  accuracy: number;
}

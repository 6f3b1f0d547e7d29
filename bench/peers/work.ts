import type { ConvLayer, NetworkLayer } from '../../bindings/core/kernels.ts';

/** What a case asks for, as any engine can take it: plain arrays in, plain arrays out. */
export type Work =
  | Convolution
  | Network
  /** Lloyd iterations from the given centres (k, dimension) -> centres (k, dimension) */
  | {
      kind: 'kmeans';
      points: Float32Array;
      dimension: number;
      k: number;
      centres: Float32Array;
      iterations: number;
    }
  /**
   * Gradient of the prototypical loss for all parameters, in their order: of each block the weights
   * (out, in, 3, 3), then batch-norm's scales and shifts. planes (n, 2, side, side), the first
   * `support` of the labels the examples'; the first `pools` blocks end in a pool.
   */
  | {
      kind: 'training';
      parameters: Float32Array;
      planes: Float32Array;
      widths: readonly number[];
      pools: number;
      labels: Float32Array;
      support: number;
      n: number;
      side: number;
    }
  /** Squared Euclidean distances (n, m), or the index of the nearest prototype (n). */
  | {
      kind: 'distances' | 'nearest';
      queries: Float32Array;
      prototypes: Float32Array;
      dimension: number;
    };

/** planes (n, channels, rows, columns) through 3x3 convolutions with bias, ReLU and pool. */
export interface Convolution {
  kind: 'convolution';
  layers: readonly ConvLayer[];
  planes: Float32Array;
  n: number;
  rows: number;
  columns: number;
}

/** planes (n, channels, rows, columns) through layers of any kind, with skips. */
export interface Network extends Omit<Convolution, 'kind' | 'layers'> {
  kind: 'network';
  layers: readonly NetworkLayer[];
}

/** A case prepared on one engine: everything that may be done once is done. */
export interface Call {
  /** Do the work once, from plain arrays to plain arrays; returns milliseconds. */
  run(): Promise<number>;
  /** What the last run computed. */
  result(): Promise<ArrayLike<number>>;
  release(): void;
}

/** Another engine, on one thread. */
export interface Peer {
  name: string;
  version: string;
  /** undefined: the engine has no such operation. */
  prepare(work: Work): Promise<Call | undefined>;
  close(): void;
}

/** A call of an engine that lives in this process; the result of `compute` is kept. */
export function timedCall(
  compute: () => ArrayLike<number> | Promise<ArrayLike<number>>,
  release: () => void = () => {},
): Call {
  let last: ArrayLike<number> = [];
  return {
    async run() {
      last = []; // what the run before gave is garbage by now, for every engine alike
      const start = performance.now();
      const pending = compute();
      // a synchronous engine is not charged for the turn of the event loop that await takes
      last = pending instanceof Promise ? await pending : pending;
      return performance.now() - start;
    },
    result: async () => last,
    release,
  };
}

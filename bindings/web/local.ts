import {
  classifyDefects,
  type Embedded,
  type EmbeddingNetwork,
  type EmbedOptions,
  embedPoints,
  type FindOptions,
  type Found,
  findDefects,
  type Kernels,
  loadEmbeddingNetwork,
  type Named,
  type NameOptions,
  type Point,
  type Prepared,
  type PrepareOptions,
  prepare,
  type ReadOptions,
  type RunOptions,
  readScan,
  type Scan,
  type SupportPoint,
  untrainedNetwork,
} from '../core/index.ts';

/** Told how far a call has come; see ProgressEvent. */
export type OnProgress = NonNullable<RunOptions['onProgress']>;

/** What a result says about the network it was made with. */
export type NetworkName = Pick<EmbeddingNetwork, 'name' | 'sha256'>;

/**
 * The pipeline around one instance of the kernels and one network, which both stay where they are:
 * in the worker, or on the calling thread. Arguments and results are plain objects and typed arrays.
 */
export class LocalEngine {
  private readonly kernels: Kernels;
  private network: EmbeddingNetwork | undefined;

  constructor(kernels: Kernels) {
    this.kernels = kernels;
  }

  readScan(bytes: Uint8Array, name: string, options?: ReadOptions): Scan {
    return readScan(bytes, name, options);
  }

  /** Use this .safetensors or .pth file from now on, instead of the untrained filter bank. */
  loadNetwork(bytes: Uint8Array, name: string): NetworkName {
    const network = loadEmbeddingNetwork(this.kernels, bytes, name);
    this.network = network;
    return { name: network.name, sha256: network.sha256 };
  }

  prepare(scan: Scan, options?: PrepareOptions, onProgress?: OnProgress): Prepared {
    return prepare(this.kernels, scan, options, follow(onProgress));
  }

  findDefects(prepared: Prepared, options?: FindOptions, onProgress?: OnProgress): Found {
    return findDefects(this.kernels, prepared, options, follow(onProgress));
  }

  embedPoints(
    prepared: Prepared,
    points: readonly Point[],
    options?: EmbedOptions,
    onProgress?: OnProgress,
  ): Embedded {
    const run = follow(onProgress);
    return embedPoints(this.kernels, prepared, this.currentNetwork(), points, options, run);
  }

  classifyDefects(
    prepared: Prepared,
    points: readonly Point[],
    support: readonly SupportPoint[],
    options?: NameOptions,
    onProgress?: OnProgress,
  ): Named {
    const network = this.currentNetwork();
    const run = follow(onProgress);
    return classifyDefects(this.kernels, prepared, network, points, support, options, run);
  }

  private currentNetwork(): EmbeddingNetwork {
    this.network ??= untrainedNetwork(this.kernels);
    return this.network;
  }
}

function follow(onProgress: OnProgress | undefined): RunOptions | undefined {
  return onProgress && { onProgress };
}

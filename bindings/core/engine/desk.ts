import { AdatomError, WorkerError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { type EmbeddingNetwork, loadEmbeddingNetwork, untrainedNetwork } from '../network.ts';
import type { FindOptions, Found } from '../pipeline.ts';
import type { Pool } from '../pool.ts';
import type { RunOptions } from '../progress.ts';
import type { Segmenter } from '../segment/index.ts';
import { loadSegmenter } from '../train/load-segmenter.ts';
import { OpenScan } from './open-scan.ts';
import { packagedHash } from './packaged.ts';
import type { EngineRequest } from './protocol.ts';
import type { EngineMemory, NamedBytes, NetworkName, Weights } from './types.ts';

/**
 * Where an engine computes: one instance of the kernels, one network and the open scans, in a worker
 * or on the calling thread. Answers requests one after the other.
 */
export class Desk {
  private readonly kernels: Kernels;
  private readonly scans = new Map<number, OpenScan>();
  private readonly segmenterFile: NamedBytes | undefined;
  private loadedSegmenter: Segmenter | undefined;
  network: EmbeddingNetwork;
  /** Who shares in searches. */
  pool: Pool | undefined;

  /** `weights` absent: the untrained filter bank. Throws FormatError or WeightsError. */
  constructor(kernels: Kernels, weights?: Weights) {
    this.kernels = kernels;
    this.network = weights
      ? loadEmbeddingNetwork(kernels, weights.bytes, weights.name, packagedHash(weights))
      : untrainedNetwork(kernels);
    this.segmenterFile = weights?.segmenter;
    // A caller's file that is no such network is to fail here, not when the first scan is searched.
    if (weights?.segmenter && !packagedHash(weights.segmenter)) this.loadSegmenter();
  }

  get networkName(): NetworkName {
    const { name, sha256 } = this.network;
    return { name, sha256 };
  }

  /**
   * The result, a promise of it where a pool shares in the work, is the caller's own: nothing in it is kept here.
   * Throws what the pipeline throws.
   */
  answer(request: EngineRequest, run: RunOptions): unknown {
    switch (request.ask) {
      case 'network':
        return this.loadNetwork(request.file);
      case 'open':
        return this.open(request);
      case 'close':
        return this.scans.delete(request.scan);
      case 'memory':
        return this.memory();
      default:
        return answerForScan(this.scan(request.scan), request, this, run);
    }
  }

  /** Loaded when first asked for: that takes longer than all that who only embeds waits for. */
  loadSegmenter(): Segmenter | undefined {
    const file = this.segmenterFile;
    if (file) {
      const { bytes, name } = file;
      this.loadedSegmenter ??= loadSegmenter(bytes, name, packagedHash(file), this.kernels);
    }
    return this.loadedSegmenter;
  }

  private loadNetwork({ bytes, name }: NamedBytes): NetworkName {
    const before = this.network;
    this.network = loadEmbeddingNetwork(this.kernels, bytes, name);
    this.kernels.unload(before.loaded);
    for (const scan of this.scans.values()) scan.forgetEmbeddings();
    return this.networkName;
  }

  private open({ scan, file, options }: Extract<EngineRequest, { ask: 'open' }>) {
    const opened = new OpenScan(this.kernels, file, options);
    this.scans.set(scan, opened);
    return opened.info;
  }

  private memory(): Omit<EngineMemory, 'files' | 'openScans'> {
    const { used, reserved } = this.kernels.memory();
    const scans = [...this.scans.values()].reduce((sum, scan) => sum + scan.memory(), 0);
    return { wasmUsed: used, wasmReserved: reserved, scans };
  }

  private scan(id: number): OpenScan {
    const scan = this.scans.get(id);
    if (!scan) throw new AdatomError(`engine: no scan ${id} is open.`);
    return scan;
  }
}

type ScanRequest = Exclude<EngineRequest, { ask: 'network' | 'open' | 'close' | 'memory' }>;

interface Networks {
  readonly network: EmbeddingNetwork;
  pool: Pool | undefined;
  loadSegmenter(): Segmenter | undefined;
}

/** Shared where there is a pool; alone, from then on, once its workers could not do their part. */
async function findShared(
  scan: OpenScan,
  options: FindOptions,
  networks: Networks,
  run: RunOptions,
): Promise<Found> {
  try {
    return await scan.find(options, run, networks.pool);
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    networks.pool = undefined;
    return scan.find(options, run);
  }
}

function answerForScan(
  scan: OpenScan,
  request: ScanRequest,
  networks: Networks,
  run: RunOptions,
): unknown {
  const { network } = networks;
  switch (request.ask) {
    case 'channelPixels':
      return scan.channelPixels(request.channel);
    case 'prepare':
      return scan.prepare(request.options, run);
    case 'levelledPlane':
      return scan.levelledPlane(request.index);
    case 'find': {
      const { method = 'auto' } = request.options;
      const segmenter = method === 'pixels' ? undefined : networks.loadSegmenter();
      const options = { ...(segmenter && { segmenter }), ...request.options };
      return findShared(scan, options, networks, run);
    }
    case 'embed':
      return scan.embed(network, request.points, request.options, run);
    case 'embeddings':
      return scan.embeddings();
    case 'principalPlane':
      return scan.principalPlane();
    case 'classify':
      return scan.classify(request.examples, request.options, run);
    case 'count':
      return scan.count(request.labels, request.classes, request.searchedFraction);
    case 'files':
      return scan.files(request.result, { name: network.name, sha256: network.sha256 });
  }
}

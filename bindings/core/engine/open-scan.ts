import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { chooseChannels, describe as titleOf } from '../channels.ts';
import { type ClassCount, countLabels } from '../counts.ts';
import type { SizedPoint } from '../crop.ts';
import { describeDefects } from '../describe.ts';
import { type Embedded, type EmbedOptions, embedPoints } from '../embed-points.ts';
import { OptionError } from '../errors.ts';
import { type OutputFile, runFiles } from '../export/files.ts';
import { Comparer } from '../fewshot/comparer.ts';
import { readScan } from '../formats/index.ts';
import type { Kernels } from '../kernels.ts';
import { measuredPlane } from '../measured-plane.ts';
import { nameCompared } from '../name-points.ts';
import type { EmbeddingNetwork } from '../network.ts';
import {
  type FindOptions,
  type Found,
  findDefects,
  findDefectsInPool,
  type PrepareOptions,
  prepare,
} from '../pipeline.ts';
import type { Pool } from '../pool.ts';
import type { Prepared } from '../prepared.ts';
import type { RunOptions } from '../progress.ts';
import type { Scan } from '../scan.ts';
import { checkNetwork } from '../session/library.ts';
import { type PrincipalPlane, principalPlane } from '../session/pca.ts';
import { bytesOf } from './buffers.ts';
import type {
  Classified,
  ClassifyCall,
  EmbeddedInfo,
  FilesCall,
  LabelledPoint,
  NamedBytes,
  NetworkName,
  OpenOptions,
  Plane,
  PreparedInfo,
  ScanInfo,
} from './types.ts';

/** The points embedded last and the network that did it. */
interface Kept extends Embedded {
  network: NetworkName;
  comparer: Comparer;
}

/**
 * One scan where it is computed on: the large arrays, and what ScanHandle does with them. Each
 * method that keeps something does so last, so that a failure changes nothing.
 */
export class OpenScan {
  readonly info: ScanInfo;
  private readonly kernels: Kernels;
  private readonly scan: Scan;
  private prepared: Prepared | undefined;
  private kept: Kept | undefined;

  constructor(kernels: Kernels, { name, bytes }: NamedBytes, options: OpenOptions) {
    const { companions = [], ...reading } = options;
    this.kernels = kernels;
    this.scan = readScan(bytes, name, { ...reading, siblings: siblingsOf(companions) });
    this.info = infoOf(this.scan, bytesToHex(sha256(bytes)));
  }

  channelPixels(channel: number): Plane {
    const { rows, columns, pixels } = pick(this.scan.channels, channel, 'channel');
    return { rows, columns, pixels: Float32Array.from(pixels) };
  }

  prepare(options: PrepareOptions, run: RunOptions): PreparedInfo {
    this.prepared = prepare(this.kernels, this.scan, options, run);
    this.kept = undefined;
    const { planes, valid, measured, disturbed, stepEdges, roundedSteps, ...levelled } =
      this.prepared.levelled;
    return { ...this.prepared, levelled };
  }

  levelledPlane(index: number): Plane {
    const { levelled } = this.ready();
    const { rows, columns, planes } = levelled;
    pick(planes, index, 'plane');
    return { rows, columns, pixels: measuredPlane(levelled, index) };
  }

  find(options: FindOptions, run: RunOptions, pool?: Pool): Found | Promise<Found> {
    const prepared = this.ready();
    return pool
      ? findDefectsInPool(pool, this.kernels, prepared, options, run)
      : findDefects(this.kernels, prepared, options, run);
  }

  embed(
    network: EmbeddingNetwork,
    points: readonly SizedPoint[],
    options: EmbedOptions,
    run: RunOptions,
  ): EmbeddedInfo {
    const embedded = embedPoints(this.kernels, this.ready(), network, points, options, run);
    const { name, sha256: hash } = network;
    const comparer = new Comparer(this.kernels, embedded);
    this.kept = { ...embedded, network: { name, sha256: hash }, comparer };
    const { dimension, parts, step } = embedded;
    return { points: points.length, dimension, parts, step, network: this.kept.network };
  }

  /** Embeddings of another network cannot be compared with what is embedded from now on. */
  forgetEmbeddings(): void {
    this.kept = undefined;
  }

  embeddings(): Pick<Embedded, 'embeddings' | 'dimension'> {
    const { embeddings, dimension } = this.embedded();
    return { embeddings: embeddings.slice(), dimension };
  }

  principalPlane(): PrincipalPlane {
    const { embeddings, dimension } = this.embedded();
    return principalPlane(embeddings, embeddings.length / dimension, dimension);
  }

  classify(
    examples: readonly LabelledPoint[],
    { library, ...options }: ClassifyCall,
    run: RunOptions,
  ): Classified {
    const { embeddings, dimension, network, step, comparer } = this.embedded();
    if (library) checkNetwork(library, network, dimension);
    const count = embeddings.length / dimension;
    for (const { point } of examples) {
      if (!(Number.isInteger(point) && point >= 0 && point < count)) {
        throw new OptionError(
          `examples: expected points 0 to ${count - 1}, which were embedded, got ${point}.`,
        );
      }
    }
    const named = nameCompared(comparer, examples, library ?? null, options, run);
    const { step: classifyStep, ...result } = named;
    return { ...result, steps: [step, classifyStep] };
  }

  count(
    labels: readonly string[],
    classes: readonly string[],
    searchedFraction: number | undefined,
  ): ClassCount[] {
    return countLabels(labels, classes, this.ready(), searchedFraction);
  }

  files({ describe, ...result }: FilesCall, network: NetworkName): OutputFile[] {
    const { name: file, sha256: hash } = this.info;
    const prepared = this.ready();
    const { defects, regionIds } = result;
    return runFiles({
      network,
      ...(describe
        ? { description: describeDefects(this.kernels, prepared, defects, regionIds) }
        : {}),
      ...result,
      scan: this.scan,
      prepared,
      input: { file, sha256: hash },
    });
  }

  /** Bytes of the arrays that are kept. */
  memory(): number {
    const { scan, prepared, kept } = this;
    return bytesOf([scan, prepared, kept?.embeddings, kept?.comparer.kept]);
  }

  private ready(): Prepared {
    if (this.prepared) return this.prepared;
    throw new OptionError(`${this.info.name}: expected prepare() before this call.`);
  }

  private embedded(): Kept {
    if (this.kept) return this.kept;
    throw new OptionError(
      `${this.info.name}: expected embed() before this call, after prepare() and loadNetwork().`,
    );
  }
}

function siblingsOf(companions: readonly NamedBytes[]) {
  return {
    names: companions.map(({ name }) => name),
    read: (wanted: string) => companions.find(({ name }) => name === wanted)!.bytes,
  };
}

function infoOf(scan: Scan, hash: string): ScanInfo {
  const channels = scan.channels.map((channel) => {
    const { pixels, ...known } = channel;
    return { ...known, title: titleOf(channel) };
  });
  const chosen = scan.channels.length > 0 ? chooseChannels(scan) : [];
  const defaultChannels = chosen.map((channel) => scan.channels.indexOf(channel));
  return { ...scan, sha256: hash, channels, defaultChannels };
}

function pick<T>(list: readonly T[], index: number, what: string): T {
  const found = list[index];
  if (found !== undefined) return found;
  throw new OptionError(`${what}: expected 0 to ${list.length - 1}, got ${index}.`);
}

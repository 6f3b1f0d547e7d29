import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { conv4FromWeights, untrainedConv4 } from './embed.ts';
import { FormatError } from './errors.ts';
import type { ConvLayer, Kernels, LoadedNetwork } from './kernels.ts';
import { readWeights } from './weights/index.ts';
import { isSafetensors, readSafetensors } from './weights/safetensors.ts';
import type { WeightsFile } from './weights/tensor.ts';

/** A network that embeds crops, loaded, with what a result must say about it. */
export interface EmbeddingNetwork {
  /** File name, or what it is when it came from no file. */
  name: string;
  /** Of the weights file, worked out when first asked for; null for weights made from a seed. */
  readonly sha256: string | null;
  loaded: LoadedNetwork;
  /** Values per embedding of a 40 x 40 crop. */
  dimension: number;
  /** What one deviation of a scan is to be in a crop, as the network was trained; see crop.ts. */
  gain: number | undefined;
  /** The same layers as plain arrays, for segmentation on their features. */
  layers: readonly ConvLayer[];
}

/** Side of the crops that are embedded. */
const CROP_SIZE = 40;
/** Seed of the filter bank that stands in until trained weights are given. */
const UNTRAINED_SEED = 20250601;

/**
 * A network out of a .safetensors or PyTorch .pth file; `knownHash` is the sha256 of its bytes, where
 * somebody knows it. Throws FormatError or WeightsError.
 */
export function loadEmbeddingNetwork(
  kernels: Kernels,
  bytes: Uint8Array,
  name: string,
  knownHash = '',
): EmbeddingNetwork {
  return networkOf(kernels, readWeights(bytes, name, kernels), bytes, knownHash);
}

/** As loadEmbeddingNetwork, of .safetensors files only: a program that starts soon does without what unpacks the others. */
export function loadSafetensorsNetwork(
  kernels: Kernels,
  bytes: Uint8Array,
  name: string,
  knownHash = '',
): EmbeddingNetwork {
  if (!isSafetensors(bytes)) {
    const expected = "a safetensors file (adatom itself reads PyTorch's .pth too)";
    throw new FormatError(name, 0, `${bytes.length} bytes of something else`, expected);
  }
  return networkOf(kernels, readSafetensors(bytes, name, kernels), bytes, knownHash);
}

function networkOf(
  kernels: Kernels,
  file: WeightsFile,
  bytes: Uint8Array,
  knownHash: string,
): EmbeddingNetwork {
  const gain = Number(file.metadata['gain'] ?? NaN);
  const made = makeNetwork(kernels, conv4FromWeights(file, kernels, true), file.name, null);
  // Hashing takes longer than embedding the first crops, which need no hash; the caller may change
  // the bytes meanwhile.
  let content = knownHash ? undefined : new Uint8Array(bytes);
  let hash = knownHash;
  return {
    ...made,
    gain: gain > 0 ? gain : undefined,
    get sha256() {
      if (content) hash = bytesToHex(sha256(content));
      content = undefined;
      return hash;
    },
  };
}

/** The fixed, seeded, untrained filter bank: random features, useful but not learnt. */
export function untrainedNetwork(kernels: Kernels): EmbeddingNetwork {
  const name = `untrained filter bank (seed ${UNTRAINED_SEED})`;
  return makeNetwork(kernels, untrainedConv4(UNTRAINED_SEED), name, null);
}

function makeNetwork(
  kernels: Kernels,
  layers: readonly ConvLayer[],
  name: string,
  hash: string | null,
): EmbeddingNetwork {
  const loaded = kernels.load(layers);
  const side = Math.floor(CROP_SIZE / (1 << loaded.pools));
  const dimension = loaded.outChannels * side * side;
  return { name, sha256: hash, loaded, dimension, gain: undefined, layers };
}

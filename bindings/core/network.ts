import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { conv4FromWeights, untrainedConv4 } from './embed.ts';
import type { ConvLayer, Kernels, LoadedNetwork } from './kernels.ts';
import { readWeights } from './weights/index.ts';

/** A network that embeds crops, loaded, with what a result must say about it. */
export interface EmbeddingNetwork {
  /** File name, or what it is when it came from no file. */
  name: string;
  /** Of the weights file; null for weights made from a seed. */
  sha256: string | null;
  loaded: LoadedNetwork;
  /** The same layers as plain arrays, for segmentation on their features. */
  layers: readonly ConvLayer[];
}

/** Seed of the filter bank that stands in until trained weights are given. */
const UNTRAINED_SEED = 20250601;

/** A network out of a .safetensors or PyTorch .pth file. Throws FormatError or WeightsError. */
export function loadEmbeddingNetwork(
  kernels: Kernels,
  bytes: Uint8Array,
  name: string,
): EmbeddingNetwork {
  const layers = conv4FromWeights(readWeights(bytes, name));
  return { name, sha256: bytesToHex(sha256(bytes)), loaded: kernels.load(layers), layers };
}

/** The fixed, seeded, untrained filter bank: random features, useful but not learnt. */
export function untrainedNetwork(kernels: Kernels): EmbeddingNetwork {
  const layers = untrainedConv4(UNTRAINED_SEED);
  return {
    name: `untrained filter bank (seed ${UNTRAINED_SEED})`,
    sha256: null,
    loaded: kernels.load(layers),
    layers,
  };
}

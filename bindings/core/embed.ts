import { ShapeError, WeightsError } from './errors.ts';
import type { ConvLayer, Kernels, LoadedNetwork } from './kernels.ts';
import { checkpoint, type RunOptions } from './progress.ts';
import { Random } from './random.ts';
import type { WeightArithmetic } from './weights/arithmetic.ts';
import { findConvBlocks, foldConvBlock } from './weights/blocks.ts';
import type { WeightsFile } from './weights/tensor.ts';

/**
 * The Conv4 embedding network of a weights file: blocks of 3x3 convolution, batch-norm, ReLU and
 * 2x2 max-pool (Vinyals et al. 2016, as used by Snell et al. 2017 and Kolev et al. 2025), the
 * batch-norm folded into the convolution; only the first `pools` blocks pool where the file's metadata
 * say so. Recognised by the tensors' shapes, whatever their names.
 * Throws WeightsError when the file holds anything else. `inPlace`: the file's numbers are used up, see foldConvBlock.
 */
export function conv4FromWeights(
  file: WeightsFile,
  arithmetic?: WeightArithmetic,
  inPlace = false,
): ConvLayer[] {
  if (file.metadata['task'] === 'segment') {
    throw new WeightsError(
      `${file.name}: expected a network that names defects, found one that finds them: give it as the segmenter.`,
    );
  }
  const { blocks, others } = findConvBlocks(file);
  if (blocks.length === 0 || others.length > 0) {
    const found =
      others.length > 0
        ? `also holds ${others[0]} (${file.tensors.get(others[0])?.shape.join(' x ')})`
        : 'holds no 3x3 convolution';
    throw new WeightsError(
      `${file.name}: expected blocks of 3x3 convolution and batch-norm only, as in Conv4, but the file ${found}.`,
    );
  }
  const pools = wholeOr(file, 'pools', blocks.length);
  return blocks.map((block, i) => ({
    ...foldConvBlock(block, arithmetic, inPlace),
    reluAfter: true,
    pool: i < pools,
  }));
}

/** A whole number of a file's metadata; adatom train writes how many blocks end in a pool. */
function wholeOr(file: WeightsFile, key: string, otherwise: number): number {
  const text = file.metadata[key];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 0 && value <= otherwise)) {
    throw new WeightsError(
      `${file.name}: expected ${key} of 0 to ${otherwise} in its metadata, got '${text}'.`,
    );
  }
  return value;
}

/**
 * A fixed, untrained filter bank of Conv4's shape: weights uniform within +-sqrt(6 / fan-in)
 * (He et al. 2015), no bias, drawn from the seed in the order (outChannels, inChannels, 3, 3).
 * Without bias the embedding scales with its input, so that cosine distances ignore contrast.
 */
export function untrainedConv4(seed: number, inChannels = 2, width = 64, blocks = 4): ConvLayer[] {
  const random = new Random(seed);
  return Array.from({ length: blocks }, (_, i) => {
    const channels = i === 0 ? inChannels : width;
    const bound = Math.sqrt(6 / (channels * 9));
    const weights = new Float32Array(width * channels * 9);
    for (let j = 0; j < weights.length; j++) weights[j] = random.between(-bound, bound);
    return { inChannels: channels, outChannels: width, weights, reluAfter: true, pool: true };
  });
}

/** Embeddings (n, dimension), one row per crop. */
export interface Embeddings {
  embeddings: Float32Array;
  dimension: number;
}

/** Crops between two checkpoints. */
const BATCH = 32;

/**
 * Embed crops (n, channels, size, size) -> (n, dimension): the network's last feature maps,
 * flattened channel by channel, as PyTorch's flatten does. Stage 'embed' of `run`.
 * Throws ShapeError.
 */
export function embedCrops(
  kernels: Kernels,
  network: LoadedNetwork,
  crops: Float32Array,
  n: number,
  run?: RunOptions,
  size = 40,
): Embeddings {
  const image = network.inChannels * size * size;
  if (crops.length !== n * image) {
    throw new ShapeError(
      `embed: expected ${n} crops of ${network.inChannels} x ${size} x ${size} (${n * image} values), got ${crops.length} values.`,
    );
  }
  let side = size;
  for (let i = 0; i < network.pools; i++) side >>= 1;
  const dimension = network.outChannels * side * side;
  if (dimension === 0) {
    throw new ShapeError(`embed: a crop of ${size} px is too small for ${network.pools} poolings.`);
  }
  const embeddings = new Float32Array(n * dimension);
  for (let from = 0; from < n; from += BATCH) {
    checkpoint(run, 'embed', from / n);
    const to = Math.min(n, from + BATCH);
    const batch = crops.subarray(from * image, to * image);
    embeddings.set(kernels.run(network, batch, to - from, size, size).planes, from * dimension);
  }
  checkpoint(run, 'embed', 1);
  return { embeddings, dimension };
}

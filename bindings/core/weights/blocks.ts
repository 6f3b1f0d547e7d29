import { WeightsError } from '../errors.ts';
import type { ConvLayer } from '../kernels.ts';
import { plainArithmetic, type WeightArithmetic } from './arithmetic.ts';
import type { Tensor, WeightsFile } from './tensor.ts';

/** PyTorch's default for BatchNorm2d. */
const EPS = 1e-5;

/** A 3x3 convolution and the batch-norm after it, as they lie in a file. */
export interface ConvBlock {
  name: string;
  weight: Tensor;
  bias: Tensor | undefined;
  /** Batch-norm: learned scale and shift (absent when not affine), running mean and variance. */
  gamma: Tensor | undefined;
  beta: Tensor | undefined;
  mean: Tensor;
  variance: Tensor;
  eps: number;
}

/**
 * Pair every 3x3 convolution of a file with a batch-norm, both in the natural order of their
 * names (conv2 before conv10), so that any naming scheme works; a tensor that a module registers
 * under two names counts once. `others` are the tensors that
 * belong to neither. Throws WeightsError when numbers or channels do not fit.
 */
export function findConvBlocks(file: WeightsFile): { blocks: ConvBlock[]; others: string[] } {
  const { tensors } = file;
  const names = withoutAliases(tensors);
  // Few are sorted: to compare names is slow before any compiler has warmed up.
  const modulesOf = (some: readonly string[]) => [...some].sort(naturalOrder).map(modulePath);
  const convs = modulesOf(names.filter((name) => isConv(tensors.get(name)!.shape)));
  const norms = modulesOf(names.filter((name) => name.endsWith('running_mean')));
  if (convs.length !== norms.length) {
    throw new WeightsError(
      `${file.name}: expected one batch-norm per 3x3 convolution, found ${norms.length} for ${convs.length}.`,
    );
  }
  const used = new Set<string>();
  const take = (name: string): Tensor | undefined => {
    used.add(name);
    return tensors.get(name);
  };
  const eps = readEps(file);
  const blocks = convs.map((conv, i) => {
    const norm = norms[i];
    const weight = take(`${conv}weight`);
    const mean = take(`${norm}running_mean`);
    const variance = take(`${norm}running_var`);
    take(`${norm}num_batches_tracked`);
    if (!weight || !mean || !variance) {
      throw new WeightsError(
        `${file.name}: expected ${conv}weight, ${norm}running_mean and ${norm}running_var, one is missing.`,
      );
    }
    return {
      name: conv.replace(/\.$/, ''),
      weight,
      bias: take(`${conv}bias`),
      gamma: take(`${norm}weight`),
      beta: take(`${norm}bias`),
      mean,
      variance,
      eps,
    };
  });
  checkBlocks(blocks, file.name);
  return { blocks, others: names.filter((name) => !used.has(name)).sort(naturalOrder) };
}

/**
 * The batch-norm's affine map folded into the convolution, in float64. `inPlace`: the block's weights, which nobody
 * else needs, are changed and used; fresh memory costs more than the arithmetic.
 */
export function foldConvBlock(
  block: ConvBlock,
  arithmetic: WeightArithmetic = plainArithmetic,
  inPlace = false,
): ConvLayer {
  const { weight, bias, gamma, beta, mean, variance, eps } = block;
  const [outChannels, inChannels] = weight.shape;
  const factors = new Float64Array(outChannels);
  const shifted = new Float32Array(outChannels);
  for (let o = 0; o < outChannels; o++) {
    factors[o] = (gamma?.values[o] ?? 1) / Math.sqrt(variance.values[o] + eps);
    const offset = (bias?.values[o] ?? 0) - mean.values[o];
    shifted[o] = offset * factors[o] + (beta?.values[o] ?? 0);
  }
  const weights = inPlace ? weight.values : weight.values.slice();
  arithmetic.scaleRows(weights, factors);
  return { inChannels, outChannels, weights, bias: shifted };
}

/** One name per tensor: the first in the file (the published networks list every layer twice). */
function withoutAliases(tensors: ReadonlyMap<string, Tensor>): string[] {
  const seen = new Set<Tensor>();
  return [...tensors.keys()].filter((name) => {
    const tensor = tensors.get(name)!;
    return !seen.has(tensor) && seen.add(tensor);
  });
}

function isConv(shape: readonly number[]): boolean {
  return shape.length === 4 && shape[2] === 3 && shape[3] === 3;
}

/** 'trunk.0.conv.weight' -> 'trunk.0.conv.' */
function modulePath(name: string): string {
  return name.slice(0, name.lastIndexOf('.') + 1);
}

function readEps(file: WeightsFile): number {
  const text = file.metadata['eps'];
  if (text === undefined) return EPS;
  const eps = Number(text);
  if (!(eps >= 0 && eps < 1)) {
    throw new WeightsError(`${file.name}: expected eps of 0 to 1 in its metadata, got '${text}'.`);
  }
  return eps;
}

function checkBlocks(blocks: readonly ConvBlock[], file: string): void {
  blocks.forEach((block, i) => {
    const [outChannels, inChannels] = block.weight.shape;
    const before = blocks[i - 1]?.weight.shape[0];
    if (before !== undefined && before !== inChannels) {
      throw new WeightsError(
        `${file}: ${block.name} takes ${inChannels} channels, but the block before it gives ${before}.`,
      );
    }
    for (const tensor of [block.bias, block.gamma, block.beta, block.mean, block.variance]) {
      if (tensor && tensor.values.length !== outChannels) {
        throw new WeightsError(
          `${file}: expected ${outChannels} values per tensor beside ${block.name}, got ${tensor.values.length}.`,
        );
      }
    }
    const all = [block.weight, block.bias, block.gamma, block.beta, block.mean, block.variance];
    if (all.some((tensor) => tensor && !allFinite(tensor.values))) {
      throw new WeightsError(`${file}: ${block.name} or its batch-norm holds NaN or infinity.`);
    }
    if (block.variance.values.some((v) => v + block.eps <= 0)) {
      throw new WeightsError(
        `${file}: the batch-norm after ${block.name} has a negative variance.`,
      );
    }
  });
}

/** Asked of the engine's own code: a loop would still be interpreted when a first network is read. */
function allFinite(values: Float32Array): boolean {
  return ![NaN, Infinity, -Infinity].some((value) => values.includes(value));
}

/** Numbers inside names compare as numbers. */
function naturalOrder(a: string, b: string): number {
  const as = a.match(/\d+|\D+/g) ?? [];
  const bs = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    if (as[i] === bs[i]) continue;
    const difference = Number(as[i]) - Number(bs[i]);
    if (difference) return difference;
    return as[i] < bs[i] ? -1 : 1;
  }
  return as.length - bs.length;
}

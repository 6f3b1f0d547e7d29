import { WeightsError } from '../errors.ts';
import type { Kernels, LoadedNetwork } from '../kernels.ts';
import { findConvBlocks, foldConvBlock } from '../weights/blocks.ts';
import type { WeightsFile } from '../weights/tensor.ts';
import { countShots, meanPerClass } from './support.ts';
import type { Scored, SupportSet } from './types.ts';

export interface LinearLayer {
  /** (outputs, inputs) */
  weights: Float32Array;
  bias: Float32Array;
  inputs: number;
  outputs: number;
}

/** A learned relation module, loaded: blocks of convolution, then linear layers, then a sigmoid. */
export interface RelationModule {
  convolutions: LoadedNetwork;
  linear: LinearLayer[];
  /** Of the embeddings it compares: (channels, side, side) each. */
  channels: number;
  side: number;
}

/**
 * The relation module of Sung et al. 2018 (figure 2) out of a weights file: blocks of 3x3
 * convolution, batch-norm and ReLU over the two stacked embeddings, then linear layers with ReLU
 * between them and one output. dimension is the length of an embedding. How many of the first
 * blocks pool follows from the first linear layer's inputs. Throws WeightsError.
 */
export function loadRelation(
  kernels: Kernels,
  file: WeightsFile,
  dimension: number,
): RelationModule {
  const { blocks, others } = findConvBlocks(file);
  const linear = readLinear(file, others);
  if (blocks.length === 0 || linear.length === 0 || linear.at(-1)!.outputs !== 1) {
    throw new WeightsError(
      `${file.name}: expected a relation module (3x3 convolutions, then linear layers to one output), found ${blocks.length} and ${linear.length}.`,
    );
  }
  const channels = blocks[0].weight.shape[1] / 2;
  const side = Math.sqrt(dimension / channels);
  if (!Number.isInteger(channels) || !Number.isInteger(side)) {
    throw new WeightsError(
      `${file.name}: its first convolution takes ${2 * channels} channels, which two embeddings of ${dimension} values do not make.`,
    );
  }
  const last = blocks[blocks.length - 1].weight.shape[0];
  const pools = blocks.findIndex((_, p) => last * (side >> p) * (side >> p) === linear[0].inputs);
  const allPool = last * (side >> blocks.length) * (side >> blocks.length) === linear[0].inputs;
  if (pools < 0 && !allPool) {
    throw new WeightsError(
      `${file.name}: its first linear layer takes ${linear[0].inputs} values, which embeddings of ${channels} x ${side} x ${side} do not give.`,
    );
  }
  const layers = blocks.map((block, i) => ({
    ...foldConvBlock(block),
    reluAfter: true,
    pool: pools < 0 || i < pools,
  }));
  return { convolutions: kernels.load(layers), linear, channels, side };
}

/** Relation scores 0..1 of queries (n, dimension) with each class, the class's examples summed. */
export function scoreRelations(
  kernels: Kernels,
  module: RelationModule,
  support: SupportSet,
  queries: Float32Array,
): Scored {
  const { dimension, classes } = support;
  if (dimension !== module.channels * module.side * module.side) {
    throw new WeightsError(
      `relation: expected embeddings of ${module.channels} x ${module.side} x ${module.side}, got ${dimension} values.`,
    );
  }
  const nWay = classes.length;
  const n = queries.length / dimension;
  const shots = countShots(support);
  const sums = meanPerClass(support).map((mean, i) => mean * shots[Math.floor(i / dimension)]);
  const scores = new Float32Array(n * nWay);
  const pairs = new Float32Array(nWay * 2 * dimension);
  for (let q = 0; q < n; q++) {
    for (let c = 0; c < nWay; c++) {
      const from = c * 2 * dimension;
      pairs.set(sums.subarray(c * dimension, (c + 1) * dimension), from);
      pairs.set(queries.subarray(q * dimension, (q + 1) * dimension), from + dimension);
    }
    const maps = kernels.run(module.convolutions, pairs, nWay, module.side, module.side).planes;
    const length = maps.length / nWay;
    for (let c = 0; c < nWay; c++) {
      const value = runLinear(module.linear, maps.subarray(c * length, (c + 1) * length));
      scores[q * nWay + c] = 1 / (1 + kernels.exp(-value));
    }
  }
  return { scores, distances: scores.map((score) => 1 - score) };
}

function readLinear(file: WeightsFile, names: readonly string[]): LinearLayer[] {
  const layers: LinearLayer[] = [];
  const left = new Set(names);
  for (const name of names) {
    const weight = file.tensors.get(name)!;
    if (weight.shape.length !== 2) continue;
    const [outputs, inputs] = weight.shape;
    const biasName = name.replace(/weight$/, 'bias');
    const bias = file.tensors.get(biasName)?.values ?? new Float32Array(outputs);
    const before = layers.at(-1)?.outputs ?? inputs;
    if (bias.length !== outputs || before !== inputs) {
      throw new WeightsError(
        `${file.name}: linear layer ${name} does not follow the one before it.`,
      );
    }
    left.delete(name);
    left.delete(biasName);
    layers.push({ weights: weight.values, bias, inputs, outputs });
  }
  if (left.size > 0) {
    throw new WeightsError(
      `${file.name}: ${[...left][0]} belongs to no layer of a relation module.`,
    );
  }
  return layers;
}

function runLinear(layers: readonly LinearLayer[], values: ArrayLike<number>): number {
  let input = values;
  layers.forEach(({ weights, bias, inputs, outputs }, l) => {
    const output = new Float64Array(outputs);
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o];
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i] * input[i];
      output[o] = l < layers.length - 1 ? Math.max(0, sum) : sum;
    }
    input = output;
  });
  return input[0];
}

import { ShapeError } from '../errors.ts';
import type { LayerKind } from '../layers.ts';
import type { NetworkSpec } from './types.ts';

/** A convolution of a network that is trained, and where its parameters lie among all. */
export interface ConvNode {
  kind: LayerKind;
  inChannels: number;
  outChannels: number;
  batchNorm: boolean;
  relu: boolean;
  pool: boolean;
  /** First of its weights, as ConvLayer's, among all parameters. */
  weights: number;
  weightsLength: number;
  /** First of outChannels biases; with batch-norm, of as many scales and then shifts (gamma, beta). */
  bias: number;
  /** First of outChannels means and then variances among all statistics; with batch-norm only. */
  statistics: number;
}

export interface ConcatNode {
  kind: 'concat';
  /** The node whose output is appended. */
  with: number;
  inChannels: number;
  outChannels: number;
}

export type PlannedNode = ConvNode | ConcatNode;

/** A network's nodes with their channels, and how many numbers it has in all. */
export interface Plan {
  inChannels: number;
  outChannels: number;
  nodes: PlannedNode[];
  parameters: number;
  statistics: number;
}

const TAPS: Record<LayerKind, number> = { '3x3': 9, '1x1': 1, up2x2: 4 };

/** Throws ShapeError when nodes do not fit each other. */
export function planNetwork(spec: NetworkSpec): Plan {
  const nodes: PlannedNode[] = [];
  let channels = spec.inChannels;
  let parameters = 0;
  let statistics = 0;
  spec.nodes.forEach((node, i) => {
    const inChannels = channels;
    if (node.kind === 'concat') {
      const other = nodes[node.with];
      if (!other || node.with >= i - 1) {
        throw new ShapeError(
          `node ${i}: expected a node before ${i - 1} to append, got ${node.with}.`,
        );
      }
      channels += other.outChannels;
      nodes.push({ kind: 'concat', with: node.with, inChannels, outChannels: channels });
      return;
    }
    const { kind, outChannels, batchNorm = false, relu = false, pool = false } = node;
    channels = outChannels;
    if ((batchNorm || relu || pool) && outChannels % 4) {
      throw new ShapeError(
        `node ${i}: expected a multiple of four channels before batch-norm, ReLU or pool, got ${outChannels}.`,
      );
    }
    const weightsLength = inChannels * outChannels * TAPS[kind];
    nodes.push({
      kind,
      inChannels,
      outChannels,
      batchNorm,
      relu,
      pool,
      weights: parameters,
      weightsLength,
      bias: parameters + weightsLength,
      statistics,
    });
    parameters += weightsLength + outChannels * (batchNorm ? 2 : 1);
    if (batchNorm) statistics += 2 * outChannels;
  });
  if (nodes.length === 0) throw new ShapeError('network: expected at least one node, got none.');
  return { inChannels: spec.inChannels, outChannels: channels, nodes, parameters, statistics };
}

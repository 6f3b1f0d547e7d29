import type { Kernels, LoadedNetwork } from '../kernels.ts';
import type { NetworkLayer } from '../layers.ts';
import { Random } from '../random.ts';
import type { Tensor } from '../weights/tensor.ts';
import { maskLoss } from './mask-loss.ts';
import { type ConvNode, type Plan, planNetwork } from './plan.ts';
import { type Loss, prototypicalLoss } from './prototypical-loss.ts';
import { EPS, Tape } from './tape.ts';
import type { NetworkSpec, ShardResult, Task } from './types.ts';

/** A network's numbers: what is trained, and batch-norm's running means and variances. */
export interface NetworkState {
  parameters: Float32Array;
  statistics: Float32Array;
}

/**
 * Fresh weights: uniform within +-sqrt(6 / fan-in) (He et al. 2015), scales 1, shifts and biases 0;
 * running means 0 and variances 1.
 */
export function freshState(plan: Plan, seed: number): NetworkState {
  const random = new Random(seed);
  const parameters = new Float32Array(plan.parameters);
  const statistics = new Float32Array(plan.statistics);
  for (const node of convNodes(plan)) {
    const { weights, weightsLength, outChannels, bias } = node;
    const bound = Math.sqrt(6 / (weightsLength / outChannels));
    for (let i = 0; i < weightsLength; i++) parameters[weights + i] = random.between(-bound, bound);
    if (!node.batchNorm) continue;
    parameters.fill(1, bias, bias + outChannels);
    const variances = node.statistics + outChannels;
    statistics.fill(1, variances, variances + outChannels);
  }
  return { parameters, statistics };
}

/** Weight of each of MASKS in the loss. */
const MASK_WEIGHTS = [1, 0.5, 0.2, 0.1, 0.6];

/** Loss and gradient of one task: of an episode under the prototypical loss, or of masks. */
export function taskGradient(
  kernels: Kernels,
  plan: Plan,
  parameters: Float32Array,
  task: Task,
): ShardResult {
  const { n, size } = task;
  const planes = 'crops' in task ? task.crops : task.planes;
  const mark = kernels.arena.mark();
  try {
    const tape = new Tape(kernels, plan, parameters, planes, n, size, size);
    const { loss, accuracy, gradient } = lossOf(kernels, tape.output().values, task);
    return { loss, accuracy, gradient: tape.backward(gradient), statistics: tape.statistics };
  } finally {
    kernels.arena.release(mark);
  }
}

/** The loss of a network's output, pixels (n, rows, columns, channels). */
function lossOf(kernels: Kernels, values: Float32Array, task: Task): Loss {
  if ('targets' in task) {
    return maskLoss(kernels, values, task.targets, task.counted, MASK_WEIGHTS);
  }
  return prototypicalLoss(kernels, values, values.length / task.n, task.labels, task.support);
}

/** Accuracy on a task with batch-norm's running statistics, as in use; see ShardResult.accuracy. */
export function accuracyOf(kernels: Kernels, network: LoadedNetwork, task: Task): number {
  const { n, size } = task;
  const { planes } = kernels.run(
    network,
    'crops' in task ? task.crops : task.planes,
    n,
    size,
    size,
  );
  return lossOf(kernels, 'crops' in task ? planes : toPixels(planes, n, size * size), task)
    .accuracy;
}

/** Planes (n, channels, pixels) to (n, pixels, channels). */
function toPixels(planes: Float32Array, n: number, pixels: number): Float32Array {
  const channels = planes.length / n / pixels;
  const out = new Float32Array(planes.length);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c++) {
      const from = (i * channels + c) * pixels;
      for (let at = 0; at < pixels; at++) {
        out[(i * pixels + at) * channels + c] = planes[from + at];
      }
    }
  }
  return out;
}

/** The network as it infers: batch-norm's running statistics folded into the convolutions. */
export function inferenceLayers(
  plan: Plan,
  { parameters, statistics }: NetworkState,
): NetworkLayer[] {
  return plan.nodes.map((node): NetworkLayer => {
    if (node.kind === 'concat') return node;
    const { kind, inChannels, outChannels, relu: reluAfter, pool } = node;
    const weights = parameters.slice(node.weights, node.weights + node.weightsLength);
    const layer = { kind, inChannels, outChannels, weights, reluAfter, pool };
    const first = parameters.slice(node.bias, node.bias + outChannels);
    if (!node.batchNorm) return { ...layer, bias: first };
    const bias = new Float32Array(outChannels);
    const taps = node.weightsLength / (inChannels * outChannels);
    for (let o = 0; o < outChannels; o++) {
      const scale = first[o] / Math.sqrt(statistics[node.statistics + outChannels + o] + EPS);
      bias[o] = parameters[node.bias + outChannels + o] - statistics[node.statistics + o] * scale;
      for (let i = 0; i < inChannels; i++) {
        const at = (kind === 'up2x2' ? i * outChannels + o : o * inChannels + i) * taps;
        for (let tap = 0; tap < taps; tap++) weights[at + tap] *= scale;
      }
    }
    return { ...layer, bias };
  });
}

/** The state under PyTorch's names: block.{i}.conv.weight, block.{i}.norm.running_mean, ... */
export function stateTensors(plan: Plan, state: NetworkState): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  visitTensors(plan, state, (name, shape, values) => {
    tensors.set(name, { shape, values: values.slice() });
  });
  return tensors;
}

/** Back from stateTensors. Returns the name of a tensor that is missing or of another shape, else null. */
export function restoreTensors(
  plan: Plan,
  state: NetworkState,
  tensors: ReadonlyMap<string, Tensor>,
): string | null {
  let wrong: string | null = null;
  visitTensors(plan, state, (name, shape, values) => {
    const tensor = tensors.get(name);
    if (tensor && String(tensor.shape) === String(shape)) values.set(tensor.values);
    else wrong ??= name;
  });
  return wrong;
}

function visitTensors(
  plan: Plan,
  { parameters, statistics }: NetworkState,
  visit: (name: string, shape: number[], values: Float32Array) => void,
): void {
  plan.nodes.forEach((node, i) => {
    if (node.kind === 'concat') return;
    const { inChannels: from, outChannels: to, bias, kind } = node;
    const side = kind === '3x3' ? 3 : kind === '1x1' ? 1 : 2;
    const channels = kind === 'up2x2' ? [from, to] : [to, from];
    const part = (all: Float32Array, at: number, length = to) => all.subarray(at, at + length);
    const weights = part(parameters, node.weights, node.weightsLength);
    visit(`block.${i}.conv.weight`, [...channels, side, side], weights);
    if (!node.batchNorm) {
      visit(`block.${i}.conv.bias`, [to], part(parameters, bias));
      return;
    }
    visit(`block.${i}.norm.weight`, [to], part(parameters, bias));
    visit(`block.${i}.norm.bias`, [to], part(parameters, bias + to));
    visit(`block.${i}.norm.running_mean`, [to], part(statistics, node.statistics));
    visit(`block.${i}.norm.running_var`, [to], part(statistics, node.statistics + to));
  });
}

/** Conv4 (Vinyals et al. 2016) for two-channel crops; the last block can keep its 5 x 5 pixels. */
export function conv4Spec(widths: readonly number[] = [32, 64, 64, 64], pools = 3): NetworkSpec {
  return {
    inChannels: 2,
    nodes: widths.map((outChannels, i) => ({
      kind: '3x3',
      outChannels,
      batchNorm: true,
      relu: true,
      pool: i < pools,
    })),
  };
}

/**
 * A small U-Net (Ronneberger et al. 2015) with three pools: of each level's two convolutions the first
 * is what the way back gets. Batch-norm after every convolution but the last, which answers `masks`
 * logits per pixel.
 */
export function unetSpec(
  inChannels: number,
  masks: number,
  [full, half, quarter, eighth]: readonly number[] = [16, 32, 48, 64],
): NetworkSpec {
  const after = { batchNorm: true, relu: true };
  const conv = (outChannels: number) => ({ kind: '3x3' as const, outChannels, ...after });
  const up = (outChannels: number) => ({ kind: 'up2x2' as const, outChannels, ...after });
  return {
    inChannels,
    nodes: [
      conv(full),
      { ...conv(full), pool: true },
      conv(half),
      { ...conv(half), pool: true },
      conv(quarter),
      { ...conv(quarter), pool: true },
      conv(eighth),
      up(quarter),
      { kind: 'concat', with: 4 },
      conv(quarter),
      up(half),
      { kind: 'concat', with: 2 },
      conv(half),
      up(full),
      { kind: 'concat', with: 0 },
      conv(full),
      { kind: '1x1', outChannels: masks },
    ],
  };
}

export { planNetwork };

function convNodes(plan: Plan): ConvNode[] {
  return plan.nodes.filter((node): node is ConvNode => node.kind !== 'concat');
}

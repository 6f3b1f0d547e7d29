import { describe, expect, it } from 'vitest';
import { maskLoss } from '../../../bindings/core/train/mask-loss.ts';
import { planNetwork } from '../../../bindings/core/train/plan.ts';
import { prototypicalLoss } from '../../../bindings/core/train/prototypical-loss.ts';
import { Tape } from '../../../bindings/core/train/tape.ts';
import { conv4Spec, freshState } from '../../../bindings/core/train/trainer.ts';
import type { NetworkSpec } from '../../../bindings/core/train/types.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { values } from '../../kernels/guarded.ts';
import { trainForward } from '../../reference/network.ts';

const kernels = createKernels();

const networks: Record<string, NetworkSpec> = {
  'Conv4 that keeps its last pixels': conv4Spec([8, 12, 8, 4]),
  'Conv4 whose last pool drops a row': conv4Spec([4, 8, 8, 8], 4),
  'a U-Net with every kind of layer': {
    inChannels: 2,
    nodes: [
      { kind: '3x3', outChannels: 8, batchNorm: true, relu: true },
      { kind: '3x3', outChannels: 12, batchNorm: true, relu: true, pool: true },
      { kind: '3x3', outChannels: 8, relu: true },
      { kind: 'up2x2', outChannels: 8, batchNorm: true, relu: true },
      { kind: 'concat', with: 0 },
      { kind: '1x1', outChannels: 8, batchNorm: true, relu: true },
      { kind: '3x3', outChannels: 3 },
    ],
  },
};

describe.each(Object.entries(networks))('%s', (_, spec) => {
  const plan = planNetwork(spec);
  const { parameters } = freshState(plan, 5);
  // biases that are not zero, and scales of both signs
  for (let i = 0; i < parameters.length; i++) parameters[i] += 0.2 * values(1, i)[0];
  const n = 3;
  const side = 20;
  const planes = values(n * plan.inChannels * side * side, 11);
  const target = (length: number) => values(length, 23);

  function onTape() {
    const mark = kernels.arena.mark();
    const tape = new Tape(kernels, plan, parameters, planes, n, side, side);
    const { values: out, rows, columns } = tape.output();
    // loss: the sum of output times a fixed random plane
    const gradient = tape.backward(target(out.length));
    kernels.arena.release(mark);
    return { out, rows, columns, gradient };
  }

  it('gives what float64 gives', () => {
    const { out, rows, columns } = onTape();
    const expected = trainForward(plan, parameters, planes, n, side, side);
    const scale = Math.max(...expected.values.map(Math.abs));
    out.forEach((value, i) => {
      const channel = i % plan.outChannels;
      const pixel = Math.floor(i / plan.outChannels);
      const image = Math.floor(pixel / (rows * columns));
      const at = (image * plan.outChannels + channel) * rows * columns + (pixel % (rows * columns));
      expect(Math.abs(value - expected.values[at])).toBeLessThan(2e-5 * scale);
    });
  });

  it('has the gradient of finite differences', () => {
    const { gradient, rows, columns } = onTape();
    const length = n * rows * columns * plan.outChannels;
    const weights = target(length);
    const lossAt = (p: Float64Array) => {
      const { values: out } = trainForward(plan, p, planes, n, side, side);
      let sum = 0;
      for (let i = 0; i < length; i++) {
        const channel = i % plan.outChannels;
        const pixel = Math.floor(i / plan.outChannels);
        const image = Math.floor(pixel / (rows * columns));
        sum +=
          weights[i] *
          out[(image * plan.outChannels + channel) * rows * columns + (pixel % (rows * columns))];
      }
      return sum;
    };
    const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    const step = 1e-7;
    for (const node of plan.nodes) {
      if (node.kind === 'concat') continue;
      const own = node.weightsLength + node.outChannels * (node.batchNorm ? 2 : 1);
      for (let k = 0; k < 14; k++) {
        // some of the weights, and the last numbers: biases, or scales and shifts
        const i = node.weights + (k < 9 ? Math.floor((k * own) / 9) : own - 1 - 2 * (k - 9));
        const there = Float64Array.from(parameters);
        const back = Float64Array.from(parameters);
        there[i] += step;
        back[i] -= step;
        const slope = (lossAt(there) - lossAt(back)) / (2 * step);
        expect(Math.abs(gradient[i] - slope)).toBeLessThan(1e-4 * largest);
      }
    }
  });
});

it('the prototypical loss has the gradient of finite differences', () => {
  const dimension = 6;
  const labels = Int32Array.from([0, 0, 1, 2, 2, 2, 0, 1, 1, 2]);
  const embeddings = values(labels.length * dimension, 3);
  const at = (e: Float32Array) => prototypicalLoss(kernels, e, dimension, labels, 6);
  const { gradient, accuracy } = at(embeddings);
  expect(accuracy * 4).toBeCloseTo(Math.round(accuracy * 4));
  for (let i = 0; i < embeddings.length; i++) {
    const there = embeddings.slice();
    const back = embeddings.slice();
    there[i] += 0.01;
    back[i] -= 0.01;
    const slope = (at(there).loss - at(back).loss) / (there[i] - back[i]);
    expect(Math.abs(gradient[i] - slope)).toBeLessThan(2e-5);
  }
});

it('the loss of masks has the gradient of finite differences, and none where nothing counts', () => {
  const weights = [1, 0.3, 0.2];
  const logits = values(20 * weights.length, 9).map((value) => 3 * value);
  const targets = Uint8Array.from(values(logits.length, 4), (value) => (value > 0 ? 1 : 0));
  const counted = Uint8Array.from({ length: 20 }, (_, i) => (i % 7 === 3 ? 0 : 1));
  const at = (l: Float32Array) => maskLoss(kernels, l, targets, counted, weights);
  const { gradient } = at(logits);
  for (let i = 0; i < logits.length; i++) {
    const there = logits.slice();
    const back = logits.slice();
    there[i] += 0.01;
    back[i] -= 0.01;
    const slope = (at(there).loss - at(back).loss) / (there[i] - back[i]);
    expect(Math.abs(gradient[i] - slope)).toBeLessThan(1e-5);
    if (!counted[Math.floor(i / weights.length)]) expect(gradient[i]).toBe(0);
  }
});

it('masks told for certain cost next to nothing, and their opposite much', () => {
  const targets = Uint8Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? 1 : 0));
  const counted = new Uint8Array(400).fill(1);
  const certain = Float32Array.from(targets, (target) => (target ? 20 : -20));
  const right = maskLoss(kernels, certain, targets, counted, [1]);
  const wrong = maskLoss(
    kernels,
    certain.map((logit) => -logit),
    targets,
    counted,
    [1],
  );
  expect(right.loss).toBeLessThan(1e-6);
  expect(right.accuracy).toBe(1);
  expect(wrong.loss).toBeGreaterThan(20);
  expect(wrong.accuracy).toBe(0);
});

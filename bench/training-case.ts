import { Random } from '../bindings/core/random.ts';
import { planNetwork } from '../bindings/core/train/plan.ts';
import { conv4Spec, freshState, taskGradient } from '../bindings/core/train/trainer.ts';
import type { Episode } from '../bindings/core/train/types.ts';
import { trainForward } from '../test/reference/network.ts';
import { prototypicalLoss } from '../test/reference/prototypical-loss.ts';
import type { Case } from './cases.ts';

interface Training {
  parameters: Float32Array;
  episode: Episode;
  /** What the loss gains along each direction, by the reference; worked out when first asked for. */
  slopes?: { direction: Float32Array; slope: number }[];
}

const SIDE = 40;
const WIDTHS = [32, 64, 64, 64];
const POOLS = 3;
const CLASSES = 5;
const CROPS = 40;
/** Directions in which the whole gradient is compared with the float64 reference. */
const DIRECTIONS = 2;
const STEP = 1e-6;
const TOLERANCE = 0.01;

const plan = planNetwork(conv4Spec(WIDTHS, POOLS));

/** Forward and backward of one episode through the network that adatom ships, batch-norm included. */
export const trainingCase: Case<Training> = {
  name: `training step, ${CROPS} crops 2x40x40`,
  flop: 3 * forwardFlop(),
  input: () => ({
    parameters: freshState(plan, 1).parameters,
    episode: {
      crops: values(CROPS * 2 * SIDE * SIDE, 2),
      n: CROPS,
      size: SIDE,
      labels: Int32Array.from({ length: CROPS }, (_, i) => i % CLASSES),
      support: CLASSES,
    },
  }),
  run:
    (kernels, { parameters, episode }) =>
    () =>
      taskGradient(kernels, plan, parameters, episode).gradient,
  check(input, gradient) {
    input.slopes ??= slopesOf(input);
    for (const { direction, slope } of input.slopes) {
      let along = 0;
      let squares = 0;
      for (let i = 0; i < direction.length; i++) {
        const part = direction[i] * gradient[i];
        along += part;
        squares += part * part;
      }
      // Of what such a sum of parts of either sign usually comes to.
      const usual = Math.sqrt(squares);
      if (!(Math.abs(along - slope) <= TOLERANCE * usual)) {
        throw new Error(
          `gradient: expected ${slope} along a direction, got ${along}, usually ${usual}`,
        );
      }
    }
  },
  work: ({ parameters, episode: { crops, n, labels, support } }) => ({
    kind: 'training',
    parameters,
    planes: crops,
    widths: WIDTHS,
    pools: POOLS,
    labels: Float32Array.from(labels),
    support,
    n,
    side: SIDE,
  }),
};

function slopesOf({ parameters, episode }: Training): Required<Training>['slopes'] {
  const { crops, n, size, labels, support } = episode;
  const lossAt = (p: Float64Array) => {
    const out = trainForward(plan, p, crops, n, size, size).values;
    return prototypicalLoss(out, out.length / n, labels, support);
  };
  return Array.from({ length: DIRECTIONS }, (_, seed) => {
    const direction = values(parameters.length, 50 + seed);
    const [there, back] = [STEP, -STEP].map((step) =>
      Float64Array.from(parameters, (value, i) => value + step * direction[i]),
    );
    return { direction, slope: (lossAt(there) - lossAt(back)) / (2 * STEP) };
  });
}

function forwardFlop(): number {
  return WIDTHS.reduce((sum, out, i) => {
    const side = SIDE >> Math.min(i, POOLS);
    return sum + CROPS * 18 * (i ? WIDTHS[i - 1] : 2) * out * side * side;
  }, 0);
}

function values(n: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: n }, () => random.between(-1, 1));
}

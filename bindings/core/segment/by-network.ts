import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import type { RunOptions } from '../progress.ts';
import { adapted } from './adapt.ts';
import { type Answers, answersOf, onLevelledGrid } from './answers.ts';
import { cleanMask } from './clean.ts';
import { computeField, type Field } from './field.ts';
import type { Segmentation, SegmentOptions } from './index.ts';
import { outlineAtHalfHeight } from './outline.ts';
import type { Segmenter } from './segmenter.ts';
import { type WorkingScale, workingScales } from './working-scale.ts';

/** What a person said of one place: a defect that counts, or none. */
export interface Click {
  /** Levelled pixels. */
  x: number;
  y: number;
  isDefect: boolean;
}

/** Sure enough of a scale, and how much surer another one has to be. */
const SURE = 0.55;
const CLEARLY = 0.3;

/** Every departure from the lattice as the segmentation network outlines it, half-way down its height. */
export function segmentByNetwork(
  kernels: Kernels,
  levelled: Levelled,
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Segmentation {
  const { rows, columns, valid } = levelled;
  const { scale, field, answers, confidence } = bestLook(
    kernels,
    levelled,
    segmenter,
    options,
    run,
  );
  const { spacings, from, warnings } = scale;
  const clicks = options.clicks ?? [];
  const likely = clicks.some(({ isDefect }) => isDefect)
    ? adaptedOnGrid(kernels, field, segmenter, clicks, levelled)
    : answers.defect;
  const around = likely.map((value, i) => Math.max(value, answers.extent[i]));
  const middle = spacings[spacings.length >> 1];
  const seen = { around: cut(around), sure: cut(likely), clicked: pixelsOf(clicks, levelled) };
  const outlined = outlineAtHalfHeight(kernels, levelled, field.residuals, seen, middle);
  const mask = cleanMask(outlined, valid, rows, columns, middle);
  return {
    method: 'network',
    mask,
    clusterMap: mask.slice(),
    clusters: [],
    confidence,
    periodPx: middle,
    warnings,
    steps: [
      {
        name: 'segment',
        method: 'network',
        network: segmenter.name,
        sha256: segmenter.sha256,
        periodPx: spacings.map((spacing) => Number(spacing.toPrecision(4))),
        periodFrom: from,
        clicks: clicks.length,
        expectedDice: Number(confidence.toPrecision(3)),
        defectFraction: mask.reduce((sum, value) => sum + value, 0) / mask.length,
      },
    ],
  };
}

/** What the network sees at one scale, or several averaged. */
interface Look {
  scale: WorkingScale;
  field: Field;
  answers: Answers;
  confidence: number;
}

/** The first scale at which the network is sure of what it sees, else the one at which it is surest. */
function bestLook(
  kernels: Kernels,
  levelled: Levelled,
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Look {
  const { rows, columns, valid } = levelled;
  let best: Look | undefined;
  for (const scale of workingScales(kernels, levelled, options.periodPx)) {
    const field = computeField(kernels, segmenter, levelled, scale.spacings, options, run);
    const answers = answersOf(kernels, field, segmenter.head, rows, columns);
    const confidence = expectedDice(kernels, answers.defect, valid);
    if (!best || confidence > best.confidence + CLEARLY) {
      best = { scale, field, answers, confidence };
    }
    if (best.confidence >= SURE) break;
  }
  return best as Look;
}

/** The defects' log-odds on the levelled grid after a person's clicks, averaged over scales. */
function adaptedOnGrid(
  kernels: Kernels,
  field: Field,
  { head }: Segmenter,
  clicks: readonly Click[],
  { rows, columns }: Levelled,
): Float32Array {
  const sum = new Float32Array(rows * columns);
  for (const channels of field.maps) {
    const [maps] = channels;
    const there = clicks.map(({ x, y, isDefect }) => ({
      x: ((x + 0.5) * maps.columns) / columns - 0.5,
      y: ((y + 0.5) * maps.rows) / rows - 0.5,
      isDefect,
    }));
    const made = adapted(kernels, channels, head, there);
    const fine = onLevelledGrid(kernels, maps, made, rows, columns);
    for (let i = 0; i < sum.length; i++) sum[i] += fine[i] / field.maps.length;
  }
  return sum;
}

/** The pixels of the defects that were clicked. */
function pixelsOf(clicks: readonly Click[], { rows, columns }: Levelled): number[] {
  const within = (value: number, size: number) =>
    Math.min(size - 1, Math.max(0, Math.round(value)));
  return clicks
    .filter(({ isDefect }) => isDefect)
    .map(({ x, y }) => within(y, rows) * columns + within(x, columns));
}

/** 1 where likelier than not. */
function cut(logOdds: Float32Array): Uint8Array {
  return Uint8Array.from(logOdds, (value) => (value > 0 ? 1 : 0));
}

/** Dice of the mask cut at one half, if the probabilities are right; 1 for an empty mask. */
function expectedDice(kernels: Kernels, logOdds: Float32Array, valid: Uint8Array): number {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < logOdds.length; i++) {
    if (!valid[i]) continue;
    const likely = 1 / (1 + kernels.exp(-logOdds[i]));
    const inside = logOdds[i] > 0 ? 1 : 0;
    both += likely * inside;
    sum += likely + inside;
  }
  return both > 0 ? (2 * both) / sum : 1;
}

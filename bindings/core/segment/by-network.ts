import type { Kernels } from '../kernels.ts';
import { removeLattice } from '../lattice/remove.ts';
import { analyse } from '../lattice/spectrum.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { pixelOf } from './adapt.ts';
import { cleanMask } from './clean.ts';
import { computeField, type FeatureMaps, type Field } from './field.ts';
import type { Segmentation, SegmentOptions } from './index.ts';
import { outlineAtHalfHeight } from './outline.ts';
import type { Segmenter } from './segmenter.ts';
import { expectedDice, sightsOf } from './sights.ts';
import { type WorkingScale, workingScales } from './working-scale.ts';

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
  const analysis = analyse(kernels, levelled);
  const residuals = removeLattice(kernels, levelled, analysis);
  const scales = workingScales(kernels, levelled, options.periodPx, analysis);
  const look = bestLook(kernels, levelled, residuals, scales, segmenter, options, run);
  const { confidence } = look;
  const { spacings, from, warnings } = look.scale;
  const clicks = options.clicks ?? [];
  const isKept = look.field.maps.every((channels) => channels.every(hasFeatures));
  const field =
    clicks.length && !isKept
      ? computeField(
          kernels,
          segmenter,
          levelled,
          residuals,
          spacings,
          { ...options, keepFeatures: true },
          run,
        )
      : look.field;
  checkpoint(run, 'segment: outline', 0);
  const sights = sightsOf(kernels, field, segmenter, clicks, levelled);
  checkpoint(run, 'segment: outline', 0.5);
  const clicked = clicks
    .filter(({ isDefect }) => isDefect)
    .map((click) => pixelOf(click, rows, columns));
  const seen = { ...sights, clicked };
  const finest = Math.min(...spacings);
  const outlined = outlineAtHalfHeight(kernels, levelled, residuals, seen, finest);
  checkpoint(run, 'segment: outline', 1);
  const mask = cleanMask(outlined, valid, rows, columns, finest);
  return {
    method: 'network',
    mask,
    clusterMap: mask.slice(),
    clusters: [],
    confidence,
    periodPx: finest,
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

/** What the network sees at the scales of one guess at the lattice. */
interface Look {
  scale: WorkingScale;
  field: Field;
  confidence: number;
}

/** The first guess with which the network is sure of what it sees, else the one with which it is surest. */
function bestLook(
  kernels: Kernels,
  levelled: Levelled,
  residuals: readonly Float32Array[],
  scales: readonly WorkingScale[],
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Look {
  let best: Look | undefined;
  for (const [i, scale] of scales.entries()) {
    const { spacings } = scale;
    // What the last layer sees is large: only the first guess, mostly the one that is taken, keeps it.
    const keepFeatures = i === 0 && (options.clicks?.length ?? 0) > 0;
    const looking = { ...options, keepFeatures };
    const field = computeField(kernels, segmenter, levelled, residuals, spacings, looking, run);
    const confidence = expectedDice(kernels, field);
    if (!best || confidence > best.confidence + CLEARLY) best = { scale, field, confidence };
    if (best.confidence >= SURE || i === scales.length - 1) break;
    forgetFeatures(field);
  }
  return best as Look;
}

function hasFeatures({ features }: FeatureMaps): boolean {
  return features.length > 0;
}

function forgetFeatures({ maps }: Field): void {
  for (const map of maps.flat()) map.features = new Float32Array(0);
}

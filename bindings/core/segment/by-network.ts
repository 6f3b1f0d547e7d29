import type { Kernels } from '../kernels.ts';
import { removeLattice } from '../lattice/remove.ts';
import { analyse } from '../lattice/spectrum.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { pixelOf } from './adapt.ts';
import { bestLook } from './best-look.ts';
import { cleanMask } from './clean.ts';
import { computeField, type FeatureMaps } from './field.ts';
import type { Segmentation, SegmentOptions } from './index.ts';
import { type Outlined, outlineAtHalfHeight } from './outline.ts';
import type { Segmenter } from './segmenter.ts';
import { sightsOf } from './sights.ts';
import { workingScales } from './working-scale.ts';

/** Every departure from the lattice as the segmentation network sees it, outlined by its heights. */
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
  // Who says what is none knows what is left out.
  const rejects = clicks.some(({ isDefect }) => !isDefect);
  const finest = Math.min(...spacings);
  const { mask: outlined, leftOut } = outlineAtHalfHeight(
    kernels,
    levelled,
    residuals,
    seen,
    finest,
  );
  checkpoint(run, 'segment: outline', 1);
  const mask = cleanMask(outlined, valid, rows, columns, finest, clicked);
  return {
    method: 'network',
    mask,
    clusterMap: mask.slice(),
    clusters: [],
    confidence,
    periodPx: finest,
    warnings: [...warnings, ...(rejects ? [] : aboutLeftOut(leftOut))],
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

/** Examples say what counts: whoever gave none of what is gone must be told. */
function aboutLeftOut({ raised, pits }: Outlined['leftOut']): string[] {
  const told = (count: number, what: string) =>
    count > 0 ? [`Left out: ${count} ${what}. No example is ${what}; give one if they count.`] : [];
  return [...told(raised, 'bright'), ...told(pits, 'dark')];
}

function hasFeatures({ features }: FeatureMaps): boolean {
  return features.length > 0;
}

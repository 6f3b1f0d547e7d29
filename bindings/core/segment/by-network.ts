import type { Kernels } from '../kernels.ts';
import { removeLattice } from '../lattice/remove.ts';
import { analyse } from '../lattice/spectrum.ts';
import { type UnseenPart, unseenPart } from '../lattice/unseen.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { findRegions } from '../regions.ts';
import { clickedPixels } from './adapt.ts';
import type { Asking } from './asking.ts';
import { bestLook } from './best-look.ts';
import { cleanMask } from './clean.ts';
import { askField, type FeatureMaps } from './field.ts';
import type { Segmentation, SegmentOptions } from './index.ts';
import { type Outlined, outlineAtHalfHeight } from './outline.ts';
import type { Segmenter } from './segmenter.ts';
import { sightsOf } from './sights.ts';
import { workingScales } from './working-scale.ts';

/** Every departure from the lattice as the segmentation network sees it, outlined by its heights. */
export function* segmentByNetwork(
  kernels: Kernels,
  levelled: Levelled,
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Asking<Segmentation> {
  const { rows, columns, valid } = levelled;
  const analysis = analyse(kernels, levelled);
  const residuals = removeLattice(kernels, levelled, analysis, true);
  const scales = workingScales(kernels, levelled, options.periodPx, analysis);
  // Before the network looks: what the spectrum was made of is large, and need not be kept any longer.
  const lattices = scales.find(({ from }) => from === 'lattice')?.lattices ?? [];
  const unseen = unseenPart(kernels, levelled, analysis, lattices);
  const look = yield* bestLook(kernels, levelled, residuals, scales, segmenter, options, run);
  const { confidence } = look;
  const { spacings, from, warnings } = look.scale;
  const clicks = options.clicks ?? [];
  const isKept = look.field.maps.every((channels) => channels.every(hasFeatures));
  const field =
    clicks.length && !isKept
      ? yield* askField(
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
  const clicked = clickedPixels(clicks, rows, columns);
  const seen = { ...sights, clicked };
  const finest = Math.min(...spacings);
  const outlined = outlineAtHalfHeight(kernels, levelled, residuals, seen, finest);
  const clean = (outlines: Uint8Array) =>
    cleanMask(outlines, valid, rows, columns, finest, clicked);
  const mask = clean(outlined.mask);
  // Who says what is none knows what is gone.
  const { leftOut } = clicks.every(({ isDefect }) => isDefect) ? outlined : { leftOut: null };
  const gone = leftOut ? findRegions(clean(leftOut()), rows, columns).regions.length : 0;
  checkpoint(run, 'segment: outline', 1);
  return {
    method: 'network',
    mask,
    clusterMap: mask.slice(),
    clusters: [],
    confidence,
    periodPx: finest,
    warnings: [
      ...warnings,
      ...(from === 'lattice' ? aboutRows(unseen) : []),
      ...aboutClicks(outlined, gone),
    ],
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

/** Without rows to compare with, the network goes by heights alone. */
function aboutRows(unseen: UnseenPart | null): string[] {
  if (!unseen) return [];
  const { where, fraction } = unseen;
  const part = where === '' ? 'a part' : `the ${where} part`;
  return [
    `No rows show in ${part} of the scan (${Math.round(100 * fraction)} % of what was measured), as with a blunt tip: defects found there are less certain.`,
  ];
}

/** Examples say what counts: whoever gave none of what is gone must be told. */
function aboutClicks({ sign, onLattice }: Outlined, gone: number): string[] {
  const what = sign > 0 ? 'dark' : 'bright';
  return [
    ...(gone > 0
      ? [`Left out: ${gone} ${what}. No example is ${what}; give one if they count.`]
      : []),
    ...(onLattice > 0
      ? [
          `Examples where nothing departs from the lattice: ${onLattice}. Were they meant for a defect beside?`,
        ]
      : []),
  ];
}

function hasFeatures({ features }: FeatureMaps): boolean {
  return features.length > 0;
}

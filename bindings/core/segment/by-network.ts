import type { Kernels } from '../kernels.ts';
import { removeLattice } from '../lattice/remove.ts';
import { analyse } from '../lattice/spectrum.ts';
import { type UnseenPart, unseenPart } from '../lattice/unseen.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { findRegions } from '../regions.ts';
import { select } from '../select.ts';
import { clickedPixels } from './adapt.ts';
import type { Asking } from './asking.ts';
import { bestLook } from './best-look.ts';
import { cleanMask } from './clean.ts';
import { askField, type FeatureMaps } from './field.ts';
import type { Segmentation, SegmentOptions } from './index.ts';
import { missedParts } from './missed.ts';
import { type Outlined, outlineAtHalfHeight } from './outline.ts';
import type { Segmenter } from './segmenter.ts';
import { sightsOf } from './sights.ts';
import { finerScale, type WorkingScale, workingScales } from './working-scale.ts';

/**
 * Of the defects on a lattice three quarters are larger than this part of a square row spacing: on rows as wide as they
 * are told to be, the quarter is 0.4 and more; smaller ones are seen where hum or a superstructure was taken for the rows.
 */
const SMALL = 0.3;
/** Fewer defects may all be small. */
const FEWEST = 20;

/** Every departure from the lattice as the segmentation network sees it, outlined by its heights. */
export function* segmentByNetwork(
  kernels: Kernels,
  levelled: Levelled,
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Asking<Segmentation> {
  const analysis = analyse(kernels, levelled);
  const residuals = removeLattice(kernels, levelled, analysis, true);
  const scales = workingScales(kernels, levelled, options.periodPx, analysis);
  // Before the network looks: what the spectrum was made of is large, and need not be kept any longer.
  const lattices = scales.find(({ from }) => from === 'lattice')?.lattices ?? [];
  const unseen = unseenPart(kernels, levelled, analysis, lattices);
  const scan = { levelled, residuals, unseen };
  let found = yield* segmentAt(kernels, scan, scales, segmenter, options, run);
  while (found.scale.from === 'lattice' && areSmall(found.seen, levelled, found.scale)) {
    const finer = finerScale(found.scale, levelled);
    if (!finer) break;
    found = yield* segmentAt(kernels, scan, [finer], segmenter, options, run);
  }
  return found.segmentation;
}

/** Whether defects are so small that the rows cannot be as wide as they were told to be. */
function areSmall(
  mask: Uint8Array,
  { rows, columns }: Levelled,
  { spacings }: WorkingScale,
): boolean {
  const { regions } = findRegions(mask, rows, columns);
  const areas = Float64Array.from(regions, ({ areaPx }) => areaPx);
  if (areas.length < FEWEST) return false;
  const spacing = Math.min(...spacings);
  return select(areas, areas.length >> 2) < SMALL * spacing * spacing;
}

interface Scan {
  levelled: Levelled;
  /** Of each plane, without the lattice. */
  residuals: readonly Float32Array[];
  /** Where no rows show. */
  unseen: UnseenPart | null;
}

/** At the best of the scales, and which that is; `seen` is the mask without what the network does not see. */
function* segmentAt(
  kernels: Kernels,
  { levelled, residuals, unseen }: Scan,
  scales: readonly WorkingScale[],
  segmenter: Segmenter,
  options: SegmentOptions,
  run?: RunOptions,
): Asking<{ segmentation: Segmentation; scale: WorkingScale; seen: Uint8Array }> {
  const { rows, columns, valid } = levelled;
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
  const finest = Math.min(...spacings);
  // A guess at the scale does not say that there is a lattice to depart from.
  const isLattice = from === 'lattice' || from === 'option';
  const missed = isLattice
    ? missedParts(kernels, levelled, residuals, sights, clicks, finest)
    : { parts: [], leftOut: 0 };
  const seen = { ...sights, missed: missed.parts, clicked };
  const outlined = outlineAtHalfHeight(kernels, levelled, residuals, seen, finest);
  const clean = (outlines: Uint8Array) =>
    cleanMask(outlines, valid, rows, columns, finest, clicked);
  const mask = clean(outlined.mask);
  const outlinedParts = missed.parts.filter(({ own }) => own.some((at) => mask[at]));
  // Who says what is none knows what is gone.
  const { leftOut } = clicks.every(({ isDefect }) => isDefect) ? outlined : { leftOut: null };
  const gone = leftOut ? findRegions(clean(leftOut()), rows, columns).regions.length : 0;
  checkpoint(run, 'segment: outline', 1);
  const segmentation: Segmentation = {
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
        ...(isLattice && { missed: outlinedParts.length }),
        ...(missed.leftOut > 0 && { strongLeftOut: missed.leftOut }),
        expectedDice: Number(confidence.toPrecision(3)),
        defectFraction: mask.reduce((sum, value) => sum + value, 0) / mask.length,
      },
    ],
  };
  const isSeen = mask.slice();
  for (const { own } of missed.parts) for (const at of own) isSeen[at] = 0;
  return { segmentation, scale: look.scale, seen: isSeen };
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

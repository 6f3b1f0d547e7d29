import type { Normalisation, SizedPoint } from './crop.ts';
import { cropSizeFor } from './crop-size.ts';
import { embedCrops } from './embed.ts';
import { embedPixels } from './embed-pixels.ts';
import { CROP_FACTORS, type EmbedCrops, embedAtSizes, type Look } from './embed-sizes.ts';
import { OptionError } from './errors.ts';
import type { Kernels } from './kernels.ts';
import type { Length } from './lengths.ts';
import type { EmbeddingNetwork } from './network.ts';
import { checkInside, type Prepared, toWorkingGrid } from './prepared.ts';
import type { RunOptions } from './progress.ts';
import type { Step } from './scan.ts';

export interface EmbedOptions {
  /**
   * Side of the square cut out around each point; default: several, from 0.7 to 2 times
   * defaultCrop's, each embedded (see embed-sizes.ts).
   */
  crop?: Length;
  /** 'scan' (default) or, as in the paper's code, 'authors'; see crop.ts. */
  normalise?: Normalisation;
  /**
   * How many of the points, from the first, are labelled examples that are to be embedded from
   * beside them too; default none. Only with normalise 'scan'.
   */
  displaced?: number;
}

export interface Embedded {
  /** (points, dimension) */
  embeddings: Float32Array;
  dimension: number;
  /** Lengths of the parts that follow one another in each: one for each way of looking at a point. */
  parts: number[];
  /** The first `displaced` points from eight places beside them, (displaced, dimension) each. */
  beside: Float32Array[];
  /** Any of the points, by index, from eight places beside them; none with normalise 'authors'. */
  fromBeside(points: readonly number[]): Float32Array[];
  step: Step;
}

/**
 * Cut two-channel 40 x 40 crops around each point and embed them. Without a `crop` named, the sizes
 * and their weights come from all the points together: compare only embeddings of one call.
 */
export function embedPoints(
  kernels: Kernels,
  prepared: Prepared,
  network: EmbeddingNetwork,
  points: readonly SizedPoint[],
  options: EmbedOptions = {},
  run?: RunOptions,
): Embedded {
  checkInside(points, prepared);
  const { levelled } = prepared;
  const { normalise = 'scan', displaced = 0 } = options;
  if (!(Number.isInteger(displaced) && displaced >= 0 && displaced <= points.length)) {
    throw new OptionError(
      `displaced: expected a whole number of the ${points.length} points, got ${displaced}.`,
    );
  }
  const middle = options.crop ?? defaultCrop(prepared, points);
  const factors = options.crop ? [1] : CROP_FACTORS;
  const sizePx = cropInWorkingPixels(prepared, middle);
  const sizes = factors.map((factor) => factor * sizePx);
  // Watched now, not when an example is looked at again long afterwards.
  const watch = { run };
  const { fromBeside, touchesBorder, ...embedded } = embedAtSizes(
    levelled,
    points.map((point) => toWorkingGrid(levelled, point)),
    looksOf(kernels, network, sizes, watch),
    normalise,
    normalise === 'scan' ? displaced : 0,
    network.gain,
  );
  watch.run = undefined;
  return {
    ...embedded,
    fromBeside: normalise === 'scan' ? fromBeside : () => [],
    step: {
      name: 'embed',
      network: network.name,
      crop: `${factors.map((factor) => (factor * middle.value).toPrecision(4)).join(', ')} ${middle.unit}`,
      cropWorkingPx: options.crop ? sizePx : sizes,
      normalise,
      points: points.length,
      touchingBorder: touchesBorder.reduce((sum, touches) => sum + touches, 0),
      dimension: embedded.dimension,
    },
  };
}

/** By the network at each size; at several also as they are, at the largest. */
function looksOf(
  kernels: Kernels,
  { loaded }: EmbeddingNetwork,
  sizes: readonly number[],
  watch: { run: RunOptions | undefined },
): Look[] {
  const byNetwork: EmbedCrops = (crops, n) => embedCrops(kernels, loaded, crops, n, watch.run);
  const asPixels: EmbedCrops = (crops, n, size) => embedPixels(kernels, crops, n, size);
  return sizes.map((sizePx, i) => {
    const alsoAsPixels = sizes.length > 1 && i === sizes.length - 1;
    return { sizePx, ways: alsoAsPixels ? [byNetwork, asPixels] : [byNetwork] };
  });
}

/**
 * The crop's side when the caller names none, from the features at the points that are to be
 * embedded, labelled or not; see cropSizeFor.
 */
export function defaultCrop(prepared: Prepared, points: readonly SizedPoint[]): Length {
  const { levelled } = prepared;
  const working = points.map((point) => ({ ...point, ...toWorkingGrid(levelled, point) }));
  return { value: cropSizeFor(levelled, working) / levelled.scaleX, unit: 'px' };
}

function cropInWorkingPixels(prepared: Prepared, crop: Length): number {
  const { levelled } = prepared;
  if (crop.unit === 'px') return crop.value * levelled.scaleX;
  if (levelled.pixelNm === null) {
    throw new OptionError(
      `crop: ${crop.value} nm needs the scan's physical size, which its file does not carry: give the width (--width 100nm) or the crop in pixels (--crop 16px).`,
    );
  }
  return crop.value / levelled.pixelNm;
}

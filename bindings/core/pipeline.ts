import { chooseChannels, describe, isTopography } from './channels.ts';
import type { SizedPoint } from './crop.ts';
import { defaultCrop, embedPoints } from './embed-points.ts';
import { EmptyScanError, OptionError } from './errors.ts';
import { Comparer, type LibraryVectors } from './fewshot/comparer.ts';
import { concat } from './fewshot/comparison.ts';
import type { Kernels } from './kernels.ts';
import { isReservedLabel, NOT_A_DEFECT, TOO_LARGE } from './label-words.ts';
import { checkLabels, type Named, type NameOptions, nameCompared, noName } from './name-points.ts';
import type { EmbeddingNetwork } from './network.ts';
import type { Pool } from './pool.ts';
import {
  checkInside,
  type Point,
  type Prepared,
  type SupportPoint,
  toWorkingGrid,
} from './prepared.ts';
import { type PreprocessOptions, preprocess } from './preprocess/index.ts';
import type { Levelled } from './preprocess/levelled.ts';
import { checkpoint, type RunOptions } from './progress.ts';
import { findRegions } from './regions.ts';
import { cutAtHalf } from './resample.ts';
import type { Channel, Scan, Step } from './scan.ts';
import { type Asking, answerHere, answerInPool } from './segment/asking.ts';
import {
  askSegmentation,
  type Click,
  type ClusterReport,
  type Segmentation,
  type SegmentOptions,
} from './segment/index.ts';
import { checkNetwork } from './session/library.ts';
import type { ClassLibrary } from './session/types.ts';
import { pixelAreaNm2, shareOf, without } from './share.ts';

export interface PrepareOptions extends PreprocessOptions {
  /** Channels to use, by index, name or name:direction; see chooseChannels. */
  channels?: readonly string[];
}

/** One connected departure from the lattice, in the file's own pixels. */
export interface Defect extends Point {
  /** 1.. in raster order of the first pixel; the value of its pixels in `regionIds`. */
  id: number;
  /** null for a point that a person marked. */
  areaPx: number | null;
  areaNm2: number | null;
  /** Inclusive pixel bounds. */
  box: { left: number; top: number; right: number; bottom: number };
  touchesBorder: boolean;
  /** Larger than the area limit: counted, outlined, but not classified. */
  tooLarge: boolean;
}

export interface FindOptions extends Omit<SegmentOptions, 'clicks'> {
  /**
   * Labelled examples, which say what counts as a defect and how wide its outline is; those labelled
   * NOT_A_DEFECT say what does not. None can be labelled UNKNOWN or TOO_LARGE. Only the segmentation
   * network goes by them.
   */
  support?: readonly SupportPoint[];
  /** Smaller regions are dropped; default 0.15 square row spacing and at least 4 pixels. */
  minAreaNm2?: number;
  /** Larger regions are set aside (`tooLarge`); default: eight times the median region's area. */
  maxAreaNm2?: number;
}

export interface Found {
  /** How the defects were found. */
  method: Segmentation['method'];
  /** The Dice that the segmentation network expects of its mask, lattice beyond doubt left out, 0..1; null without it. */
  confidence: number | null;
  /** 1 at step edges, and at scars, as levelling told them: none of them is a defect. (rows, columns) */
  stepEdges: Uint8Array;
  disturbed: Uint8Array;
  /** 1 where defect, 0 where lattice, on the file's own grid (rows, columns). */
  mask: Uint8Array;
  /** The defect's id at each of its pixels, 0 elsewhere (rows, columns). */
  regionIds: Int32Array;
  defects: Defect[];
  clusters: ClusterReport[];
  /** Part of the frame that was searched, 0..1: not what was filled in, nor step edges. */
  searchedFraction: number;
  steps: Step[];
  warnings: string[];
}

/** Preprocessing that only fills what is missing and converts units: for heights made flat elsewhere. */
export const asMeasured: PreprocessOptions = {
  lines: 'off',
  level: 'off',
  flatten: false,
  scars: 'off',
  hysteresis: 'off',
  resample: 'off',
};

/** Read the channels wanted, level, align and resample them. */
export function prepare(
  kernels: Kernels,
  scan: Scan,
  options: PrepareOptions = {},
  run?: RunOptions,
): Prepared {
  const channels = chooseChannels(scan, options.channels);
  const levelled = preprocessNamed(kernels, scan.name, channels, options, run);
  const [first] = channels;
  // Of two channels that lack the same, one sentence.
  const warnings = [...new Set([...scan.warnings, ...levelled.warnings])];
  const known = scan.channels.some(({ unit }) => unit !== '');
  if (known && !options.channels?.length && !isTopography(first)) {
    warnings.unshift(
      `${scan.name} holds no image of heights that differ: '${describe(first)}' was used instead.`,
    );
  }
  return {
    rows: first.rows,
    columns: first.columns,
    pixelXNm: pixelSize(first.widthNm, first.columns),
    pixelYNm: pixelSize(first.heightNm, first.rows),
    channels: channels.map((channel) => ({
      name: describe(channel),
      unit: channel.unit,
      biasV: channel.biasV,
      setpointA: channel.setpointA,
      angleDeg: channel.angleDeg,
    })),
    levelled,
    steps: [
      { name: 'channels', used: channels.map(describe), of: scan.channels.length },
      ...levelled.steps,
    ],
    warnings,
  };
}

/** An empty channel is an empty file to the person who gave it. */
function preprocessNamed(
  kernels: Kernels,
  file: string,
  channels: readonly Channel[],
  options: PreprocessOptions,
  run?: RunOptions,
): Levelled {
  try {
    return preprocess(kernels, channels, options, run);
  } catch (error) {
    if (!(error instanceof EmptyScanError)) throw error;
    throw new EmptyScanError(`${file}: ${error.message}`);
  }
}

function pixelSize(extentNm: number | null, pixels: number): number | null {
  return extentNm !== null && extentNm > 0 ? extentNm / pixels : null;
}

/** Find every departure from the lattice, without labels: segment, then connected components. */
export function findDefects(
  kernels: Kernels,
  prepared: Prepared,
  options: FindOptions = {},
  run?: RunOptions,
): Found {
  return answerHere(kernels, askDefects(kernels, prepared, options, run));
}

/**
 * The same to the last bit, where the segmentation network, which takes most of the time, runs on a pool's workers.
 * Rejects with what findDefects throws.
 */
export async function findDefectsInPool(
  pool: Pool,
  kernels: Kernels,
  prepared: Prepared,
  options: FindOptions = {},
  run?: RunOptions,
): Promise<Found> {
  return answerInPool(pool, askDefects(kernels, prepared, options, run), run);
}

function* askDefects(
  kernels: Kernels,
  prepared: Prepared,
  options: FindOptions,
  run: RunOptions | undefined,
): Asking<Found> {
  const { rows, columns, levelled } = prepared;
  const searched = withoutStepEdges(levelled);
  const { support, ...segmenting } = options;
  const { tile = 1 } = options;
  if (!(Number.isInteger(tile) && tile >= 1)) {
    throw new OptionError(`tile: expected a whole number of pixels, 1 or more, got ${tile}.`);
  }
  const clicks = support && clicksOf(support, prepared);
  const segmentation = yield* askSegmentation(
    kernels,
    searched,
    { ...segmenting, ...(clicks && { clicks }) },
    run,
  );
  checkpoint(run, 'regions', 0);
  const onFileGrid = resizeMask(kernels, segmentation.mask, levelled, rows, columns);
  const pixelArea = pixelAreaNm2(prepared);
  const minArea =
    areaInPixels(options.minAreaNm2, pixelArea, 'minAreaNm2') ??
    smallestDefect({ ...levelled, rowSpacingPx: segmentation.periodPx });
  const { labels, regions } = findRegions(onFileGrid, rows, columns, { minArea });
  const median = medianOf(regions.map((region) => region.areaPx));
  const maxArea = areaInPixels(options.maxAreaNm2, pixelArea, 'maxAreaNm2') ?? 8 * median;
  if (options.maxAreaNm2 !== undefined && maxArea < minArea) {
    throw new OptionError(
      `maxAreaNm2: expected at least the smallest area (${minArea} pixels), got ${maxArea} pixels.`,
    );
  }
  const defects = regions.map(
    (region): Defect => ({
      id: region.id,
      x: region.x,
      y: region.y,
      areaPx: region.areaPx,
      areaNm2: pixelArea === null ? null : region.areaPx * pixelArea,
      box: region.box,
      touchesBorder: region.touchesBorder,
      tooLarge: region.areaPx > maxArea,
    }),
  );
  const mask = new Uint8Array(labels.length);
  for (let i = 0; i < mask.length; i++) mask[i] = labels[i] > 0 ? 1 : 0;
  const { method, confidence } = segmentation;
  const isNetwork = method === 'network';
  const stepEdges = isNetwork ? levelled.stepEdges : levelled.roundedSteps;
  const searchedFraction = shareOf(isNetwork ? searched.valid : without(searched.valid, stepEdges));
  checkpoint(run, 'regions', 1);
  // A copy: what a worker answers moves to the caller.
  const onFile = (plane: Uint8Array = new Uint8Array(levelled.planes[0].length)) =>
    resizeMask(kernels, plane, levelled, rows, columns).slice();
  return {
    method,
    confidence,
    stepEdges: onFile(stepEdges),
    disturbed: onFile(levelled.disturbed),
    mask,
    regionIds: labels,
    defects,
    clusters: segmentation.clusters,
    searchedFraction,
    warnings: segmentation.warnings,
    steps: [
      ...segmentation.steps,
      {
        name: 'regions',
        connectivity: 8,
        minAreaPx: minArea,
        maxAreaPx: maxArea,
        searchedFraction,
        found: defects.length,
        tooLarge: defects.filter((defect) => defect.tooLarge).length,
        touchingBorder: defects.filter((defect) => defect.touchesBorder).length,
      },
    ],
  };
}

/** How classifyDefects names, and after which examples of other scans. */
export interface ClassifyDefectsOptions extends NameOptions {
  /**
   * Labelled examples of other scans, as vectors of the same network. They compare with points that are embedded as theirs
   * were, without `crop` and `normalise`, and among as many: all that was found in a scan, never a few of it.
   */
  library?: Pick<ClassLibrary, 'network' | 'dimension' | 'labels' | 'embeddings'> | null;
}

/** The names, and what they went by. */
export interface NamedDefects extends Named {
  /** The scan's own examples as vectors (labels, dimension): what a class library keeps. */
  examples: LibraryVectors & { dimension: number };
}

/**
 * Name each point after the labelled examples it resembles, of this scan (`support`), of others (a library) or of both;
 * what is too large is called TOO_LARGE. Throws SupportError without any example, and for a library of another network.
 */
export function classifyDefects(
  kernels: Kernels,
  prepared: Prepared,
  network: EmbeddingNetwork,
  points: readonly SizedPoint[],
  support: readonly SupportPoint[],
  { library, ...options }: ClassifyDefectsOptions = {},
  run?: RunOptions,
): NamedDefects {
  if (support.length > 0 || !library) checkLabels(support);
  // What was set aside must not move the classes either.
  const compared = points.filter(({ tooLarge }) => !tooLarge);
  const placed = new Map(compared.map((point, i) => [keyOf(point), i]));
  const all: SizedPoint[] = [...compared];
  const examples = support.map(({ x, y, label }) => {
    const known = placed.get(keyOf({ x, y }));
    if (known !== undefined) return { point: known, label };
    placed.set(keyOf({ x, y }), all.length);
    return { point: all.push({ x, y }) - 1, label };
  });
  const embedding = { ...options };
  // A learned relation compares embeddings as long as those that it learnt from: of one size.
  if (options.relation) embedding.crop ??= defaultCrop(prepared, all);
  const embedded = embedPoints(kernels, prepared, network, all, embedding, run);
  const { embeddings, dimension } = embedded;
  if (library) checkNetwork(library, network, dimension);
  const comparer = new Comparer(kernels, embedded);
  const named = nameCompared(comparer, examples, library ?? null, options, run);
  const given = [...new Map(examples.map((one) => [one.point, one])).values()];
  const vectors = given.map(({ point }) =>
    embeddings.subarray(point * dimension, (point + 1) * dimension),
  );
  const rows = points.map((point) => (point.tooLarge ? -1 : placed.get(keyOf(point))!));
  return {
    examples: {
      labels: given.map(({ label }) => label),
      embeddings: concat(vectors),
      dimension,
    },
    classes: named.classes,
    labels: rows.map((row) => named.labels[row] ?? TOO_LARGE),
    confidence: Float32Array.from(rows, (row) => named.confidence[row] ?? Number.NaN),
    doubt: Float32Array.from(rows, (row) => named.doubt[row] ?? Number.NaN),
    steps: [embedded.step, named.step],
  };
}

const keyOf = ({ x, y }: Point) => `${x},${y}`;

/**
 * Move each example to the centre of the defect it was clicked on, so that its crop is centred as the
 * candidates' are; a click beside every defect stays where it is.
 */
export function snapToDefects<P extends Point>(
  points: readonly P[],
  prepared: Prepared,
  found: Found,
): P[] {
  const { rows, columns } = prepared;
  return points.map((point) => {
    const x = Math.round(point.x);
    const y = Math.round(point.y);
    if (!(x >= 0 && y >= 0 && x < columns && y < rows)) return point;
    const defect = found.defects[found.regionIds[y * columns + x] - 1];
    return defect && !defect.tooLarge ? { ...point, x: defect.x, y: defect.y } : point;
  });
}

function clicksOf(support: readonly SupportPoint[], prepared: Prepared): Click[] {
  checkInside(support, prepared);
  for (const point of support) if (isReservedLabel(point.label)) throw noName(point.label, point);
  return support.map((point) => ({
    ...toWorkingGrid(prepared.levelled, point),
    isDefect: point.label !== NOT_A_DEFECT,
  }));
}

/** A single atom's trace takes up about this part of a square row spacing. */
const SMALLEST_DEFECT = 0.15;

/** Least area of a defect in the file's pixels, from the lattice where one is seen. */
function smallestDefect({ rowSpacingPx, scaleX, scaleY }: Levelled): number {
  const cell = rowSpacingPx ? (rowSpacingPx * rowSpacingPx) / (scaleX * scaleY) : 0;
  return Math.max(4, Math.round(SMALLEST_DEFECT * cell));
}

/** Step edges count as not measured: they are no defects, nor lattice to compare defects with. */
function withoutStepEdges(levelled: Levelled): Levelled {
  return { ...levelled, valid: without(levelled.valid, levelled.stepEdges) };
}

/** The mask on the levelled grid, brought to the file's grid: bilinear, cut at one half. */
function resizeMask(
  kernels: Kernels,
  mask: Uint8Array,
  levelled: Levelled,
  rows: number,
  columns: number,
): Uint8Array {
  if (levelled.rows === rows && levelled.columns === columns) return mask;
  const { rows: fromRows, columns: fromColumns } = levelled;
  const soft = kernels.resizeBilinear(
    new Float32Array(mask),
    1,
    fromRows,
    fromColumns,
    rows,
    columns,
  );
  return cutAtHalf(soft);
}

function areaInPixels(
  areaNm2: number | undefined,
  pixelArea: number | null,
  option: string,
): number | undefined {
  if (areaNm2 === undefined) return undefined;
  if (pixelArea === null) {
    throw new OptionError(
      `${option}: an area in nm² needs the scan's physical size, which its file does not carry: give the width (--width 100nm).`,
    );
  }
  return areaNm2 / pixelArea;
}

function medianOf(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

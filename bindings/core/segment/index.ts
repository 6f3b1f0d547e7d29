import { EmptyScanError, OptionError, ShapeError } from '../errors.ts';
import type { ConvLayer, Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import type { RunOptions } from '../progress.ts';
import type { Step } from '../scan.ts';
import { without } from '../share.ts';
import type { Click } from './adapt.ts';
import { type Asking, answerHere } from './asking.ts';
import { segmentByClusters } from './by-clusters.ts';
import { segmentByNetwork } from './by-network.ts';
import type { ClusterReport } from './choose.ts';
import type { Segmenter } from './segmenter.ts';

export type { Click } from './adapt.ts';
export type { ClusterReport } from './choose.ts';
export type { Segmenter } from './segmenter.ts';

/** What k-means works on; the routes of the paper. */
export type ClusterMethod = 'pixels' | 'features' | 'upsampled';
export const CLUSTER_METHODS: readonly ClusterMethod[] = ['pixels', 'features', 'upsampled'];

/** 'network': the segmentation network; 'auto': that, unless it is too unsure of this scan. */
export type SegmentMethod = 'auto' | 'network' | ClusterMethod;
export const SEGMENT_METHODS: readonly SegmentMethod[] = ['auto', 'network', ...CLUSTER_METHODS];

export interface SegmentOptions {
  /** Default 'auto', which without a segmenter means 'pixels'. */
  method?: SegmentMethod;
  /** The segmentation network, of 'auto' and 'network'; 'features' and 'upsampled' cluster what it sees. */
  segmenter?: Segmenter;
  /** What a person said of places on the levelled grid: 'auto' and 'network' go by it. */
  clicks?: readonly Click[];
  /** Number of clusters, 2 to 16; default 4, and more if those agree better with the network, or four leave strong departures among the lattice. */
  k?: number;
  /** Of k-means and of the untrained filter bank; default 1. */
  seed?: number;
  /** Which clusters are defects (0 is the most frequent one), instead of the automatic choice. */
  clusters?: readonly number[];
  /**
   * Layers to take features from, only of 'features' and 'upsampled'; default the segmentation network, without
   * it an untrained filter bank.
   */
  network?: readonly ConvLayer[];
  /** Row spacing of the lattice in levelled pixels; default: the scan's own, as found when it was levelled, or a guess. */
  periodPx?: number;
  /** Grid rows that k-means works on at a time; changes memory, never the result. */
  stripRows?: number;
  /** Side of the network's tiles, px; changes memory and time, never the result. Default: the whole height, and a width of at most 2048, in a pool of as much as gives every worker some. */
  tile?: number;
}

export interface Segmentation {
  /** The one that was used. */
  method: Exclude<SegmentMethod, 'auto'>;
  /** 1 where defect, (rows, columns) of the levelled grid. */
  mask: Uint8Array;
  /** Cluster of each pixel, 0 the most frequent, (rows, columns) of the levelled grid; of the network: the mask. */
  clusterMap: Uint8Array;
  /** Empty where no clusters were made. */
  clusters: ClusterReport[];
  /** The Dice that the network expects of its own mask, lattice beyond doubt left out, 0..1; null without it. */
  confidence: number | null;
  /** Row spacing that it went by, levelled px; null where k-means had none but a guess. */
  periodPx: number | null;
  /** What a user should know before trusting the mask. */
  warnings: string[];
  steps: Step[];
}

/** Below this the network does not know such a surface, and k-means is asked. */
const UNSURE = 0.35;

/**
 * Find every departure from the lattice without labels. A lattice without defects gives an empty
 * mask. Throws ShapeError, EmptyScanError, OptionError.
 */
export function segment(
  kernels: Kernels,
  levelled: Levelled,
  options: SegmentOptions = {},
  run?: RunOptions,
): Segmentation {
  return answerHere(kernels, askSegmentation(kernels, levelled, options, run));
}

/** The same, leaving what the network is to look at to whoever carries it out. */
export function* askSegmentation(
  kernels: Kernels,
  levelled: Levelled,
  options: SegmentOptions = {},
  run?: RunOptions,
): Asking<Segmentation> {
  check(levelled, options);
  const { method = 'auto', segmenter } = options;
  if (method !== 'auto' && method !== 'network') {
    return segmentByClusters(kernels, levelled, method, options, run);
  }
  if (!segmenter || !wantsNetwork(options)) {
    return segmentByClusters(kernels, levelled, 'pixels', options, run);
  }
  const found = yield* segmentByNetwork(kernels, levelled, segmenter, options, run);
  const { confidence } = found;
  if (method === 'network' || options.clicks?.length || (confidence ?? 1) >= UNSURE) return found;
  // K-means has nothing to go by.
  if (!without(levelled.valid, levelled.roundedSteps).includes(1)) return found;
  const other = segmentByClusters(kernels, levelled, 'pixels', options, run);
  const isEmpty = !other.mask.includes(1);
  const chosen = isEmpty ? found : other;
  return {
    ...chosen,
    confidence,
    steps: [
      {
        name: 'segment: auto',
        chosen: chosen.method,
        why: `the network expects a Dice of ${(confidence ?? 0).toFixed(2)}, less than ${UNSURE}${isEmpty ? ', but k-means finds nothing' : ''}`,
      },
      ...chosen.steps,
    ],
  };
}

/** Whether a search begins with the segmentation network, where there is one. */
export function wantsNetwork({ method = 'auto', clusters, k }: SegmentOptions): boolean {
  // Who asks for clusters by number, or for so many of them, wants k-means.
  return method === 'network' || (method === 'auto' && clusters === undefined && k === undefined);
}

function check(levelled: Levelled, options: SegmentOptions): void {
  const { rows, columns, planes, valid } = levelled;
  for (const values of [...planes, valid]) {
    if (values.length !== rows * columns) {
      throw new ShapeError(
        `segment: expected planes of ${rows} x ${columns} = ${rows * columns} pixels, got ${values.length}.`,
      );
    }
  }
  if (planes.length === 0) throw new ShapeError('segment: expected at least one plane, got none.');
  if (!valid.includes(1)) {
    throw new EmptyScanError('segment: expected measured pixels, got none.');
  }
  const { method = 'auto', k = 4, seed = 1, periodPx, stripRows = 1, network } = options;
  if (!SEGMENT_METHODS.includes(method)) {
    throw new OptionError(`method: expected one of ${SEGMENT_METHODS.join(', ')}, got ${method}.`);
  }
  if (!(Number.isInteger(k) && k >= 2 && k <= 16)) {
    throw new OptionError(`k: expected a whole number from 2 to 16, got ${k}.`);
  }
  if (!Number.isInteger(seed)) throw new OptionError(`seed: expected a whole number, got ${seed}.`);
  const longest = Math.max(rows, columns);
  const isLength = (px: number) => Number.isFinite(px) && px >= 2 && px <= longest;
  if (periodPx !== undefined && !isLength(periodPx)) {
    throw new OptionError(
      `periodPx: expected 2 pixels or more, at most the scan's ${longest}, got ${periodPx}.`,
    );
  }
  if (!(Number.isInteger(stripRows) && stripRows >= 1)) {
    throw new OptionError(`stripRows: expected a whole number of rows, got ${stripRows}.`);
  }
  if (network?.length === 0)
    throw new OptionError('network: expected at least one layer, got none.');
  if (method === 'network' && !options.segmenter) {
    throw new OptionError('method: expected a segmentation network for network, got none.');
  }
}

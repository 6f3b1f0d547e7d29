import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { ANSWERS, joinAnswers } from './answers.ts';
import { type Asking, answerHere } from './asking.ts';
import { MASKS } from './masks.ts';
import { networkPlanes } from './network-planes.ts';
import type { Segmenter } from './segmenter.ts';

/** What the network finds in one channel, or in all together, at one scale, for every working pixel. */
export interface FeatureMaps {
  rows: number;
  columns: number;
  /** Log-odds of each of ANSWERS. (answers, rows, columns) */
  answers: Float32Array;
  dimension: number;
  /** What the last layer sees, (dimension, rows, columns); empty unless asked for: it is large. */
  features: Float32Array;
  /** What the network saw: heights, and heights without the lattice, (2, rows, columns); kept with the features. */
  planes: Float32Array;
  /** 1 where something was measured. (rows, columns) */
  valid: Uint8Array;
}

/** What the network finds of every channel, at every scale. */
export interface Field {
  /** Levelled pixels per row spacing that each scale stands for. */
  spacings: number[];
  /** maps[scale][channel]; without features the channels' answers lie together in one. */
  maps: FeatureMaps[][];
}

export interface FieldOptions {
  /** Pixels of a tile's side; changes memory and time, never the result. Default: the whole height, and a width of at most 2048, in a pool of as much as gives every worker some. */
  tile?: number;
  /** Keep what the last layer sees, so that it can be fitted anew. */
  keepFeatures?: boolean;
}

/** Run the network over a levelled scan, on this thread; see askField. */
export function computeField(...looking: Parameters<typeof askField>): Field {
  return answerHere(looking[0], askField(...looking));
}

/**
 * Have the network look at a levelled scan, at each of the row spacings given. residuals: every channel's
 * heights without the lattice, on the levelled grid.
 */
export function* askField(
  kernels: Kernels,
  segmenter: Segmenter,
  levelled: Pick<Levelled, 'rows' | 'columns' | 'planes' | 'valid'>,
  residuals: readonly Float32Array[],
  spacings: readonly number[],
  { tile, keepFeatures = false }: FieldOptions = {},
  run?: RunOptions,
): Asking<Field> {
  const { trunk, asked, whole } = partsOf(segmenter);
  const all = levelled.planes.length;
  const maps: FeatureMaps[][] = [];
  for (const [s, spacing] of spacings.entries()) {
    const seen: Pick<FeatureMaps, 'rows' | 'columns' | 'planes' | 'valid'>[] = [];
    const shares = new Float64Array(all);
    const found = yield levelled.planes.map((plane, c) => ({
      layers: keepFeatures ? trunk : whole,
      tile,
      make() {
        // One channel at a time: at the finest scale one is larger than the scan.
        const one = { ...levelled, planes: [plane] };
        const { channels, ...size } = networkPlanes(kernels, one, [residuals[c]], spacing);
        const [planes] = channels;
        seen[c] = { ...size, planes: keepFeatures ? planes : NONE };
        return { ...size, planes };
      },
      report(done: number) {
        shares[c] = done;
        const sum = shares.reduce((total, share) => total + share, 0);
        checkpoint(run, 'segment: network', (s + sum / all) / spacings.length);
      },
    }));
    const last = keepFeatures ? kernels.load([asked]) : undefined;
    try {
      const each = seen.map(({ planes, ...one }, c): FeatureMaps => {
        const { rows, columns } = one;
        const answers = last ? kernels.run(last, found[c], 1, rows, columns).planes : found[c];
        const features = last ? found[c] : NONE;
        return { ...one, answers, dimension: asked.inChannels, features, planes };
      });
      maps.push(keepFeatures ? each : [joinAnswers(each)]);
    } finally {
      if (last) kernels.unload(last);
    }
  }
  return { spacings: [...spacings], maps };
}

const NONE = new Float32Array(0);

/** A segmenter's network in the parts that are run; the same lists of layers every time, so that a pool gets each once. */
const parts = new WeakMap<Segmenter, ReturnType<typeof makeParts>>();

function partsOf(segmenter: Segmenter): ReturnType<typeof makeParts> {
  const known = parts.get(segmenter) ?? makeParts(segmenter);
  parts.set(segmenter, known);
  return known;
}

function makeParts({ trunk, head }: Segmenter) {
  const asked = askedOf(head);
  return { trunk, asked, whole: [...trunk, asked] };
}

/** The part of the last layer that answers what is asked: the other masks would be half of its memory. */
function askedOf(head: ConvLayer): ConvLayer {
  const { inChannels, weights, bias } = head;
  const rows = ANSWERS.map((name) => MASKS.indexOf(name));
  return {
    ...head,
    outChannels: rows.length,
    weights: Float32Array.from(
      rows.flatMap((m) => [...weights.subarray(m * inChannels, (m + 1) * inChannels)]),
    ),
    ...(bias && { bias: Float32Array.from(rows, (m) => bias[m]) }),
  };
}

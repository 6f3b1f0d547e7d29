import { allocate } from '../allocate.ts';
import type { Kernels, LoadedNetwork } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { ANSWERS, joinAnswers } from './answers.ts';
import { MASKS } from './masks.ts';
import { networkPlanes, PLANES } from './network-planes.ts';
import type { Segmenter } from './segmenter.ts';
import { cutTile, joinTile, layTiles } from './tiles.ts';

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
  /** Pixels of a tile's side; changes memory and time, never the result. Default: the whole height, and a width of at most 2048. */
  tile?: number;
  /** Keep what the last layer sees, so that it can be fitted anew. */
  keepFeatures?: boolean;
}

/**
 * Run the network over a levelled scan, at each of the row spacings given. residuals: every channel's
 * heights without the lattice, on the levelled grid.
 */
export function computeField(
  kernels: Kernels,
  { trunk, head }: Segmenter,
  levelled: Pick<Levelled, 'rows' | 'columns' | 'planes' | 'valid'>,
  residuals: readonly Float32Array[],
  spacings: readonly number[],
  { tile, keepFeatures = false }: FieldOptions = {},
  run?: RunOptions,
): Field {
  const asked = askedOf(head);
  const network = kernels.load(keepFeatures ? trunk : [...trunk, asked]);
  let last: LoadedNetwork | undefined;
  try {
    if (keepFeatures) last = kernels.load([asked]);
    const all = levelled.planes.length;
    const maps = spacings.map((spacing, s) => {
      const each = levelled.planes.map((plane, c): FeatureMaps => {
        // One channel at a time: at the finest scale one is larger than the scan.
        const one = { ...levelled, planes: [plane] };
        const { rows, columns, channels, valid } = networkPlanes(
          kernels,
          one,
          [residuals[c]],
          spacing,
        );
        const found = runInTiles(kernels, network, channels[0], rows, columns, tile, (done) =>
          checkpoint(run, 'segment: network', (s + (c + done) / all) / spacings.length),
        );
        const features = last ? found : new Float32Array(0);
        const answers = last ? kernels.run(last, found, 1, rows, columns).planes : found;
        const planes = last ? channels[0] : new Float32Array(0);
        return { rows, columns, answers, dimension: head.inChannels, features, planes, valid };
      });
      return keepFeatures ? each : [joinAnswers(each)];
    });
    return { spacings: [...spacings], maps };
  } finally {
    kernels.unload(network);
    if (last) kernels.unload(last);
  }
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

/** Tile by tile, some rows at a time: of a large scan a whole tile's answers would be as large as the features. */
function runInTiles(
  kernels: Kernels,
  network: LoadedNetwork,
  planes: Float32Array,
  rows: number,
  columns: number,
  tile: number | undefined,
  onRows: (done: number) => void,
): Float32Array {
  const { outChannels } = network;
  const tiles = layTiles(rows, columns, tile);
  const features = allocate(outChannels * rows * columns);
  tiles.places.forEach((place, i) => {
    kernels.runRows(network, tiles.rows, tiles.columns, {
      onRows: (top) => onRows((i + top / tiles.rows) / tiles.places.length),
      read(to, top, bottom) {
        cutTile(planes, PLANES, rows, columns, tiles, place, to, { top, bottom });
      },
      write(from, top, bottom) {
        const range = { top, bottom };
        joinTile(from, outChannels, tiles, place, features, rows, columns, range);
      },
    });
  });
  return features;
}

import type { Kernels, LoadedNetwork } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { networkPlanes, PLANES } from './network-planes.ts';
import type { Segmenter } from './segmenter.ts';
import { cutTile, joinTile, layTiles } from './tiles.ts';

/** What the network finds in one channel at one scale, for every working pixel. */
export interface FeatureMaps {
  rows: number;
  columns: number;
  /** Log-odds of each of MASKS. (masks, rows, columns) */
  answers: Float32Array;
  dimension: number;
  /** What the last layer sees, (dimension, rows, columns); empty unless asked for: it is large. */
  features: Float32Array;
  /** What the network saw: heights, and heights without the lattice. (2, rows, columns) */
  planes: Float32Array;
  /** 1 where something was measured. (rows, columns) */
  valid: Uint8Array;
}

/** What the network finds of every channel, at every scale. */
export interface Field {
  /** Levelled pixels per row spacing that each scale stands for. */
  spacings: number[];
  /** maps[scale][channel] */
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
  levelled: Levelled,
  residuals: readonly Float32Array[],
  spacings: readonly number[],
  { tile, keepFeatures = false }: FieldOptions = {},
  run?: RunOptions,
): Field {
  const network = kernels.load(keepFeatures ? trunk : [...trunk, head]);
  let last: LoadedNetwork | undefined;
  try {
    if (keepFeatures) last = kernels.load([head]);
    const maps = spacings.map((spacing, s) => {
      const { rows, columns, channels, valid } = networkPlanes(
        kernels,
        levelled,
        residuals,
        spacing,
      );
      return channels.map((planes, c): FeatureMaps => {
        const found = runInTiles(kernels, network, planes, rows, columns, tile, (done) =>
          checkpoint(run, 'segment: network', (s + (c + done) / channels.length) / spacings.length),
        );
        const features = last ? found : new Float32Array(0);
        const answers = last ? kernels.run(last, found, 1, rows, columns).planes : found;
        return { rows, columns, answers, dimension: head.inChannels, features, planes, valid };
      });
    });
    return { spacings: [...spacings], maps };
  } finally {
    kernels.unload(network);
    if (last) kernels.unload(last);
  }
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
  const features = new Float32Array(outChannels * rows * columns);
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

import type { Kernels, LoadedNetwork } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { networkPlanes, PLANES, withoutLattice } from './network-planes.ts';
import type { Segmenter } from './segmenter.ts';
import { cutTile, joinTile, layTiles } from './tiles.ts';

/** What the network finds in one channel at one scale: features of every working pixel. */
export interface FeatureMaps {
  rows: number;
  columns: number;
  dimension: number;
  /** (dimension, rows, columns) */
  features: Float32Array;
  /** What the network saw: heights, and heights without the lattice. (2, rows, columns) */
  planes: Float32Array;
}

/** The features of every channel, at every scale. */
export interface Field {
  /** Levelled pixels per row spacing that each scale stands for. */
  spacings: number[];
  /** maps[scale][channel] */
  maps: FeatureMaps[][];
  /** Every channel's heights without the lattice, on the levelled grid. */
  residuals: Float32Array[];
}

export interface FieldOptions {
  /** Pixels of a tile's side; changes memory and time, never the result. Default 512. */
  tile?: number;
}

/** Run the network's trunk over a levelled scan, at each of the row spacings given. */
export function computeField(
  kernels: Kernels,
  segmenter: Segmenter,
  levelled: Levelled,
  spacings: readonly number[],
  { tile }: FieldOptions = {},
  run?: RunOptions,
): Field {
  const residuals = withoutLattice(kernels, levelled);
  const network = kernels.load(segmenter.trunk);
  try {
    const maps = spacings.map((spacing, s) => {
      const { rows, columns, channels } = networkPlanes(kernels, levelled, residuals, spacing);
      return channels.map((planes, c): FeatureMaps => {
        const features = runInTiles(kernels, network, planes, rows, columns, tile, (done) =>
          checkpoint(run, 'segment: network', (s + (c + done) / channels.length) / spacings.length),
        );
        return { rows, columns, dimension: network.outChannels, features, planes };
      });
    });
    return { spacings: [...spacings], maps, residuals };
  } finally {
    kernels.unload(network);
  }
}

/** Tile by tile: of a large scan all tiles' answers together would be larger than the features. */
function runInTiles(
  kernels: Kernels,
  network: LoadedNetwork,
  planes: Float32Array,
  rows: number,
  columns: number,
  tile: number | undefined,
  onTile: (done: number) => void,
): Float32Array {
  const { outChannels } = network;
  const tiles = layTiles(rows, columns, tile);
  const size = tiles.rows * tiles.columns;
  const seen = new Float32Array(PLANES * size);
  const answers = new Float32Array(outChannels * size);
  const features = new Float32Array(outChannels * rows * columns);
  tiles.places.forEach((place, i) => {
    onTile(i / tiles.places.length);
    cutTile(planes, PLANES, rows, columns, tiles, place, seen);
    kernels.run(network, seen, 1, tiles.rows, tiles.columns, answers);
    joinTile(answers, outChannels, tiles, place, features, rows, columns);
  });
  return features;
}

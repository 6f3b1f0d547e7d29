import type { Kernels, LoadedNetwork } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { networkPlanes, PLANES, withoutLattice } from './network-planes.ts';
import type { Segmenter } from './segmenter.ts';
import { cutTiles, joinTiles } from './tiles.ts';

/** What the network finds in one channel at one scale: features of every working pixel. */
export interface FeatureMaps {
  rows: number;
  columns: number;
  dimension: number;
  /** (dimension, rows, columns) */
  features: Float32Array;
  /** What the network saw: heights, and heights without the lattice. (2, rows, columns) */
  planes: Float32Array;
  /** 1 where something was measured. (rows, columns) */
  valid: Uint8Array;
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
      const { rows, columns, channels, valid } = networkPlanes(
        kernels,
        levelled,
        residuals,
        spacing,
      );
      return channels.map((planes, c): FeatureMaps => {
        checkpoint(run, 'segment: network', (s + c / channels.length) / spacings.length);
        const features = runInTiles(kernels, network, planes, rows, columns, tile);
        return { rows, columns, dimension: network.outChannels, features, planes, valid };
      });
    });
    return { spacings: [...spacings], maps, residuals };
  } finally {
    kernels.unload(network);
  }
}

function runInTiles(
  kernels: Kernels,
  network: LoadedNetwork,
  planes: Float32Array,
  rows: number,
  columns: number,
  tile?: number,
): Float32Array {
  const tiles = cutTiles(planes, PLANES, rows, columns, tile);
  const { planes: answers } = kernels.run(
    network,
    tiles.planes,
    tiles.n,
    tiles.rows,
    tiles.columns,
  );
  return joinTiles(answers, network.outChannels, tiles, rows, columns);
}

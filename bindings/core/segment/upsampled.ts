import type { ConvLayer, Kernels } from '../kernels.ts';
import { convolvedStrips, filterBank, type Stage } from './convolve.ts';
import type { Grid } from './grid.ts';
import type { Normalised } from './normalise.ts';
import type { Strips } from './strips.ts';

/** Blocks used; in the third a pixel of features is as wide as most defects. */
const LEVELS = 2;
const BANK = [16, 32];

/**
 * The paper's third route: k-means on up-sampled features, the maps of successive blocks, each computed
 * from the pooled ones before it, brought back to the picture's resolution and concatenated, so that a
 * pixel is described by its surroundings at several widths. Kolev et al. 2025.
 */
export function upsampledFeatures(
  kernels: Kernels,
  grid: Grid,
  normalised: readonly Normalised[],
  network: readonly ConvLayer[] | undefined,
  seed: number,
  stripRows?: number,
): Strips {
  const stages = network
    ? betweenPools(network)
    : filterBank(seed, normalised.length, BANK).map((layer) => [layer]);
  return convolvedStrips(kernels, grid, normalised, stages.slice(0, LEVELS), stripRows);
}

/** Cut a network at its pools. */
function betweenPools(network: readonly ConvLayer[]): Stage[] {
  const stages: ConvLayer[][] = [[]];
  for (const layer of network) {
    stages[stages.length - 1].push({ ...layer, pool: false });
    if (layer.pool) stages.push([]);
  }
  return stages.filter((stage) => stage.length > 0);
}

import type { ConvLayer, Kernels } from '../kernels.ts';
import { convolvedStrips, filterBank } from './convolve.ts';
import type { Grid } from './grid.ts';
import type { Normalised } from './normalise.ts';
import type { Strips } from './strips.ts';

/** Blocks of a network that see about one lattice row: deeper ones see too much to outline with. */
const BLOCKS = 2;
const BANK = [16, 32];

/**
 * The paper's second route: k-means on convolutional features at the picture's own resolution, from
 * the first blocks of a network, run without their pooling. Kolev et al. 2025.
 */
export function convolutionalFeatures(
  kernels: Kernels,
  grid: Grid,
  normalised: readonly Normalised[],
  network: readonly ConvLayer[] | undefined,
  seed: number,
  stripRows?: number,
): Strips {
  const layers = network?.slice(0, BLOCKS) ?? filterBank(seed, normalised.length, BANK);
  const stage = layers.map((layer) => ({ ...layer, pool: false }));
  return convolvedStrips(kernels, grid, normalised, [stage], stripRows);
}

import type { Kernels } from '../kernels.ts';
import { removeLattice } from '../lattice/remove.ts';
import type { Analysis } from '../lattice/spectrum.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import type { RunOptions } from '../progress.ts';
import { logOddsOf } from './answers.ts';
import { computeField, type FeatureMaps } from './field.ts';
import type { Grid } from './grid.ts';
import type { SegmentOptions } from './index.ts';
import { WORKING_SPACING } from './network-planes.ts';
import type { Segmenter } from './segmenter.ts';
import type { Strips } from './strips.ts';
import { workingScales } from './working-scale.ts';

/** Floats of features that a scan may have: they lie in memory together, 1 GB of them. */
const MOST_FLOATS = 1 << 28;
/** Floats of features that a strip may hold. */
const STRIP_FLOATS = 1 << 22;

/**
 * Features for k-means from the segmentation network: what its last layer sees of every channel, at so many of the
 * scales that the lattice asks for, the finest first, brought to the grid by bilinear interpolation and concatenated. The network has
 * learnt them to tell defects from lattice; which clusters are defects is left to k-means and the choice after it. Undefined where
 * a scan is too large for its features to lie in memory.
 */
export function networkFeatures(
  kernels: Kernels,
  levelled: Levelled,
  grid: Grid,
  segmenter: Segmenter,
  scales: number,
  options: Pick<SegmentOptions, 'tile' | 'periodPx'>,
  analysis: Analysis,
  run?: RunOptions,
): Strips | undefined {
  const [{ spacings: known }] = workingScales(kernels, levelled, options.periodPx, analysis);
  const spacings = known.slice(0, scales);
  const across = WORKING_SPACING / spacings[0];
  const pixels = levelled.rows * across * levelled.columns * across;
  if (pixels * segmenter.head.inChannels * levelled.planes.length > MOST_FLOATS) return undefined;
  const residuals = removeLattice(kernels, levelled, analysis, true);
  const asked = { ...options, keepFeatures: true };
  const field = computeField(kernels, segmenter, levelled, residuals, spacings, asked, run);
  const maps = field.maps.flat();
  const finest = maps.slice(0, levelled.planes.length);
  const logOdds = logOddsOf(finest, 'defect');
  const whole = { rows: levelled.rows, columns: levelled.columns, factor: grid.factor };
  const likely = new Uint8Array(grid.rows * grid.columns);
  const answer = { ...finest[0], features: logOdds, dimension: 1 };
  const row = new Float32Array(grid.columns);
  for (let y = 0; y < grid.rows; y++) {
    interpolateRow(answer, y, grid, whole, row, 1);
    for (let x = 0; x < row.length; x++) likely[y * grid.columns + x] = row[x] > 0 ? 1 : 0;
  }
  const dimension = maps.reduce((sum, map) => sum + map.dimension, 0);
  return {
    likely,
    dimension,
    stripRows: Math.max(1, Math.floor(STRIP_FLOATS / (dimension * grid.columns))),
    standardise: true,
    read(top, bottom) {
      const out = new Float32Array((bottom - top) * grid.columns * dimension);
      let first = 0;
      for (const map of maps) {
        for (let y = top; y < bottom; y++) {
          const to = (y - top) * grid.columns * dimension + first;
          interpolateRow(map, y, grid, whole, out.subarray(to), dimension);
        }
        first += map.dimension;
      }
      return out;
    },
  };
}

/** One row of the grid: a map's vectors, `stride` values from one pixel's to the next one's. */
function interpolateRow(
  { rows, columns, features, dimension }: FeatureMaps,
  y: number,
  grid: Grid,
  levelled: { rows: number; columns: number; factor: number },
  out: Float32Array,
  stride: number,
): void {
  const v = between(y, levelled.factor, levelled.rows, rows);
  for (let x = 0; x < grid.columns; x++) {
    const u = between(x, levelled.factor, levelled.columns, columns);
    for (let d = 0; d < dimension; d++) {
      const upper = (d * rows + v.low) * columns;
      const lower = (d * rows + v.high) * columns;
      const above = features[upper + u.low] * (1 - u.weight) + features[upper + u.high] * u.weight;
      const below = features[lower + u.low] * (1 - u.weight) + features[lower + u.high] * u.weight;
      out[x * stride + d] = above * (1 - v.weight) + below * v.weight;
    }
  }
}

/** The two of `from` pixels around the middle of a grid pixel of `factor` of `levelled` ones, and the second one's weight. */
function between(at: number, factor: number, levelled: number, from: number) {
  const exact = Math.min(from - 1, Math.max(0, ((at + 0.5) * factor * from) / levelled - 0.5));
  const low = Math.floor(exact);
  return { low, high: Math.min(from - 1, low + 1), weight: exact - low };
}

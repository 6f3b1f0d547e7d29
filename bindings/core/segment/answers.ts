import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import type { FeatureMaps } from './field.ts';
import { MASKS } from './masks.ts';

export type MaskName = (typeof MASKS)[number];

/**
 * The network's log-odds of one of its masks at one scale, on the working grid (rows, columns): its last
 * layer on the features of each channel. Of two channels the mean and the surer one count alike: some
 * defects show in one only.
 */
export function logOddsOf(
  channels: readonly FeatureMaps[],
  head: ConvLayer,
  mask: MaskName,
): Float32Array {
  const each = channels.map((maps) => headOutput(maps, head, MASKS.indexOf(mask)));
  if (each.length === 1) return each[0];
  const mean = meanOf(each);
  for (let i = 0; i < mean.length; i++) {
    let most = -Infinity;
    for (const plane of each) if (plane[i] > most) most = plane[i];
    mean[i] = (mean[i] + most) / 2;
  }
  return mean;
}

export function meanOf(planes: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(planes[0].length);
  for (const plane of planes) for (let i = 0; i < mean.length; i++) mean[i] += plane[i];
  for (let i = 0; i < mean.length; i++) mean[i] /= planes.length;
  return mean;
}

/** 1 where log-odds of the working grid, brought bilinearly to the levelled one, exceed a threshold. (rows, columns) */
export function cutOnLevelledGrid(
  kernels: Kernels,
  { rows: fromRows, columns: fromColumns }: Pick<FeatureMaps, 'rows' | 'columns'>,
  logOdds: Float32Array,
  rows: number,
  columns: number,
  threshold = 0,
): Uint8Array {
  const fine =
    fromRows === rows && fromColumns === columns
      ? logOdds
      : kernels.resizeBilinear(logOdds, 1, fromRows, fromColumns, rows, columns);
  const out = new Uint8Array(rows * columns);
  for (let i = 0; i < out.length; i++) out[i] = fine[i] > threshold ? 1 : 0;
  return out;
}

/** One output of a 1x1 layer on the features' own grid. */
export function headOutput(maps: FeatureMaps, head: ConvLayer, output: number): Float32Array {
  const { rows, columns, dimension, features } = maps;
  const n = rows * columns;
  const out = new Float32Array(n).fill(head.bias?.[output] ?? 0);
  for (let d = 0; d < dimension; d++) {
    const weight = head.weights[output * dimension + d];
    const from = d * n;
    for (let i = 0; i < n; i++) out[i] += weight * features[from + i];
  }
  return out;
}

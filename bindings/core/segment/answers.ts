import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import type { FeatureMaps } from './field.ts';
import { MASKS } from './masks.ts';

export type MaskName = (typeof MASKS)[number];

/**
 * The network's log-odds of one of its masks at one scale, on the working grid (rows, columns). Of two
 * channels the mean and the surer one count alike: some defects show in one only.
 */
export function logOddsOf(channels: readonly FeatureMaps[], mask: MaskName): Float32Array {
  const m = MASKS.indexOf(mask);
  const each = channels.map(({ answers, rows, columns }) =>
    answers.subarray(m * rows * columns, (m + 1) * rows * columns),
  );
  const [first, second] = each;
  if (!second) return first;
  const out = meanOf(each);
  for (let i = 0; i < out.length; i++) {
    out[i] = (out[i] + (first[i] > second[i] ? first[i] : second[i])) / 2;
  }
  return out;
}

export function meanOf(planes: readonly Float32Array[]): Float32Array {
  const mean = planes[0].slice();
  for (const plane of planes.slice(1)) for (let i = 0; i < mean.length; i++) mean[i] += plane[i];
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

/** The outputs of a 1x1 layer, (outChannels, n), on features (inChannels, n). */
export function headOutput(
  features: Float32Array,
  { inChannels, outChannels, weights, bias }: ConvLayer,
  n: number,
): Float32Array {
  const out = new Float32Array(outChannels * n);
  for (let o = 0; o < outChannels; o++) {
    const own = out.subarray(o * n, (o + 1) * n).fill(bias?.[o] ?? 0);
    for (let d = 0; d < inChannels; d++) {
      const weight = weights[o * inChannels + d];
      const from = d * n;
      for (let i = 0; i < n; i++) own[i] += weight * features[from + i];
    }
  }
  return out;
}

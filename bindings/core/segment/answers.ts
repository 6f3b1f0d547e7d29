import type { Kernels } from '../kernels.ts';
import type { FeatureMaps } from './field.ts';
import type { MASKS } from './masks.ts';

/** The masks that a search goes by; step edges and disturbed lines are told by levelling. */
export const ANSWERS = ['defect', 'extent', 'centre'] as const satisfies (typeof MASKS)[number][];

export type AnswerName = (typeof ANSWERS)[number];

/**
 * The network's log-odds of one of its masks at one scale, on the working grid (rows, columns). Of two
 * channels the mean and the surer one count alike: some defects show in one only. `out` takes them if
 * given, and if they are not the network's own answers as they are.
 */
export function logOddsOf(
  channels: readonly FeatureMaps[],
  name: AnswerName,
  out?: Float32Array,
): Float32Array {
  const m = ANSWERS.indexOf(name);
  const each = channels.map(({ answers, rows, columns }) =>
    answers.subarray(m * rows * columns, (m + 1) * rows * columns),
  );
  const [first, second] = each;
  if (!second) return first;
  const together = meanOf(each, out);
  for (let i = 0; i < together.length; i++) {
    together[i] = (together[i] + (first[i] > second[i] ? first[i] : second[i])) / 2;
  }
  return together;
}

/** All channels' log-odds as one channel's, in the memory of the first: a large scan has no room for more. */
export function joinAnswers(channels: readonly FeatureMaps[]): FeatureMaps {
  const [first] = channels;
  if (channels.length === 1) return first;
  const n = first.rows * first.columns;
  const together = new Float32Array(n);
  ANSWERS.forEach((name, m) => {
    first.answers.set(logOddsOf(channels, name, together), m * n);
  });
  return first;
}

export function meanOf(
  planes: readonly Float32Array[],
  out: Float32Array = new Float32Array(planes[0].length),
): Float32Array {
  const mean = out;
  mean.set(planes[0]);
  for (const plane of planes.slice(1)) for (let i = 0; i < mean.length; i++) mean[i] += plane[i];
  for (let i = 0; i < mean.length; i++) mean[i] /= planes.length;
  return mean;
}

/**
 * 1 where log-odds of the working grid, brought bilinearly to the levelled one, exceed a threshold.
 * (rows, columns) `scratch` of as many values, for who cuts again and again.
 */
export function cutOnLevelledGrid(
  kernels: Kernels,
  { rows: fromRows, columns: fromColumns }: Pick<FeatureMaps, 'rows' | 'columns'>,
  logOdds: Float32Array,
  rows: number,
  columns: number,
  threshold = 0,
  scratch?: Float32Array,
): Uint8Array {
  const fine =
    fromRows === rows && fromColumns === columns
      ? logOdds
      : kernels.resizeBilinear(logOdds, 1, fromRows, fromColumns, rows, columns, scratch);
  const out = new Uint8Array(rows * columns);
  for (let i = 0; i < out.length; i++) out[i] = fine[i] > threshold ? 1 : 0;
  return out;
}

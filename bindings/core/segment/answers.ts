import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import type { FeatureMaps, Field } from './field.ts';
import { MASKS } from './masks.ts';

/** The network's log-odds at each pixel of the levelled grid, (rows, columns) each. */
export type Answers = Record<(typeof MASKS)[number], Float32Array>;

/**
 * From features to log-odds by the network's last layer, brought to the levelled grid (rows, columns)
 * bilinearly and averaged over scales. Of two channels the mean and the surer one count alike: some
 * defects show in one only.
 */
export function answersOf(
  kernels: Kernels,
  field: Field,
  head: ConvLayer,
  rows: number,
  columns: number,
): Answers {
  const made = MASKS.map((_, mask) => {
    const scales = field.maps.map((channels) => {
      const together = joined(channels.map((maps) => headOutput(maps, head, mask)));
      return onLevelledGrid(kernels, channels[0], together, rows, columns);
    });
    return meanOf(scales);
  });
  return Object.fromEntries(MASKS.map((name, i) => [name, made[i]])) as Answers;
}

function joined(channels: readonly Float32Array[]): Float32Array {
  const mean = meanOf(channels);
  return mean.map(
    (value, i) => (value + channels.reduce((most, each) => Math.max(most, each[i]), -Infinity)) / 2,
  );
}

export function meanOf(planes: readonly Float32Array[]): Float32Array {
  return planes[0].map((_, i) => planes.reduce((sum, plane) => sum + plane[i], 0) / planes.length);
}

export function onLevelledGrid(
  kernels: Kernels,
  { rows: fromRows, columns: fromColumns }: FeatureMaps,
  values: Float32Array,
  rows: number,
  columns: number,
): Float32Array {
  if (fromRows === rows && fromColumns === columns) return values;
  return kernels.resizeBilinear(values, 1, fromRows, fromColumns, rows, columns);
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

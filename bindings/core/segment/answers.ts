import type { Kernels } from '../kernels.ts';
import type { ConvLayer } from '../layers.ts';
import { MASKS } from '../train/masks.ts';
import type { FeatureMaps, Field } from './field.ts';

/** The network's log-odds at each pixel of the levelled grid, (rows, columns) each. */
export type Answers = Record<(typeof MASKS)[number], Float32Array>;

/**
 * From features to log-odds by the network's last layer, brought to the levelled grid (rows, columns)
 * bilinearly and averaged over channels and scales.
 */
export function answersOf(
  kernels: Kernels,
  field: Field,
  head: ConvLayer,
  rows: number,
  columns: number,
): Answers {
  const made = MASKS.map((_, mask) => {
    const sum = new Float32Array(rows * columns);
    let count = 0;
    for (const maps of field.maps.flat()) {
      const fine = onLevelledGrid(kernels, maps, headOutput(maps, head, mask), rows, columns);
      count++;
      for (let i = 0; i < sum.length; i++) sum[i] += fine[i];
    }
    for (let i = 0; i < sum.length; i++) sum[i] /= count;
    return sum;
  });
  return Object.fromEntries(MASKS.map((name, i) => [name, made[i]])) as Answers;
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

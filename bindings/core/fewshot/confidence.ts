import type { Kernels } from '../kernels.ts';
import type { Scored } from './types.ts';

/**
 * Temperature in units of the median nearest distance, of methods that name none. Chosen on Si(001):H, where confidence then
 * differs from accuracy by 2 to 7 points (expected calibration error), up to 11 for matching and
 * k-nearest-neighbour.
 */
export const TEMPERATURE = 0.3;

/**
 * Confidence in each label, 0..1: softmax over minus the distances of a query to the classes, at the
 * label. Its temperature is in units of the median nearest distance of all queries, so that it does
 * not depend on the embedding's scale. NaN with one class: certainty needs something else that it could be.
 */
export function confidenceOf(
  kernels: Kernels,
  { distances, temperature: relative = TEMPERATURE }: Scored,
  labels: Int32Array,
  nWay: number,
): Float32Array {
  if (nWay === 1) return new Float32Array(labels.length).fill(NaN);
  const temperature = relative * medianOf(nearestDistances(distances, nWay)) || 1;
  return Float32Array.from(labels, (label, q) => {
    const row = distances.subarray(q * nWay, (q + 1) * nWay);
    let total = 0;
    for (const distance of row) total += kernels.exp((row[label] - distance) / temperature);
    return 1 / total;
  });
}

/** Distance of each query to the class nearest to it, (n). */
export function nearestDistances(distances: Float32Array, nWay: number): Float32Array {
  return Float32Array.from({ length: distances.length / nWay }, (_, q) => {
    let least = Infinity;
    for (let c = 0; c < nWay; c++) least = Math.min(least, distances[q * nWay + c]);
    return least;
  });
}

/** Median, the lower of two in the middle; NaN for none. */
export function medianOf(values: Float32Array): number {
  return values.slice().sort()[(values.length - 1) >> 1] ?? NaN;
}

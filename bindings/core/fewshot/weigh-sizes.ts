import type { Kernels } from '../kernels.ts';
import { meanPerClass } from './support.ts';
import type { SupportSet } from './types.ts';

/** Fewer queries do not tell which size sets the classes apart. */
const FEWEST = 4;

/**
 * Factors on the parts of embeddings that were cut at several sizes, (sizes): how clearly the
 * queries fall to one class or another when seen at that size alone. That is the mean of the gap
 * between their nearest and second nearest prototype over the mean distance to the nearest, which
 * needs no label; squared distances then weigh with its square. The factors' mean square is 1; all
 * are 1 where there is one size, one class or hardly a query.
 */
export function weightsOfSizes(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
): Float64Array {
  const { dimension, classes, sizes = 1 } = support;
  const even = new Float64Array(sizes).fill(1);
  if (sizes === 1 || classes.length < 2 || queries.length < FEWEST * dimension) return even;
  const prototypes = meanPerClass(support);
  const gaps = even.map((_, size) => {
    const ofQueries = partOf(queries, dimension, sizes, size);
    const ofPrototypes = partOf(prototypes, dimension, sizes, size);
    const distances = kernels.squaredEuclidean(ofQueries, ofPrototypes, dimension / sizes);
    return relativeGap(distances, classes.length);
  });
  const square = gaps.reduce((sum, gap) => sum + gap * gap, 0) / sizes;
  return square > 0 && square < Infinity ? gaps.map((gap) => gap / Math.sqrt(square)) : even;
}

/** Mean gap from the least to the second least of each row of (n, nWay), over the mean least. */
function relativeGap(distances: Float32Array, nWay: number): number {
  let gaps = 0;
  let nearest = 0;
  for (let row = 0; row < distances.length; row += nWay) {
    let least = Infinity;
    let second = Infinity;
    for (let at = row; at < row + nWay; at++) {
      if (distances[at] < least) {
        second = least;
        least = distances[at];
      } else if (distances[at] < second) second = distances[at];
    }
    gaps += second - least;
    nearest += least;
  }
  // Queries that are the examples themselves leave nothing to compare with.
  return nearest > 0 ? gaps / nearest : 0;
}

/** One size's part of each row of (n, dimension), (n, dimension / sizes). */
function partOf(rows: Float32Array, dimension: number, sizes: number, size: number): Float32Array {
  const length = dimension / sizes;
  const part = new Float32Array(rows.length / sizes);
  for (let to = 0, from = size * length; to < part.length; to += length, from += dimension) {
    part.set(rows.subarray(from, from + length), to);
  }
  return part;
}

/** Rows of (n, dimension), each size's part times its factor. */
export function scaleSizes(
  rows: Float32Array,
  dimension: number,
  factors: Float64Array,
): Float32Array {
  const length = dimension / factors.length;
  const scaled = new Float32Array(rows.length);
  for (let from = 0, size = 0; from < rows.length; from += length) {
    const factor = factors[size];
    for (let at = from; at < from + length; at++) scaled[at] = factor * rows[at];
    size = size + 1 === factors.length ? 0 : size + 1;
  }
  return scaled;
}

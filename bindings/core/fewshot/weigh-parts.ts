import type { Kernels } from '../kernels.ts';
import { meanPerClass } from './support.ts';
import type { SupportSet } from './types.ts';

/** Fewer queries do not tell which part sets the classes apart. */
const FEWEST = 4;

/**
 * Factors on the parts of embeddings that look at a defect in several ways, (parts): how clearly the
 * queries fall to one class or another when seen in that way alone. That is the mean of the gap
 * between their nearest and second nearest prototype over the mean distance to the nearest, which
 * needs no label; squared distances then weigh with its square. The factors' mean square is 1; all
 * are 1 where there is one part, one class or hardly a query.
 */
export function weightsOfParts(
  kernels: Kernels,
  support: SupportSet,
  queries: Float32Array,
): Float64Array {
  const { dimension, classes, parts = [dimension] } = support;
  const even = new Float64Array(parts.length).fill(1);
  if (parts.length === 1 || classes.length < 2 || queries.length < FEWEST * dimension) return even;
  const prototypes = meanPerClass(support);
  let start = 0;
  const gaps = Float64Array.from(parts, (length) => {
    const ofQueries = partOf(queries, dimension, start, length);
    const ofPrototypes = partOf(prototypes, dimension, start, length);
    start += length;
    return relativeGap(kernels.squaredEuclidean(ofQueries, ofPrototypes, length), classes.length);
  });
  const square = gaps.reduce((sum, gap) => sum + gap * gap, 0) / parts.length;
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

/** Values start .. start + length of each row of (n, dimension), (n, length). */
function partOf(
  rows: Float32Array,
  dimension: number,
  start: number,
  length: number,
): Float32Array {
  const part = new Float32Array((rows.length / dimension) * length);
  for (let to = 0, from = start; to < part.length; to += length, from += dimension) {
    part.set(rows.subarray(from, from + length), to);
  }
  return part;
}

/** Rows made of parts of the lengths given, each part times its factor. */
export function scaleParts(
  rows: Float32Array,
  parts: readonly number[],
  factors: Float64Array,
): Float32Array {
  const scaled = new Float32Array(rows.length);
  let part = 0;
  for (let from = 0; from < rows.length; ) {
    const factor = factors[part];
    const end = from + parts[part];
    for (; from < end; from++) scaled[from] = factor * rows[from];
    part = part + 1 === parts.length ? 0 : part + 1;
  }
  return scaled;
}

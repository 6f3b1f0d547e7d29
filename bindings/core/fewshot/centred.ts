import { meanPerClass } from './support.ts';
import type { SupportSet } from './types.ts';

/** The centre of the queries comes from at most so many of them, evenly taken. */
const MOST = 256;

/**
 * Embeddings of support and queries, centred and divided by their Euclidean norm ("CL2N", Wang et
 * al. 2019): directions, free of the embedding's scale. The centre lies midway between the mean
 * prototype and the mean query. Prototypes alone would put the centre among one or two examples;
 * queries alone would put it on top of the commonest class, whose directions would then be noise.
 */
export function centreAndNormalise(
  support: SupportSet,
  queries: Float32Array,
  centre: 'all' | 'support' = 'all',
): { support: SupportSet; queries: Float32Array } {
  const middle = centreOf(support, centre === 'all' ? queries : undefined);
  return {
    support: { ...support, embeddings: directions(support.embeddings, middle) },
    queries: directions(queries, middle),
  };
}

/** The centre: the mean prototype, or midway between it and the mean query. (dimension) */
function centreOf(support: SupportSet, queries?: Float32Array): Float64Array {
  const { dimension } = support;
  const middle = Float64Array.from(meanOfSome(meanPerClass(support), dimension));
  if (queries && queries.length > 0) {
    meanOfSome(queries, dimension).forEach((value, d) => {
      middle[d] = (middle[d] + value) / 2;
    });
  }
  return middle;
}

// Plain loops: there are millions of values, and a person waits for each click's answer.

/** Mean of at most 256 of embeddings (n, dimension), evenly taken; zeros for none. (dimension) */
export function meanOfSome(embeddings: Float32Array, dimension: number): Float32Array {
  const sums = new Float64Array(dimension);
  const step = Math.ceil(embeddings.length / dimension / MOST) * dimension;
  let count = 0;
  for (let from = 0; from < embeddings.length; from += step) {
    for (let d = 0; d < dimension; d++) sums[d] += embeddings[from + d];
    count++;
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, count));
}

/** A vector that equals the centre stays zero. */
function directions(embeddings: Float32Array, centre: Float64Array): Float32Array {
  const dimension = centre.length;
  const result = new Float32Array(embeddings.length);
  for (let from = 0; from < result.length; from += dimension) {
    for (let d = 0; d < dimension; d++) result[from + d] = embeddings[from + d] - centre[d];
    let square = 0;
    for (let at = from; at < from + dimension; at++) square += result[at] * result[at];
    const norm = Math.sqrt(square) || 1;
    for (let at = from; at < from + dimension; at++) result[at] /= norm;
  }
  return result;
}

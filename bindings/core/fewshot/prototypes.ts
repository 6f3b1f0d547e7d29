import type { Squares } from './comparison.ts';

/**
 * Squared distance of every row to a prototype out of distances to its examples, each the least over
 * the places that the example is seen from: the mean over the examples minus half the mean over their
 * pairs, which with one place is the squared distance to their mean. (rows, nWay)
 */
export function toPrototypes({ nWay, labels, shots, examples, tolerant }: Squares): Float32Array {
  const within = new Float64Array(nWay);
  const sums = new Float64Array((tolerant[0]?.length ?? 0) * nWay);
  tolerant.forEach((squares, e) => {
    const label = labels[e];
    for (let i = 0, at = label; i < squares.length; i++, at += nWay) {
      sums[at] += squares[i] / shots[label];
    }
    examples.forEach(({ row }, other) => {
      if (labels[other] !== label) return;
      within[label] += squares[row] / (2 * shots[label] * shots[label]);
    });
  });
  return Float32Array.from(sums, (sum, i) => Math.max(0, sum - within[i % nWay]));
}

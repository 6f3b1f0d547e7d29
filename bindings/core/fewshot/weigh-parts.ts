import type { Compared } from './comparison.ts';

/** Fewer queries do not tell which part sets the classes apart. */
const FEWEST = 4;

/**
 * Factors on the parts of embeddings that look at a defect in several ways, (parts): how clearly the
 * queries fall to one class or another when seen in that way alone. That is the mean of the gap
 * between their nearest and second nearest prototype over the mean distance to the nearest, which
 * needs no label; squared distances then weigh with its square. The factors' mean square is 1; all
 * are 1 where there is one part, one class or hardly a query.
 */
export function weightsOfParts(compared: Compared): Float64Array {
  const { queries, nWay, parts } = compared;
  const even = new Float64Array(parts).fill(1);
  if (parts === 1 || nWay < 2 || queries < FEWEST) return even;
  const gaps = even.map((_, part) => relativeGap(toPrototypesOf(compared, part), nWay));
  const square = gaps.reduce((sum, gap) => sum + gap * gap, 0) / parts;
  return square > 0 && square < Infinity ? gaps.map((gap) => gap / Math.sqrt(square)) : even;
}

/** Squared distances of the queries to the mean of each class's examples in one part, (queries, nWay). */
function toPrototypesOf(
  { queries, rows, nWay, labels, examples }: Compared,
  part: number,
): Float64Array {
  const shots = new Float64Array(nWay);
  for (const label of labels) shots[label]++;
  const within = new Float64Array(nWay);
  const sums = new Float64Array(queries * nWay);
  examples.forEach(({ column }, e) => {
    const label = labels[e];
    const squares = column.subarray(part * rows, (part + 1) * rows);
    for (let i = 0, at = label; i < queries; i++, at += nWay) sums[at] += squares[i] / shots[label];
    examples.forEach(({ row }, other) => {
      if (labels[other] !== label) return;
      within[label] += squares[row] / (2 * shots[label] * shots[label]);
    });
  });
  return sums.map((sum, i) => Math.max(0, sum - within[i % nWay]));
}

/** Mean gap from the least to the second least of each row of (n, nWay), over the mean least. */
function relativeGap(distances: Float64Array, nWay: number): number {
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

/** A place in pixels. */
export interface Position {
  x: number;
  y: number;
}

/** Pairs of found and true positions, by index; each belongs to one pair at the most. */
export interface Matching {
  pairs: [found: number, truth: number][];
  precision: number;
  recall: number;
  f1: number;
}

/**
 * One-to-one matching of found positions to true ones no farther apart than `within` (same units):
 * nearest pairs first, ties by index. With nothing found and nothing to find all figures are 1.
 */
export function matchPositions(
  found: readonly Position[],
  truth: readonly Position[],
  within: number,
): Matching {
  const near: [distance: number, found: number, truth: number][] = [];
  found.forEach((a, i) => {
    truth.forEach((b, j) => {
      const distance = (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
      if (distance <= within * within) near.push([distance, i, j]);
    });
  });
  near.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const foundTaken = new Set<number>();
  const truthTaken = new Set<number>();
  const pairs: [number, number][] = [];
  for (const [, i, j] of near) {
    if (foundTaken.has(i) || truthTaken.has(j)) continue;
    foundTaken.add(i);
    truthTaken.add(j);
    pairs.push([i, j]);
  }
  const hits = pairs.length;
  const precision = found.length === 0 ? 1 : hits / found.length;
  const recall = truth.length === 0 ? 1 : hits / truth.length;
  const f1 = found.length + truth.length === 0 ? 1 : (2 * hits) / (found.length + truth.length);
  return { pairs, precision, recall, f1 };
}

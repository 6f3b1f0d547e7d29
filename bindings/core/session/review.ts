/**
 * The order in which a person checks and labels what was named by itself: first what its label would tell most (Named's
 * `doubt`), last what has none (NaN), and by their number where two are alike. What is settled is not in it.
 */
export function reviewQueue(
  doubt: ArrayLike<number>,
  isSettled: (candidate: number) => boolean,
): number[] {
  const key = (i: number) => (Number.isNaN(doubt[i]) ? -1 : doubt[i]);
  return Array.from(doubt, (_, i) => i)
    .filter((i) => !isSettled(i))
    .sort((a, b) => key(b) - key(a) || a - b);
}

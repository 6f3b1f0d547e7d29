/**
 * The order in which a person checks what was named by itself: least confident first, and by their
 * number where two are alike. Candidates with a label of their own, or without confidence, are not in it.
 */
export function reviewQueue(
  confidence: ArrayLike<number>,
  isSettled: (candidate: number) => boolean,
): number[] {
  return Array.from(confidence, (_, i) => i)
    .filter((i) => !isSettled(i) && Number.isFinite(confidence[i]))
    .sort((a, b) => confidence[a] - confidence[b] || a - b);
}

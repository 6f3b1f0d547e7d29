/**
 * The order in which a person checks what was named by itself: least confident first, those of no
 * confidence (NaN) last, and by their number where two are alike. What is settled is not in it.
 */
export function reviewQueue(
  confidence: ArrayLike<number>,
  isSettled: (candidate: number) => boolean,
): number[] {
  const key = (i: number) => (Number.isNaN(confidence[i]) ? 2 : confidence[i]);
  return Array.from(confidence, (_, i) => i)
    .filter((i) => !isSettled(i))
    .sort((a, b) => key(a) - key(b) || a - b);
}

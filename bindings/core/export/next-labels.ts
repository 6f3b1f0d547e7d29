import type { Defect } from '../pipeline.ts';
import { reviewQueue } from '../session/review.ts';

/** So many are told. */
const MOST = 5;
/** Less doubt than this is not worth a click: that of what lies well nearer to its class than to any other, and no farther than is usual. */
const LEAST = 0.1;

/**
 * One sentence: where the defects are whose labels would tell most, at most five, with their numbers and in the pixels that a
 * table of examples has; '' where none is in doubt. After each label others may tell more. `doubt`: one per defect, null or NaN
 * where nothing was compared.
 */
export function nextLabelsLine(
  defects: readonly Defect[],
  doubt: ArrayLike<number | null>,
): string {
  const values = Array.from(doubt, (value) => value ?? Number.NaN);
  const next = reviewQueue(values, (i) => !(values[i] >= LEAST)).slice(0, MOST);
  if (next.length === 0) return '';
  const places = next.map((i) => {
    const { id, x, y } = defects[i];
    return `#${id} (${x.toFixed(1)}, ${y.toFixed(1)})`;
  });
  return `Labels that would tell most next (x_px, y_px): ${places.join(', ')}.`;
}

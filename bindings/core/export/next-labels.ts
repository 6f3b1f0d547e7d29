import type { Defect } from '../pipeline.ts';
import type { Prepared } from '../prepared.ts';
import { reviewQueue } from '../session/review.ts';

/** So many are told. */
const MOST = 5;
/** A defect with less doubt is known as well as one whose class has nine in ten of the confidence. */
const LEAST = 0.1;

/**
 * One sentence: where the defects are whose labels would tell most, at most five, with their numbers; '' where none is
 * in doubt. After each label others may tell more.
 */
export function nextLabelsLine(
  { pixelXNm, pixelYNm }: Pick<Prepared, 'pixelXNm' | 'pixelYNm'>,
  defects: readonly Defect[],
  doubt: readonly (number | null)[],
): string {
  const values = doubt.map((value) => value ?? Number.NaN);
  const next = reviewQueue(values, (i) => !(values[i] >= LEAST)).slice(0, MOST);
  if (next.length === 0) return '';
  const isKnown = pixelXNm !== null && pixelYNm !== null;
  const places = next.map((i) => {
    const { id, x, y } = defects[i];
    const [across, down] = isKnown ? [x * pixelXNm, y * pixelYNm] : [x, y];
    return `#${id} (${across.toFixed(1)}, ${down.toFixed(1)})`;
  });
  return `Labels that would tell most next: ${places.join(', ')}; x and y in ${isKnown ? 'nm' : 'px'}.`;
}

import { isAt } from './labelling.ts';
import { nearest } from './select.ts';
import type { Position } from './types.ts';

/**
 * Which candidate each label belongs to, -1 for none: the one at that very place, or else the one
 * whose pixels the place lies on (`candidateAt`, -1 outside all), or the nearest one within `reach`
 * pixels. So labels survive another segmentation of the same scan.
 */
export function bindLabels(
  labels: readonly Position[],
  candidates: readonly Position[],
  candidateAt: (place: Position) => number,
  reach = 3,
): Int32Array {
  return Int32Array.from(labels, (label) => {
    const same = candidates.findIndex((candidate) => isAt(candidate, label));
    if (same >= 0) return same;
    const under = candidateAt(label);
    return under >= 0 ? under : nearest(candidates, label, reach);
  });
}

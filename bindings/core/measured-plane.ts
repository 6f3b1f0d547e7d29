import { describe } from './channels.ts';
import type { Prepared } from './pipeline.ts';
import { findMissing } from './preprocess/missing.ts';
import type { Scan } from './scan.ts';

/**
 * A levelled plane as a picture may show it, on the levelled grid: NaN where its channel was not measured. What stands
 * there in `levelled.planes` is filled in from the surroundings, and looks like a scan.
 */
export function measuredPlane(
  scan: Pick<Scan, 'channels'>,
  { channels, levelled }: Pick<Prepared, 'channels' | 'levelled'>,
  index: number,
): Float32Array {
  const plane = levelled.planes[index].slice();
  const channel = scan.channels.find((one) => describe(one) === channels[index].name);
  if (!channel) return plane;
  const { rows, columns } = channel;
  const { valid, missingPixels } = findMissing(channel.pixels, rows, columns, channel.name);
  if (missingPixels === 0) return plane;
  for (let y = 0, at = 0; y < levelled.rows; y++) {
    const from = Math.min(rows - 1, Math.floor((y + 0.5) / levelled.scaleY)) * columns;
    for (let x = 0; x < levelled.columns; x++, at++) {
      const column = Math.min(columns - 1, Math.floor((x + 0.5) / levelled.scaleX));
      if (!valid[from + column]) plane[at] = Number.NaN;
    }
  }
  return plane;
}

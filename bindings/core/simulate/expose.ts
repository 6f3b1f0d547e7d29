import { image, isLinear, type Optics } from './optics.ts';
import type { Patch } from './paint.ts';
import type { Plane } from './probe.ts';
import type { Tables } from './tables.ts';

/** What is visible of one defect: both channels' change of the noise-free image, about one patch. */
export interface Visible {
  patch: Patch;
  change: [Float32Array, Float32Array];
  /** Largest change, each channel divided by its contrast. */
  peak: number;
}

/** Change from here on belongs to a defect: this part of its own largest. */
export const MASK_FRACTION = 1 / 3;

/**
 * The image with this defect alone minus the image without it, both as the tip sees them. own
 * holds the defect's heights in a patch wide enough for tip and defect; ground the clean surface.
 */
export function expose(
  tables: Tables,
  optics: Optics,
  ground: readonly [Plane, Plane],
  own: readonly [Patch, Patch],
  contrast: number,
): Visible {
  const change = ([0, 1] as const).map((channel) => {
    const patch = own[channel];
    const { rows, columns, top } = patch;
    const see = (values: Float32Array) =>
      image(tables, optics, channel, { values, rows, columns }, top);
    if (isLinear(optics, channel)) return see(patch.values);
    const bare = cut(ground[channel], patch);
    const without = see(bare);
    const alone = see(bare.map((height, i) => height + patch.values[i]));
    for (let i = 0; i < alone.length; i++) alone[i] -= without[i];
    return alone;
  }) as [Float32Array, Float32Array];
  let peak = 0;
  for (let i = 0; i < change[0].length; i++) {
    peak = Math.max(peak, Math.abs(change[0][i]), Math.abs(change[1][i]) / contrast);
  }
  return { patch: own[0], change, peak };
}

/** The pixels of a part of an image. */
export function cut(
  { values, columns }: Pick<Plane, 'values' | 'columns'>,
  patch: Pick<Patch, 'left' | 'top' | 'rows' | 'columns'>,
): Float32Array {
  const out = new Float32Array(patch.rows * patch.columns);
  for (let row = 0; row < patch.rows; row++) {
    const from = (patch.top + row) * columns + patch.left;
    out.set(values.subarray(from, from + patch.columns), row * patch.columns);
  }
  return out;
}

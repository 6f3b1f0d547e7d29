/** Of what was levelled: its planes, and where the channel of each was measured; see Levelled. */
interface Planes {
  planes: readonly Float32Array[];
  measured?: readonly (Uint8Array | undefined)[];
}

/**
 * A levelled plane as a picture may show it: NaN where its channel was not measured. What stands there in
 * `planes` is filled in from the surroundings, and looks like a scan.
 */
export function measuredPlane({ planes, measured }: Planes, index: number): Float32Array {
  const plane = planes[index].slice();
  const own = measured?.[index];
  if (own) for (let i = 0; i < plane.length; i++) if (!own[i]) plane[i] = Number.NaN;
  return plane;
}

/** Part of the pixels, 0..1, that are 1 in a mask and in another one of its shape. */
export function shareOf(mask: Uint8Array, within = mask): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) ones += mask[i] & within[i];
  return ones / Math.max(1, mask.length);
}

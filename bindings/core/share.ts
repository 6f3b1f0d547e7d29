/** Part of the pixels, 0..1, that are 1 in a mask and in another one of its shape. */
export function shareOf(mask: Uint8Array, within = mask): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) ones += mask[i] & within[i];
  return ones / Math.max(1, mask.length);
}

/** Area of a part, 0..1, of a scan, nm²; null where its size is not known. */
export function areaNm2(
  scan: { rows: number; columns: number; pixelXNm: number | null; pixelYNm: number | null },
  part: number,
): number | null {
  const { rows, columns, pixelXNm, pixelYNm } = scan;
  if (pixelXNm === null || pixelYNm === null) return null;
  return pixelXNm * pixelYNm * rows * columns * part;
}

/** Part of the pixels, 0..1, that are 1 in a mask and in another one of its shape. */
export function shareOf(mask: Uint8Array, within = mask): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) ones += mask[i] & within[i];
  return ones / Math.max(1, mask.length);
}

/** A mask without the pixels of another one of its shape. */
export function without(mask: Uint8Array, those: Uint8Array | undefined): Uint8Array {
  if (!those) return mask;
  const left = mask.slice();
  for (let i = 0; i < left.length; i++) left[i] &= ~those[i];
  return left;
}

interface PixelSize {
  pixelXNm: number | null;
  pixelYNm: number | null;
}

/** nm²; null where a scan's size is not known. */
export function pixelAreaNm2({ pixelXNm, pixelYNm }: PixelSize): number | null {
  return pixelXNm === null || pixelYNm === null ? null : pixelXNm * pixelYNm;
}

/** Area of a part, 0..1, of a scan, nm²; null where its size is not known. */
export function areaNm2(
  scan: PixelSize & { rows: number; columns: number },
  part: number,
): number | null {
  const pixel = pixelAreaNm2(scan);
  return pixel === null ? null : pixel * scan.rows * scan.columns * part;
}

/** How an image's samples become one brightness: interleaved samples, or indices into a palette. */
export interface Samples {
  values: ArrayLike<number>;
  pixels: number;
  samplesPerPixel: number;
  palette?: readonly (readonly number[])[] | undefined;
}

/**
 * Brightness per pixel (ITU-R BT.601 luma of red, green, blue; alpha left out) and whether any
 * pixel was coloured.
 */
export function toGrey({ values, pixels, samplesPerPixel, palette }: Samples): {
  grey: Float32Array;
  coloured: boolean;
} {
  const grey = new Float32Array(pixels);
  let coloured = false;
  const luma = (red: number, green: number, blue: number): number => {
    if (red === green && green === blue) return red;
    coloured = true;
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  };
  for (let i = 0; i < pixels; i++) {
    const at = i * samplesPerPixel;
    if (palette) {
      const entry = palette[values[at]!] ?? [0, 0, 0];
      grey[i] = luma(entry[0]!, entry[1]!, entry[2]!);
    } else if (samplesPerPixel >= 3) {
      grey[i] = luma(values[at]!, values[at + 1]!, values[at + 2]!);
    } else {
      grey[i] = values[at]!;
    }
  }
  return { grey, coloured };
}

export const colourWarning =
  'the picture is coloured: its brightness was used, which need not follow the height.';

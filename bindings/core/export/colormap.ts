export const COLORMAPS = ['grey', 'afmhot', 'viridis', 'cividis'] as const;

export type Colormap = (typeof COLORMAPS)[number];

/** 256 colours from lowest to highest, (256, 3). */
export function colormap(name: Colormap): Uint8Array {
  const colours = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) colours.set(entries[name](i), i * 3);
  return colours;
}

type Colour = [number, number, number];

const entries: Record<Colormap, (i: number) => Colour> = {
  grey: (i) => [i, i, i],
  afmhot,
  viridis: (i) => polynomial(VIRIDIS, i / 255),
  cividis: (i) => polynomial(CIVIDIS, i / 255),
};

/**
 * Coefficients of red, green and blue from the constant up. Both maps get steadily lighter, so that
 * they can be read without colour vision. Viridis after Zucker's fit to the table of van der Walt and
 * Smith 2015, cividis (Nunez et al. 2018) after d3-scale-chromatic's.
 */
const VIRIDIS = [
  [70.82, 26.8, -84.37, -1181.73, 1588.21, 1217.98, -1386.04],
  [1.38, 358.17, 54.79, -1478.77, 3615.88, -3505.01, 1184.69],
  [85.2, 353.07, 24.25, -4929.77, 14456.09, -16665.02, 6709.67],
];
const CIVIDIS = [
  [-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57],
  [32.49, 170.73, 52.82, -131.46, 176.58, -67.37],
  [81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67],
];

function polynomial(channels: readonly (readonly number[])[], x: number): Colour {
  return channels.map((coefficients) => {
    const value = coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
    return Math.round(Math.max(0, Math.min(255, value)));
  }) as Colour;
}

/**
 * Black, brown, orange, white: matplotlib's map of this name, whose channels are 2x, 2x - 0.5 and
 * 2x - 1 cut to 0..1, with its way of rounding (numpy's linspace, then down to a byte).
 */
function afmhot(i: number): Colour {
  const x = i === 255 ? 1 : i * (1 / 255);
  const byte = (y: number) => Math.floor(Math.min(1, Math.max(0, y)) * 255);
  return [byte(2 * x), byte(2 * x - 0.5), byte(2 * x - 1)];
}

/** The entry, 0..255, for a value between low and high; NaN gives -1. */
export function colourIndex(value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return -1;
  if (!(high > low)) return 128;
  return Math.max(0, Math.min(255, Math.floor(((value - low) / (high - low)) * 256)));
}

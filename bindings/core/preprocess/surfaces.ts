import { OptionError } from '../errors.ts';

/** What is known of a surface beforehand. Lengths in nm. */
export interface Surface {
  name: string;
  /** Distance between the rows that one sees. */
  rowSpacingNm: number;
  /** Period along a row. */
  alongRowNm: number;
  stepHeightNm: number;
  /** Working pixel: that of the paper (Kolev et al. 2025, arXiv 2506.01678). */
  pixelNm: number;
}

/** Surfaces of the paper; others need no entry, only a pixel size or a visible lattice. */
export const surfaces: readonly Surface[] = [
  {
    name: 'si001',
    rowSpacingNm: 0.768,
    alongRowNm: 0.384,
    stepHeightNm: 0.136,
    pixelNm: 100 / 512,
  },
  {
    name: 'ge001',
    rowSpacingNm: 0.8,
    alongRowNm: 0.4,
    stepHeightNm: 0.141,
    pixelNm: 50 / 512,
  },
  {
    name: 'tio2-110',
    rowSpacingNm: 0.649,
    alongRowNm: 0.296,
    stepHeightNm: 0.325,
    pixelNm: 10 / 512,
  },
];

/** The surface of that name. Throws OptionError when it is not in the table. */
export function findSurface(name: string): Surface {
  const surface = surfaces.find((s) => s.name === name);
  if (!surface) {
    throw new OptionError(
      `surface: expected one of ${surfaces.map((s) => s.name).join(', ')}, got ${name}.`,
    );
  }
  return surface;
}

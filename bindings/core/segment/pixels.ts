import type { Grid } from './grid.ts';
import { cut, type Normalised } from './normalise.ts';
import type { Strips } from './strips.ts';

/** Floats of features that a strip may hold. */
const STRIP_FLOATS = 1 << 22;

/**
 * The paper's first route: k-means on locally normalised pixels. Each pixel is described by its
 * normalised height, barely blurred and blurred until the lattice fades, in every channel: the first
 * keeps outlines sharp, the second keeps lattice rows from being clusters of their own.
 * Kolev et al. 2025.
 */
export function pixelFeatures(grid: Grid, normalised: readonly Normalised[]): Strips {
  const planes = normalised.flatMap(({ fine, coarse }) => [fine, coarse]);
  const dimension = planes.length;
  return {
    dimension,
    stripRows: Math.max(1, Math.floor(STRIP_FLOATS / (dimension * grid.columns))),
    standardise: false,
    read(top, bottom) {
      const out = new Float32Array((bottom - top) * grid.columns * dimension);
      const first = top * grid.columns;
      for (let d = 0; d < dimension; d++) {
        for (let i = 0; i < (bottom - top) * grid.columns; i++) {
          out[i * dimension + d] = cut(planes[d][first + i]);
        }
      }
      return out;
    },
  };
}

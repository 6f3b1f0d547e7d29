import type { Grid } from './grid.ts';
import type { Normalised } from './normalise.ts';

/** What is known of one cluster, and whether it is taken for defects. */
export interface ClusterReport {
  /** Of the valid pixels. */
  fraction: number;
  /**
   * Root mean square height after the lattice is suppressed, in units of its spread over the lattice;
   * of the channel where it is largest. The lattice itself has about 1.
   */
  contrast: number;
  /** Which way the heights depart. */
  sign: 'bright' | 'dark' | 'mixed';
  /**
   * How much likelier than anywhere a pixel of the cluster is beside another one (within half a
   * lattice row), 0 for speckle to 1 for one solid piece.
   */
  compactness: number;
  isDefect: boolean;
  /** One sentence for the record. */
  why: string;
}

/** More than this is a phase of the lattice. */
const MOST = 0.2;
/** The tails of normally distributed noise, cut off by four clusters, have 1.6. */
const LEAST_CONTRAST = 1.8;
/** Speckle of blurred noise and lattice rows reach 0.15, real defects begin at 0.3. */
const LEAST_COMPACTNESS = 0.25;

/** Measure each cluster and decide, without a person, which are defects. */
export function judgeClusters(
  grid: Grid,
  normalised: readonly Normalised[],
  labels: Uint8Array,
  k: number,
): ClusterReport[] {
  const total = grid.valid.reduce((sum, value) => sum + value, 0);
  return Array.from({ length: k }, (_, cluster) => {
    const inside = Uint8Array.from(labels, (label, i) =>
      label === cluster && grid.valid[i] ? 1 : 0,
    );
    const count = inside.reduce((sum, value) => sum + value, 0);
    const fraction = count / total;
    const measured =
      count === 0
        ? { contrast: 0, sign: 'mixed' as const, compactness: 0 }
        : {
            ...strongest(normalised, inside, count),
            compactness: compactness(grid, inside, fraction),
          };
    return { fraction, ...measured, ...verdict(cluster, fraction, measured) };
  });
}

function verdict(
  cluster: number,
  fraction: number,
  measured: Pick<ClusterReport, 'contrast' | 'compactness' | 'sign'>,
): Pick<ClusterReport, 'isDefect' | 'why'> {
  const { contrast, compactness, sign } = measured;
  const lattice = (why: string) => ({ isDefect: false, why });
  if (cluster === 0) return lattice('the most frequent cluster is the lattice');
  if (fraction === 0) return lattice('no pixel belongs to it');
  if (fraction > MOST) return lattice(`too frequent for defects: ${percent(fraction)} of the area`);
  if (contrast < LEAST_CONTRAST) {
    return lattice(`too little contrast: ${contrast.toFixed(1)} of the lattice's own spread`);
  }
  if (compactness < LEAST_COMPACTNESS) {
    return lattice(`speckle or rows, not compact: ${compactness.toFixed(2)}`);
  }
  return {
    isDefect: true,
    why: `${sign}, rare (${percent(fraction)}), ${contrast.toFixed(1)} times the lattice's spread, compact (${compactness.toFixed(2)})`,
  };
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** Root mean square and sign of the coarse heights inside, in the plane where they are largest. */
function strongest(
  normalised: readonly Normalised[],
  inside: Uint8Array,
  count: number,
): Pick<ClusterReport, 'contrast' | 'sign'> {
  let contrast = -1;
  let mean = 0;
  for (const { coarse } of normalised) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < inside.length; i++) {
      if (!inside[i]) continue;
      sum += coarse[i];
      squares += coarse[i] * coarse[i];
    }
    const size = Math.sqrt(squares / count);
    if (size > contrast) {
      contrast = size;
      mean = sum / count;
    }
  }
  const sign = Math.abs(mean) < 0.5 * contrast ? 'mixed' : mean > 0 ? 'bright' : 'dark';
  return { contrast, sign };
}

/** See ClusterReport.compactness. */
function compactness(grid: Grid, inside: Uint8Array, fraction: number): number {
  const { rows, columns, period } = grid;
  const radius = Math.max(1, Math.round(period / 2));
  let sum = 0;
  let count = 0;
  // Summed areas: the density in a square in four look-ups.
  const areas = new Float64Array((rows + 1) * (columns + 1));
  const line = columns + 1;
  for (let y = 0; y < rows; y++) {
    let along = 0;
    for (let x = 0; x < columns; x++) {
      along += inside[y * columns + x];
      areas[(y + 1) * line + x + 1] = areas[y * line + x + 1] + along;
    }
  }
  for (let y = 0; y < rows; y++) {
    const top = Math.max(0, y - radius) * line;
    const bottom = Math.min(rows, y + radius + 1) * line;
    const height = (bottom - top) / line;
    for (let x = 0; x < columns; x++) {
      if (!inside[y * columns + x]) continue;
      const left = Math.max(0, x - radius);
      const right = Math.min(columns, x + radius + 1);
      const within =
        areas[bottom + right] - areas[bottom + left] - areas[top + right] + areas[top + left];
      sum += within / (height * (right - left));
      count++;
    }
  }
  return fraction < 1 ? Math.max(0, (sum / count - fraction) / (1 - fraction)) : 0;
}

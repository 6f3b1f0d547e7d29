import type { Grid } from './grid.ts';
import { cut, type Normalised } from './normalise.ts';

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
/**
 * Root mean square of the upper tail of a normal distribution, by the tail's fraction: what noise
 * alone would give a cluster that took all its highest values.
 */
const TAIL_FRACTIONS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const TAIL_RMS = [3.38, 3.18, 2.91, 2.68, 2.44, 2.1, 1.8, 1.48];
/** A defect cluster has at least this times as much. */
const OVER_TAIL = 1.1;
/** Speckle of blurred noise and lattice rows reach 0.15, real defects begin at 0.3. */
const LEAST_COMPACTNESS = 0.25;
/** A cluster of less than this times the contrast of another of its sign is the slope around it. */
const LEAST_SHARE = 0.55;

/** Measure each cluster and decide, without a person, which are defects. */
export function judgeClusters(
  grid: Grid,
  normalised: readonly Normalised[],
  labels: Uint8Array,
  k: number,
): ClusterReport[] {
  const total = grid.valid.reduce((sum, value) => sum + value, 0);
  const reports = Array.from({ length: k }, (_, cluster): ClusterReport => {
    const inside = labels.map((label, i) => (label === cluster && grid.valid[i] ? 1 : 0));
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
  return reports.map((report) => withoutSlopes(report, reports));
}

/** Whether the defect clusters together are rare enough for defects. */
export function areRare(clusters: readonly ClusterReport[]): boolean {
  return (
    clusters.reduce((sum, { isDefect, fraction }) => sum + (isDefect ? fraction : 0), 0) <= MOST
  );
}

/** Heights this many spreads off are no noise of the lattice. */
const DEPARTURE = 4;
/** Fewer such pixels, as a part of the picture, are left to chance. */
const FEWEST_DEPARTURES = 5e-4;

/**
 * The part of the strong departures that is not accounted for, 0..1, of bright or of dark ones,
 * whichever is larger: with too few clusters k-means puts one kind among the lattice. `accounted` is
 * 1 where a defect was found, or what is known to be none. (rows, columns)
 */
export function missedDepartures(
  grid: Grid,
  normalised: readonly Normalised[],
  accounted: Uint8Array,
): number {
  const all = [0, 0];
  const missed = [0, 0];
  let total = 0;
  for (let i = 0; i < accounted.length; i++) {
    if (!grid.valid[i]) continue;
    total++;
    for (let sign = 0; sign < 2; sign++) {
      const departs = normalised.some(({ coarse }) => (sign ? -coarse[i] : coarse[i]) > DEPARTURE);
      if (!departs) continue;
      all[sign]++;
      if (!accounted[i]) missed[sign]++;
    }
  }
  const share = (sign: number) => missed[sign] / Math.max(all[sign], FEWEST_DEPARTURES * total, 1);
  return Math.max(share(0), share(1));
}

/** Strong defects' slopes and halos, which k-means collects with the worst of the noise, are not defects. */
function withoutSlopes(report: ClusterReport, all: readonly ClusterReport[]): ClusterReport {
  const { isDefect, sign, contrast } = report;
  const stronger = all.some(
    (other) =>
      other.isDefect &&
      (sign === 'mixed' || other.sign === sign) &&
      contrast < LEAST_SHARE * other.contrast,
  );
  if (!isDefect || !stronger) return report;
  return {
    ...report,
    isDefect: false,
    why: `slopes of stronger defects: ${contrast.toFixed(1)} of the lattice's own spread`,
  };
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
  const least = OVER_TAIL * tailRms(fraction);
  if (contrast < least) {
    return lattice(
      `too little contrast: ${contrast.toFixed(1)} of the lattice's own spread, noise reaches ${least.toFixed(1)}`,
    );
  }
  if (compactness < LEAST_COMPACTNESS) {
    return lattice(`speckle or rows, not compact: ${compactness.toFixed(2)}`);
  }
  return {
    isDefect: true,
    why: `${sign}, rare (${percent(fraction)}), ${contrast.toFixed(1)} times the lattice's spread, compact (${compactness.toFixed(2)})`,
  };
}

/** TAIL_RMS between its entries, linearly; constant outside. */
function tailRms(fraction: number): number {
  const above = TAIL_FRACTIONS.findIndex((entry) => entry >= fraction);
  if (above === 0) return TAIL_RMS[0];
  if (above < 0) return TAIL_RMS[TAIL_RMS.length - 1];
  const [low, high] = [TAIL_FRACTIONS[above - 1], TAIL_FRACTIONS[above]];
  const weight = (fraction - low) / (high - low);
  return TAIL_RMS[above - 1] + weight * (TAIL_RMS[above] - TAIL_RMS[above - 1]);
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
      const height = cut(coarse[i]);
      sum += height;
      squares += height * height;
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

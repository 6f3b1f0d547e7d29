import { median, robustDeviation, type SizedPoint } from './crop.ts';
import type { Levelled } from './preprocess/levelled.ts';

/** Side of the crop in radii of the features: a feature and what it does to its neighbourhood. */
const SIDE_IN_RADII = 2.7;
/** A feature ends where its mean square has fallen to this part of its peak, both above the background. */
const EDGE = 0.1;
/** Features whose mean square stands less than this factor above the background have no size. */
const LEAST_CONTRAST = 1.2;
/** What is larger than this many median areas is a flaw or several defects, and weighs no more. */
const MOST_AREAS = 8;
/** Radii looked at, as part of the scan's shorter side, and how many. */
const REACH = 1 / 12;
const FEWEST_RADII = 8;
const MOST_RADII = 48;
/** Side of the crop in row spacings of the lattice, where the features show no size. */
const SIDE_IN_ROWS = 3.5;
/** Where lattice and features say nothing either: what the paper's code cuts. */
const FALLBACK = 16;

type Planes = Pick<Levelled, 'planes' | 'rows' | 'columns'>;

/**
 * Side of the crop, in pixels of the levelled grid, that suits the features at `points` (pixels of
 * that grid): 2.7 times their radius; 3.5 row spacings of the lattice where they do not stand out;
 * 16 pixels where no lattice is seen either. Features weigh as their areas, so that many specks do not
 * hide how large the defects are.
 */
export function cropSizeFor(levelled: Levelled, points: readonly SizedPoint[]): number {
  const radius = featureRadius(levelled, points);
  if (radius !== null) return SIDE_IN_RADII * radius;
  return levelled.rowSpacingPx ? SIDE_IN_ROWS * levelled.rowSpacingPx : FALLBACK;
}

/**
 * Radius that holds the features at `points`, in pixels, or null when nothing stands out there: where
 * the mean square height about them, in units of the planes' deviations, has fallen from its peak to
 * a tenth, above the lowest that it falls to before the next feature begins.
 */
export function featureRadius(levelled: Planes, points: readonly SizedPoint[]): number | null {
  const reach = Math.min(levelled.rows, levelled.columns) * REACH;
  const step = Math.max(1, reach / MOST_RADII);
  const profile = radialProfile(levelled, points, step, Math.max(FEWEST_RADII, reach / step));
  const foot = profile.indexOf(Math.min(...profile));
  const peak = profile.indexOf(Math.max(...profile.slice(0, foot + 1)));
  if (!(profile[peak] > LEAST_CONTRAST * profile[foot])) return null;
  const edge = profile[foot] + EDGE * (profile[peak] - profile[foot]);
  let at = peak;
  while (profile[at] > edge) at++;
  const [before, after] = [profile[at - 1], profile[at]];
  return step * (at - 1 + (before - edge) / (before - after));
}

/** Mean square height of all planes, by the points' weights, at whole multiples of `step` from the points, on the scan. */
function radialProfile(
  { planes, rows, columns }: Planes,
  points: readonly SizedPoint[],
  step: number,
  radii: number,
): number[] {
  const last = Math.floor(radii);
  const sums = new Float64Array(last + 1);
  const counts = new Float64Array(last + 1);
  const weights = weightsOf(points);
  for (const plane of planes) {
    const centre = median(plane);
    const scale = 1 / robustDeviation(plane);
    for (const [which, point] of points.entries()) {
      const weight = weights[which];
      for (let j = -last; j <= last; j++) {
        const y = Math.round(point.y + j * step);
        if (y < 0 || y >= rows) continue;
        for (let i = -last; i <= last; i++) {
          const x = Math.round(point.x + i * step);
          const ring = Math.round(Math.sqrt(i * i + j * j));
          if (x < 0 || x >= columns || ring > last) continue;
          const height = (plane[y * columns + x] - centre) * scale;
          sums[ring] += weight * height * height;
          counts[ring] += weight;
        }
      }
    }
  }
  return Array.from(sums, (sum, ring) => sum / (counts[ring] || 1));
}

/** A point's area as part of the usual one; 1 where it is not known. */
function weightsOf(points: readonly SizedPoint[]): number[] {
  const usual = median(Float32Array.from(points.flatMap(({ areaPx }) => areaPx || []))) || 1;
  return points.map(({ areaPx }) => Math.min((areaPx || usual) / usual, MOST_AREAS));
}

import { AdatomError } from './errors.ts';
import type { Kernels } from './kernels.ts';
import { estimateLattices, type LatticeFit, type Measured } from './lattice/estimate.ts';
import { removeLattice } from './lattice/remove.ts';
import { type LatticeSite, type Locate, locator } from './lattice/sites.ts';
import { type Analysis, analyse, type Picture } from './lattice/spectrum.ts';
import { blockAt } from './lattice/wave.ts';
import { type Bounds, type DefectShape, measureShape } from './shape/measure.ts';

/** The levelled scan, as far as lattice and shapes need it. A `Prepared` is one. */
export interface Describable {
  rows: number;
  columns: number;
  pixelXNm: number | null;
  pixelYNm: number | null;
  levelled: Picture & {
    heightUnit: 'nm' | 'arbitrary';
    pixelNm: number | null;
    scaleX: number;
    scaleY: number;
  };
}

/** A lattice of the scan. Lengths in `unit`, with standard errors. */
export interface LatticeReport {
  unit: 'nm' | 'px';
  /** Length of the shorter vector or, where `b` is null, the distance between rows. */
  a: Measured;
  /** null where only rows can be seen. */
  b: Measured | null;
  /** Angle between the two, 90 degrees or less. */
  betweenDeg: Measured | null;
  /** Direction of a (across the rows, where there are only rows), clockwise from x as the picture is seen. */
  directionDeg: Measured;
  /** The vectors, x to the right and y down, in `unit`. */
  vectors: [x: number, y: number][];
  /** Root mean square height of the lattice, nm; null in arbitrary units. */
  corrugationNm: number | null;
  /** Power of its strongest wave over what is usual at that frequency. */
  prominence: number;
  /** 0..1 */
  confidence: number;
  /** Part of the scan, 0..1: terraces may be turned against each other. */
  coverage: number;
  /** The second vector was told from the waves of a superstructure. */
  inferred: boolean;
}

/** What is known of one defect beyond its place. */
export interface DefectDescription {
  id: number;
  /** null where the scan shows no lattice. */
  site: (LatticeSite & { lattice: number }) | null;
  /** null where nothing departs from the lattice, or no region is known. */
  shape: DefectShape | null;
}

/** The scan's lattices, the strongest first, and each defect's site and shape. */
export interface Description {
  lattices: LatticeReport[];
  defects: DefectDescription[];
}

/**
 * Lattices of a scan, the site that each defect sits on and, where regions are known (ids on the
 * file's grid, (rows, columns)), each defect's shape above its lattice.
 */
export function describeDefects(
  kernels: Kernels,
  scan: Describable,
  defects: readonly { id: number; x: number; y: number; box: Bounds }[],
  regionIds?: Int32Array,
): Description {
  const { levelled } = scan;
  const analysis = analyse(kernels, levelled);
  const fits = estimateLattices(kernels, levelled, analysis);
  const located = fits.map((fit) => ({
    fit,
    locate: locator(kernels, fit),
    usual: Math.max(...fit.waves[0].map.amplitude),
  }));
  const heights = regionIds && residualOnFileGrid(kernels, scan, analysis);
  return {
    lattices: fits.map((fit) => reportOf(fit, levelled)),
    defects: defects.map(({ id, x, y, box }) => ({
      id,
      site: siteOf(located, (x + 0.5) * levelled.scaleX - 0.5, (y + 0.5) * levelled.scaleY - 0.5),
      shape:
        heights && regionIds
          ? measureShape(
              kernels,
              { ...scan, heights, heightUnit: levelled.heightUnit, regionIds },
              id,
              box,
            )
          : null,
    })),
  };
}

/** The first plane without its lattice, resampled to the file's grid. */
function residualOnFileGrid(
  kernels: Kernels,
  { rows, columns, levelled }: Describable,
  analysis: Analysis,
): Float32Array {
  const [residual] = removeLattice(kernels, levelled, analysis);
  if (levelled.rows === rows && levelled.columns === columns) return residual;
  return kernels.resizeBilinear(residual, 1, levelled.rows, levelled.columns, rows, columns);
}

/** The site in the lattice that is strongest at a place, relative to what it is elsewhere. */
function siteOf(
  lattices: readonly { fit: LatticeFit; locate: Locate; usual: number }[],
  x: number,
  y: number,
): DefectDescription['site'] {
  let best = -1;
  let most = -1;
  lattices.forEach(({ fit: { grid, waves }, usual }, k) => {
    const relative = waves[0].map.amplitude[blockAt(grid, x, y)] / usual;
    if (relative > most) {
      most = relative;
      best = k;
    }
  });
  return best < 0 ? null : { lattice: best + 1, ...lattices[best].locate(x, y) };
}

function reportOf(fit: LatticeFit, levelled: Describable['levelled']): LatticeReport {
  const { pixelNm, heightUnit, scaleX, scaleY } = levelled;
  if (pixelNm === null && scaleX !== scaleY) {
    throw new AdatomError('lattice: expected square pixels where their size is not known.');
  }
  const scale = pixelNm ?? 1 / scaleX;
  const scaled = ({ value, error }: Measured) => ({ value: value * scale, error: error * scale });
  return {
    unit: pixelNm === null ? 'px' : 'nm',
    a: scaled(fit.lengthA),
    b: fit.lengthB && scaled(fit.lengthB),
    betweenDeg: fit.between,
    directionDeg: fit.direction,
    vectors: [fit.a, ...(fit.b ? [fit.b] : [])].map(({ x, y }) => [x * scale, y * scale]),
    corrugationNm: heightUnit === 'nm' ? fit.corrugation : null,
    prominence: fit.prominence,
    confidence: fit.confidence,
    coverage: fit.coverage,
    inferred: fit.inferred,
  };
}

/** A lattice in one line, as a person reads it: `a 0.3840 ± 0.0006 nm, b ...`. */
export function latticeLine(lattice: LatticeReport): string {
  const { a, b, betweenDeg, directionDeg, unit, coverage, confidence, inferred } = lattice;
  const length = ({ value, error }: Measured) =>
    `${value.toFixed(4)} ± ${error.toFixed(4)} ${unit}`;
  const angle = ({ value, error }: Measured) => `${value.toFixed(1)} ± ${error.toFixed(1)}°`;
  const vectors =
    b && betweenDeg
      ? `a ${length(a)}, b ${length(b)}, ${angle(betweenDeg)} between them, a at ${angle(directionDeg)}`
      : `rows ${length(a)} apart, across them ${angle(directionDeg)}`;
  const part = coverage < 0.9 ? `, ${Math.round(100 * coverage)} % of the scan` : '';
  const told = inferred ? ', a or b told from a superstructure' : '';
  return `${vectors}${part}${told} (confidence ${confidence.toFixed(2)})`;
}

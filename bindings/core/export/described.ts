import type { DefectDescription, Description } from '../describe.ts';
import type { DefectRow } from './csv.ts';

/** The columns of a defect's shape and site. */
export function describedColumns(defect: DefectDescription | undefined): Partial<DefectRow> {
  if (!defect) return {};
  const { shape, site } = defect;
  return {
    heightNm: shape?.heightNm ?? null,
    contourAreaNm2: shape?.areaNm2 ?? null,
    volumeNm3: shape?.volumeNm3 ?? null,
    orientationDeg: shape?.orientationDeg ?? null,
    elongation: shape?.elongation ?? null,
    lattice: site?.lattice ?? null,
    siteI: site?.i ?? null,
    siteJ: site?.j ?? null,
    siteU: site?.u ?? null,
    siteV: site?.v ?? null,
  };
}

/** Lattices, sites and shapes for result.json; a polygon is one text, its corners `x,y` in the file's pixels. */
export function described({ lattices, defects }: Description): Record<string, unknown> {
  return {
    lattices: rounded(lattices),
    described: defects.map(({ id, site, shape }) => ({
      id,
      site: rounded(site),
      shape: shape && {
        contourPx: shape.contourPx.map((polygon) => corners(polygon, 2)),
        contourNm: shape.contourNm?.map((polygon) => corners(polygon, 4)) ?? null,
        ...(rounded({ ...shape, contourPx: undefined, contourNm: undefined }) as object),
      },
    })),
  };
}

function corners(polygon: readonly (readonly [number, number])[], digits: number): string {
  return polygon.map(([x, y]) => `${x.toFixed(digits)},${y.toFixed(digits)}`).join(' ');
}

/** The same with six significant digits: no scan holds more. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map(rounded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === undefined ? [] : [[key, rounded(inner)]],
    ),
  );
}

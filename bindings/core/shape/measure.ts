import { ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { select } from '../select.ts';
import { type Corner, type Field, outline, signedArea } from './contour.ts';
import { axesOf } from './moments.ts';

/** A scan without its lattice and its regions, on the file's own grid. */
export interface Relief {
  rows: number;
  columns: number;
  /** (rows, columns) */
  heights: Float32Array;
  heightUnit: 'nm' | 'arbitrary';
  /** Region of each pixel, 0 for none. (rows, columns) */
  regionIds: Int32Array;
  /** Size of a pixel, null when not known. */
  pixelXNm: number | null;
  pixelYNm: number | null;
}

/** Inclusive pixel bounds. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Form of one defect, measured where it is at least half as high (or deep) as at its extremum. */
export interface DefectShape {
  /** Closed polygons, (x, y) in the file's pixels, clockwise; holes the other way round. */
  contourPx: Corner[][];
  /** The same from the middle of the top left pixel, nm; null without a physical size. */
  contourNm: Corner[][] | null;
  /** Extremum above the lattice around it, negative for a pit; nm, null in arbitrary units. */
  heightNm: number | null;
  /** The same in the scan's unit, whatever it is. */
  height: number;
  /** Inside of the contour. */
  areaPx: number;
  areaNm2: number | null;
  /** Height above the lattice around it, over the whole region. */
  volumeNm3: number | null;
  /** Direction of the longest extent, degrees in -90..90, clockwise from x as a picture is seen. */
  orientationDeg: number | null;
  /** Longest over shortest extent, 1 or more. */
  elongation: number | null;
  /** Bounds of the contour. */
  boxPx: Bounds;
  boxNm: Bounds | null;
}

/** Part of the extremum at which a defect's outline is drawn. */
const LEVEL = 0.5;
/** A region's flanks reach this far beyond it, px. */
const FLANK = 1;
/** The lattice around a region: within so many of its sides, and at least so many pixels. */
const AROUND = 0.75;
const AROUND_PX = 4;
/** Lines and columns looked at around a large one. */
const MOST_AROUND = 40;
/** Fewer pixels than this do not tell how high the lattice is. */
const FEWEST = 8;

/** Shape of a region; null where nothing in it departs from the lattice around it. Throws ShapeError. */
export function measureShape(
  kernels: Kernels,
  relief: Relief,
  id: number,
  box: Bounds,
): DefectShape | null {
  const { rows, columns, heights, regionIds, pixelXNm, pixelYNm } = relief;
  if (heights.length !== rows * columns || regionIds.length !== rows * columns) {
    throw new ShapeError(
      `shape: expected ${rows} x ${columns} heights and region ids, got ${heights.length} and ${regionIds.length}.`,
    );
  }
  const base = levelAround(relief, id, box);
  const height = extremum(relief, id, box, base);
  if (height === 0) return null;
  const contourPx = outline(fieldOf(relief, id, box, base, height), LEVEL);
  const areaPx = contourPx.reduce((sum, polygon) => sum + signedArea(polygon), 0);
  const known = pixelXNm !== null && pixelYNm !== null;
  const inNm = (polygon: Corner[]) =>
    polygon.map(([x, y]): Corner => [x * pixelXNm!, y * pixelYNm!]);
  const contourNm = known ? contourPx.map(inNm) : null;
  const axes = axesOf(kernels, contourNm ?? contourPx);
  const areaPixel = known ? pixelXNm * pixelYNm : null;
  const heightKnown = relief.heightUnit === 'nm';
  return {
    contourPx,
    contourNm,
    height,
    heightNm: heightKnown ? height : null,
    areaPx,
    areaNm2: areaPixel === null ? null : areaPx * areaPixel,
    volumeNm3:
      areaPixel === null || !heightKnown ? null : sumAbove(relief, id, box, base) * areaPixel,
    orientationDeg: axes?.orientationDeg ?? null,
    elongation: axes?.elongation ?? null,
    boxPx: boundsOf(contourPx),
    boxNm: contourNm && boundsOf(contourNm),
  };
}

/** Median height near a region of what belongs to none. */
function levelAround(
  { rows, columns, heights, regionIds }: Relief,
  id: number,
  box: Bounds,
): number {
  const side = Math.max(box.right - box.left, box.bottom - box.top) + 1;
  const reach = Math.max(AROUND_PX, Math.ceil(AROUND * side));
  const stride = Math.ceil((side + 2 * reach) / MOST_AROUND);
  const values: number[] = [];
  for (
    let y = Math.max(0, box.top - reach);
    y <= Math.min(rows - 1, box.bottom + reach);
    y += stride
  ) {
    for (
      let x = Math.max(0, box.left - reach);
      x <= Math.min(columns - 1, box.right + reach);
      x += stride
    ) {
      const i = y * columns + x;
      if (regionIds[i] === 0 && !touches(regionIds, rows, columns, x, y, id)) {
        values.push(heights[i]);
      }
    }
  }
  if (values.length < FEWEST) return 0;
  return select(Float64Array.from(values), values.length >> 1);
}

/** Whether a pixel is within a region's flanks. */
function touches(
  regionIds: Int32Array,
  rows: number,
  columns: number,
  x: number,
  y: number,
  id: number,
): boolean {
  for (let v = Math.max(0, y - FLANK); v <= Math.min(rows - 1, y + FLANK); v++) {
    for (let u = Math.max(0, x - FLANK); u <= Math.min(columns - 1, x + FLANK); u++) {
      if (regionIds[v * columns + u] === id) return true;
    }
  }
  return false;
}

/** The largest departure within a region, with its sign. */
function extremum({ columns, heights, regionIds }: Relief, id: number, box: Bounds, base: number) {
  let most = 0;
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      const i = y * columns + x;
      if (regionIds[i] !== id) continue;
      const height = heights[i] - base;
      if (Math.abs(height) > Math.abs(most)) most = height;
    }
  }
  return most;
}

/** Height above the lattice summed over a region and its flanks. */
function sumAbove(relief: Relief, id: number, box: Bounds, base: number): number {
  const { rows, columns, heights, regionIds } = relief;
  let sum = 0;
  for (let y = Math.max(0, box.top - FLANK); y <= Math.min(rows - 1, box.bottom + FLANK); y++) {
    for (
      let x = Math.max(0, box.left - FLANK);
      x <= Math.min(columns - 1, box.right + FLANK);
      x++
    ) {
      const i = y * columns + x;
      const own = regionIds[i] === id;
      if (own || (regionIds[i] === 0 && touches(regionIds, rows, columns, x, y, id))) {
        sum += heights[i] - base;
      }
    }
  }
  return sum;
}

/** Height as a part of the extremum; beyond the region's flanks it stays below the outline's level. */
function fieldOf(relief: Relief, id: number, box: Bounds, base: number, height: number): Field {
  const { rows, columns, heights, regionIds } = relief;
  const at = (x: number, y: number) => {
    // Beyond the frame as at its edge, turned about the level so that the outline closes there.
    const inside = x >= 0 && y >= 0 && x < columns && y < rows;
    const column = Math.max(0, Math.min(columns - 1, x));
    const row = Math.max(0, Math.min(rows - 1, y));
    const i = row * columns + column;
    const part = (heights[i] - base) / height;
    const own =
      regionIds[i] === id ||
      (regionIds[i] === 0 && touches(regionIds, rows, columns, column, row, id));
    const outer =
      x < box.left - FLANK ||
      y < box.top - FLANK ||
      x > box.right + FLANK ||
      y > box.bottom + FLANK;
    if (inside && own && !outer) return part;
    return part < LEVEL ? part : 2 * LEVEL - part - Number.EPSILON;
  };
  return {
    left: box.left - FLANK,
    top: box.top - FLANK,
    right: box.right + FLANK,
    bottom: box.bottom + FLANK,
    at,
  };
}

function boundsOf(polygons: readonly Corner[][]): Bounds {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const polygon of polygons) {
    for (const [x, y] of polygon) {
      bounds.left = Math.min(bounds.left, x);
      bounds.right = Math.max(bounds.right, x);
      bounds.top = Math.min(bounds.top, y);
      bounds.bottom = Math.max(bounds.bottom, y);
    }
  }
  return bounds;
}

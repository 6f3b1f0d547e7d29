import type { DefectClass } from './motif.ts';
import type { Placed } from './place.ts';
import { BELL_REACH, type Tables } from './tables.ts';
import type { Warp } from './warp.ts';

/** Part of an image, in its pixels. */
export interface Patch {
  left: number;
  top: number;
  rows: number;
  columns: number;
  values: Float32Array;
}

/** A bell ends at this many widths. */
const WIDTHS = Math.sqrt(BELL_REACH);

/**
 * How far from its origin a defect changes anything, px; with fewer widths, how far it changes more
 * than a part of its height. spacing and step as in paintDefect.
 */
export function motifReach(
  { lobes, ring }: DefectClass,
  length: number,
  spacing: number,
  step: number,
  widths = WIDTHS,
): number {
  let reach = ring ? ring.radius + widths * ring.width : 0;
  for (const { s, t, widthS, widthT } of lobes) {
    const along = (Math.abs(s) + (length - 1) / 2) * step;
    const middle = Math.sqrt(along * along + t * t);
    reach = Math.max(reach, middle + widths * Math.max(widthS, widthT));
  }
  return reach * spacing;
}

/** The pixels within reach of a position, cut at the frame. */
export function patchAround(warp: Warp, column: number, row: number, reach: number): Patch {
  const left = Math.max(0, Math.floor(column - reach));
  const top = Math.max(0, Math.floor(row - reach));
  const right = Math.min(warp.columns - 1, Math.ceil(column + reach));
  const bottom = Math.min(warp.rows - 1, Math.ceil(row + reach));
  const rows = Math.max(0, bottom - top + 1);
  const columns = Math.max(0, right - left + 1);
  return { left, top, rows, columns, values: new Float32Array(rows * columns) };
}

/**
 * Heights of one defect and nothing else, into the patch. spacing is the motif's unit in px, step
 * the lattice's period along the row in that unit: offsets along the row count in periods.
 */
export function paintDefect(
  tables: Tables,
  motif: DefectClass,
  defect: Placed,
  spacing: number,
  step: number,
  warp: Warp,
  channel: 0 | 1,
  patch: Patch,
): void {
  for (const lobe of motif.lobes) {
    const height = lobe.height[channel] * defect.height;
    if (height === 0) continue;
    const widthS = lobe.widthS * spacing;
    const widthT = lobe.widthT * spacing;
    const t = lobe.t * spacing;
    for (let i = 0; i < defect.length; i++) {
      const s = (lobe.s + i - (defect.length - 1) / 2) * step * spacing;
      const x = defect.x + s * defect.cos - t * defect.sin;
      const y = defect.y + s * defect.sin + t * defect.cos;
      const reach = WIDTHS * Math.max(widthS, widthT);
      visit(warp, patch, x, y, reach, (at, dx, dy) => {
        const along = (dx * defect.cos + dy * defect.sin) / widthS;
        const across = (dy * defect.cos - dx * defect.sin) / widthT;
        patch.values[at] += height * tables.bell(along * along + across * across);
      });
    }
  }
  const { ring } = motif;
  if (!ring || ring.height[channel] === 0) return;
  const radius = ring.radius * spacing;
  const width = ring.width * spacing;
  const height = ring.height[channel] * defect.height;
  visit(warp, patch, defect.x, defect.y, radius + WIDTHS * width, (at, dx, dy) => {
    const off = (Math.sqrt(dx * dx + dy * dy) - radius) / width;
    patch.values[at] += height * tables.bell(off * off);
  });
}

/** Every pixel of the patch that looks within reach of (x, y) on the surface. */
function visit(
  warp: Warp,
  { left, top, rows, columns }: Patch,
  x: number,
  y: number,
  reach: number,
  pixel: (at: number, dx: number, dy: number) => void,
): void {
  for (let row = 0; row < rows; row++) {
    const dy = warp.y[top + row] - y;
    if (dy > reach || dy < -reach) continue;
    const from = (top + row) * warp.columns + left;
    for (let column = 0; column < columns; column++) {
      const dx = warp.x[from + column] - x;
      if (dx <= reach && dx >= -reach) pixel(row * columns + column, dx, dy);
    }
  }
}

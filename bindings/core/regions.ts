import { OptionError, ShapeError } from './errors.ts';

export interface RegionOptions {
  /** Smaller regions are dropped, in pixels; default 1, which drops nothing. */
  minArea?: number;
}

/** One 8-connected region of a mask. */
export interface Region {
  /** 1.. in raster order of the region's first pixel; the value of its pixels in `labels`. */
  id: number;
  areaPx: number;
  /** Centroid: x the column, y the row, origin at the top-left pixel centre. */
  x: number;
  y: number;
  /** Inclusive pixel bounds. */
  box: { left: number; top: number; right: number; bottom: number };
  /** Some of it may lie outside the picture. */
  touchesBorder: boolean;
}

export interface Regions {
  /** Region id of each pixel, 0 for background, (rows, columns). */
  labels: Int32Array;
  regions: Region[];
}

/** Region ids of these regions alone, 0 elsewhere. */
export function onlyRegions(regionIds: Int32Array, kept: readonly { id: number }[]): Int32Array {
  const ids = new Set(kept.map(({ id }) => id));
  return regionIds.map((id) => (ids.has(id) ? id : 0));
}

/**
 * 8-connected regions of a mask (rows, columns), whose non-zero pixels are foreground. Two raster
 * passes with union-find (Rosenfeld and Pfaltz 1966). Throws ShapeError, OptionError.
 */
export function findRegions(
  mask: Uint8Array,
  rows: number,
  columns: number,
  options: RegionOptions = {},
): Regions {
  const { minArea = 1 } = options;
  if (mask.length !== rows * columns) {
    throw new ShapeError(
      `regions: expected a mask of ${rows} x ${columns} = ${rows * columns} pixels, got ${mask.length}.`,
    );
  }
  if (!(minArea >= 0)) throw new OptionError(`regions: expected minArea >= 0, got ${minArea}.`);
  const { provisional, parents } = connect(mask, rows, columns);
  const kept = measure(provisional, parents, rows, columns).filter(
    ({ areaPx }) => areaPx >= minArea,
  );
  const ids = new Int32Array(parents.length);
  const regions = kept.map((region, index): Region => {
    const { root, areaPx, sumX, sumY, box } = region;
    ids[root] = index + 1;
    return {
      id: index + 1,
      areaPx,
      x: sumX / areaPx,
      y: sumY / areaPx,
      box,
      touchesBorder:
        box.left === 0 || box.top === 0 || box.right === columns - 1 || box.bottom === rows - 1,
    };
  });
  const labels = provisional;
  for (let i = 0; i < labels.length; i++) if (labels[i]) labels[i] = ids[parents[labels[i]]];
  return { labels, regions };
}

/**
 * Provisional labels in raster order and, for each, the region's smallest provisional label: the one
 * of its first pixel. Label 0 is background.
 */
function connect(mask: Uint8Array, rows: number, columns: number) {
  const provisional = new Int32Array(mask.length);
  const parents = [0];
  const find = (label: number): number => {
    let root = label;
    while (parents[root] !== root) root = parents[root];
    for (let at = label; at !== root; ) {
      const next = parents[at];
      parents[at] = root;
      at = next;
    }
    return root;
  };
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      if (!mask[at]) continue;
      let label = 0;
      const join = (neighbour: number) => {
        if (neighbour === 0) return;
        const root = find(neighbour);
        if (label === 0 || root === label) label = root;
        else {
          parents[Math.max(root, label)] = Math.min(root, label);
          label = Math.min(root, label);
        }
      };
      if (x > 0) join(provisional[at - 1]);
      if (y > 0) {
        if (x > 0) join(provisional[at - columns - 1]);
        join(provisional[at - columns]);
        if (x < columns - 1) join(provisional[at - columns + 1]);
      }
      if (label === 0) {
        label = parents.length;
        parents.push(label);
      }
      provisional[at] = label;
    }
  }
  for (let label = 1; label < parents.length; label++) find(label);
  return { provisional, parents };
}

interface Measured {
  root: number;
  areaPx: number;
  sumX: number;
  sumY: number;
  box: Region['box'];
}

/** Area, sums of coordinates and bounds of each root, in order of first pixel. */
function measure(
  provisional: Int32Array,
  parents: readonly number[],
  rows: number,
  columns: number,
): Measured[] {
  const byRoot = new Map<number, Measured>();
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const root = parents[provisional[y * columns + x]];
      if (root === 0) continue;
      let region = byRoot.get(root);
      if (!region) {
        region = {
          root,
          areaPx: 0,
          sumX: 0,
          sumY: 0,
          box: { left: x, top: y, right: x, bottom: y },
        };
        byRoot.set(root, region);
      }
      region.areaPx++;
      region.sumX += x;
      region.sumY += y;
      const { box } = region;
      if (x < box.left) box.left = x;
      if (x > box.right) box.right = x;
      box.bottom = y;
    }
  }
  return [...byRoot.values()];
}

import { median } from './statistics.ts';
import type { Terraces } from './terraces.ts';

/** An edge of a step as the tip rounds it off reaches at least so far to either side, px. */
const NARROWEST_EDGE = 8;
/**
 * Across a step, so much of what the height changes by over three times as far is found already near to its edge; of a
 * slope, which wide blocks show as sharp, a third.
 */
const SHARP = 0.6;
const FAR = 3;

/** Rises across a border, near to it and farther away. */
interface Rises {
  a: number;
  b: number;
  near: number[];
  far: number[];
}

/**
 * Terraces of blocks with those joined whose border is no step but a slope, by heights (rows, columns) on both sides of
 * each border between the terraces of pixels, `labels`; the same object where all are steps.
 */
export function joinSoftBorders(
  terraces: Terraces,
  labels: Int16Array,
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  blockPx: number,
): Terraces {
  const reach = Math.max(NARROWEST_EDGE, blockPx >> 1);
  const soft = risesAcross(terraces.count, labels, heights, valid, rows, columns, reach).filter(
    ({ near, far }) => median(Float64Array.from(near)) < SHARP * median(Float64Array.from(far)),
  );
  if (soft.length === 0) return terraces;
  const joined = Int16Array.from({ length: terraces.count }, (_, k) => k);
  for (const { a, b } of soft) {
    const [into, from] = [Math.min(joined[a], joined[b]), Math.max(joined[a], joined[b])];
    for (let k = 0; k < joined.length; k++) if (joined[k] === from) joined[k] = into;
  }
  const names = [...new Set(joined)];
  return {
    labels: terraces.labels.map((label) => names.indexOf(joined[label])),
    count: names.length,
  };
}

function risesAcross(
  count: number,
  labels: Int16Array,
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  reach: number,
): Rises[] {
  const found = new Map<number, Rises>();
  const look = (i: number, stride: number) => {
    const first = i - FAR * reach * stride;
    const last = i + (FAR * reach + 1) * stride;
    const [before, after] = [i - reach * stride, i + (reach + 1) * stride];
    // Another border so near would count for this one, and what was filled in knows of no step.
    if (labels[first] !== labels[i] || labels[last] !== labels[i + stride]) return;
    if (!(valid[first] && valid[before] && valid[after] && valid[last])) return;
    const [a, b] = [
      Math.min(labels[i], labels[i + stride]),
      Math.max(labels[i], labels[i + stride]),
    ];
    const rises = found.get(a * count + b) ?? { a, b, near: [], far: [] };
    found.set(a * count + b, rises);
    rises.near.push(Math.abs(heights[after] - heights[before]));
    rises.far.push(Math.abs(heights[last] - heights[first]));
  };
  const margin = FAR * reach;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const i = y * columns + x;
      const isInsideX = x >= margin && x + margin + 1 < columns;
      const isInsideY = y >= margin && y + margin + 1 < rows;
      if (isInsideX && labels[i] !== labels[i + 1]) look(i, 1);
      if (isInsideY && labels[i] !== labels[i + columns]) look(i, columns);
    }
  }
  return [...found.values()];
}

import { findRegions, type Region } from '../regions.ts';

/** Smallest defect and largest hole worth keeping, in squares of the lattice's row spacing. */
const SMALLEST = 0.05;
const LARGEST_HOLE = 0.5;
/** Nothing that the tip images is smaller than this. */
const FEWEST_PIXELS = 4;
/**
 * Row spacings, and levelled pixels, one of which a defect has to reach into the frame: of less, the start of a line and
 * what any filter does at the edge look the same.
 */
const INTO_FRAME = 0.6;
const INTO_FRAME_PX = 5;

/**
 * Drop speckle, pieces of single scan lines, slivers along the frame and invalid pixels, and fill holes,
 * from a mask (rows, columns) of a lattice with the given row spacing. A sliver that holds one of the pixels
 * `clicked` stays. Returns a new mask.
 */
export function cleanMask(
  mask: Uint8Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  periodPx: number,
  clicked: readonly number[] = [],
): Uint8Array {
  const smallest = Math.max(FEWEST_PIXELS, SMALLEST * periodPx * periodPx);
  const thinnest = Math.max(2, 0.1 * periodPx);
  const widest = Math.min(INTO_FRAME * periodPx, INTO_FRAME_PX);
  // Plain loops here and below: a callback per pixel takes ten times as long.
  const measured = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) measured[i] = mask[i] & valid[i];
  const { labels, regions } = findRegions(measured, rows, columns, { minArea: smallest });
  const isClicked = new Uint8Array(regions.length + 1);
  for (const at of clicked) isClicked[labels[at]] = 1;
  const keep = new Uint8Array(regions.length + 1);
  for (const { id, box } of regions) {
    const isSliver = !isClicked[id] && intoFrame(box, rows, columns) < widest;
    keep[id] = !isSliver && box.bottom - box.top + 1 >= thinnest ? 1 : 0;
  }
  const kept = measured;
  for (let i = 0; i < labels.length; i++) kept[i] = keep[labels[i]];
  return fillHoles(kept, valid, rows, columns, LARGEST_HOLE * periodPx * periodPx);
}

/** How far what touches the frame reaches into it, px; Infinity for what does not. */
function intoFrame({ left, top, right, bottom }: Region['box'], rows: number, columns: number) {
  return Math.min(
    left === 0 ? right + 1 : Infinity,
    top === 0 ? bottom + 1 : Infinity,
    right === columns - 1 ? columns - left : Infinity,
    bottom === rows - 1 ? rows - top : Infinity,
  );
}

/** Background enclosed by a defect and no larger than `largest` pixels becomes defect. */
function fillHoles(
  mask: Uint8Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  largest: number,
): Uint8Array {
  const background = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) background[i] = 1 - mask[i];
  const { labels, regions } = findRegions(background, rows, columns);
  const fill = new Uint8Array(regions.length + 1);
  for (const { id, areaPx, touchesBorder } of regions) {
    fill[id] = !touchesBorder && areaPx <= largest ? 1 : 0;
  }
  const filled = background;
  for (let i = 0; i < mask.length; i++) filled[i] = mask[i] | (fill[labels[i]] & valid[i]);
  return filled;
}

import { OptionError } from '../errors.ts';
import { CERTAIN, type Lattice } from './lattice.ts';
import { findSurface } from './surfaces.ts';

/** Pixels whose width and height differ by at most this part are square. */
const SQUARE = 0.005;
/** A lattice period of more pixels than this is shrunk to COMFORTABLE ones. */
const FAR_TOO_MANY = 24;
const COMFORTABLE = 16;
/** No grid larger than this along either side, whatever is asked. */
const LARGEST = 8192;
const SMALLEST = 16;

export interface WorkingGrid {
  rows: number;
  columns: number;
  /** Side of a pixel, null when the scan's size is not known. */
  pixelNm: number | null;
  /** Why this grid: 'kept', 'off', 'surface', 'pixel size', 'lattice' or 'square pixels'. */
  reason: string;
}

/** What a working grid is chosen from. pixelX, pixelY: nm, or 1 when the size is not known. */
export interface GridInput {
  rows: number;
  columns: number;
  pixelX: number;
  pixelY: number;
  sizeKnown: boolean;
  /** Wanted pixel, nm; wins. */
  pixelNm?: number | undefined;
  surface?: string | undefined;
  lattice: Lattice | null;
  /** 'off' changes only pixels that are not square; pixelNm, surface and lattice do not count. */
  resample: 'auto' | 'off';
}

/**
 * The grid of square pixels to work on: of the pixel size or surface asked for, else the scan's own
 * unless its pixels are not square or its lattice is sampled far too finely. Pixels that are not square
 * are made so whatever is asked, as every later length counts in one pixel size.
 * Throws OptionError for a pixel size that makes no sensible grid.
 */
export function chooseGrid(input: GridInput): WorkingGrid {
  const { rows, columns, pixelX, pixelY, sizeKnown, lattice } = input;
  const square = Math.abs(pixelX - pixelY) <= SQUARE * Math.min(pixelX, pixelY);
  const finest = Math.min(pixelX, pixelY);
  let wanted = finest;
  const auto = input.resample === 'auto';
  let reason = !square ? 'square pixels' : auto ? 'kept' : 'off';
  if (!auto) {
    if (square) return { rows, columns, pixelNm: sizeKnown ? pixelX : null, reason };
  } else if (sizeKnown && input.pixelNm !== undefined) {
    wanted = input.pixelNm;
    reason = 'pixel size';
  } else if (sizeKnown && input.surface !== undefined) {
    wanted = findSurface(input.surface).pixelNm;
    reason = 'surface';
  } else if (lattice && lattice.confidence >= CERTAIN && lattice.spacing > FAR_TOO_MANY * finest) {
    wanted = lattice.spacing / COMFORTABLE;
    reason = 'lattice';
  }
  const outRows = Math.round((rows * pixelY) / wanted);
  const outColumns = Math.round((columns * pixelX) / wanted);
  const unchanged = square && outRows === rows && outColumns === columns;
  if (reason === 'kept' || unchanged) {
    return { rows, columns, pixelNm: sizeKnown ? pixelX : null, reason };
  }
  if (reason === 'lattice' && Math.min(outRows, outColumns) < SMALLEST) {
    return { rows, columns, pixelNm: sizeKnown ? pixelX : null, reason: 'kept' };
  }
  const fits = [outRows, outColumns].every((size) => size >= SMALLEST && size <= LARGEST);
  if (!fits) {
    throw new OptionError(
      `pixel size: ${wanted.toPrecision(3)} nm makes a grid of ${outRows} x ${outColumns}, expected ${SMALLEST} to ${LARGEST} along each side.`,
    );
  }
  return {
    rows: outRows,
    columns: outColumns,
    pixelNm: sizeKnown ? (columns * pixelX) / outColumns : null,
    reason,
  };
}

import { EmptyScanError } from '../errors.ts';
import type { Pixels } from '../scan.ts';

/** No height is so large in any unit; what is overflows once it is squared. */
const LARGEST = 1e25;
/** Lines and columns that a scan must have at least to be levelled. */
const SMALLEST = 8;

export interface Missing {
  /** 1 where the pixel was measured. (rows, columns) */
  valid: Uint8Array;
  missingPixels: number;
  /** Lines without any measured pixel. */
  missingLines: number;
}

/**
 * Find what was not measured in pixels (rows, columns): NaN, infinities and beyond all heights, lines of one constant
 * value (unfinished or saturated), and the constant end of the line where a scan was stopped.
 * Throws EmptyScanError when nothing is left to work on.
 */
export function findMissing(pixels: Pixels, rows: number, columns: number, name: string): Missing {
  const valid = new Uint8Array(rows * columns);
  for (let i = 0; i < valid.length; i++) valid[i] = Math.abs(pixels[i]) <= LARGEST ? 1 : 0;
  if (!valid.includes(1)) {
    throw new EmptyScanError(`${name}: no finite pixel, expected measured heights.`);
  }
  dropConstantLines(pixels, valid, rows, columns, name);

  let missingLines = 0;
  let missingPixels = 0;
  for (let y = 0; y < rows; y++) {
    let measured = 0;
    for (let i = y * columns; i < (y + 1) * columns; i++) measured += valid[i];
    missingPixels += columns - measured;
    if (measured === 0) missingLines++;
  }
  if (rows - missingLines < SMALLEST || columns < SMALLEST) {
    throw new EmptyScanError(
      `${name}: ${rows - missingLines} measured lines of ${columns} pixels, expected at least ${SMALLEST} x ${SMALLEST}.`,
    );
  }
  return { valid, missingPixels, missingLines };
}

function dropConstantLines(
  pixels: Pixels,
  valid: Uint8Array,
  rows: number,
  columns: number,
  name: string,
): void {
  const constants = new Float64Array(rows).fill(NaN);
  let varied = 0;
  for (let y = 0; y < rows; y++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = y * columns; i < (y + 1) * columns; i++) {
      if (!valid[i]) continue;
      if (pixels[i] < low) low = pixels[i];
      if (pixels[i] > high) high = pixels[i];
    }
    if (low === high) constants[y] = low;
    else if (low < high) varied++;
  }
  if (varied === 0) {
    const known = constants.filter((value) => !Number.isNaN(value));
    if (known.every((value) => value === known[0])) {
      throw new EmptyScanError(
        `${name}: every measured pixel is ${known[0]}, expected heights that differ.`,
      );
    }
    return; // a surface that varies along y only, such as an ideal plane
  }
  for (let y = 0; y < rows; y++) {
    if (Number.isNaN(constants[y])) continue;
    valid.fill(0, y * columns, (y + 1) * columns);
    dropRun(pixels, valid, columns, y - 1, rows, constants[y]);
    dropRun(pixels, valid, columns, y + 1, rows, constants[y]);
  }
}

/** The line next to an unfinished part may itself be unfinished: drop its end of the same value. */
function dropRun(
  pixels: Pixels,
  valid: Uint8Array,
  columns: number,
  y: number,
  rows: number,
  value: number,
): void {
  if (y < 0 || y >= rows) return;
  const first = y * columns;
  const last = first + columns - 1;
  let right = last;
  while (right >= first && pixels[right] === value) right--;
  if (last - right >= SMALLEST) valid.fill(0, right + 1, last + 1);
  let left = first;
  while (left <= last && pixels[left] === value) left++;
  if (left - first >= SMALLEST) valid.fill(0, first, left);
}

/**
 * Fill in every pixel of heights (rows, columns) that is not valid, in place: between measured pixels of
 * its column linearly; beyond the last one by reflection, which goes on with the same texture.
 */
export function fillMissing(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
): Float64Array {
  if (!valid.includes(0)) return heights;
  const empty: number[] = [];
  for (let x = 0; x < columns; x++) {
    if (!fillColumn(heights, valid, rows, columns, x)) empty.push(x);
  }
  for (const x of empty) {
    const from = nearestColumn(empty, x, columns);
    for (let y = 0; y < rows; y++) heights[y * columns + x] = heights[y * columns + from];
  }
  return heights;
}

/** False when nothing was measured in column x. */
function fillColumn(
  heights: Float64Array,
  valid: Uint8Array,
  rows: number,
  columns: number,
  x: number,
): boolean {
  let before = -1;
  let first = -1;
  for (let y = 0; y < rows; y++) {
    if (!valid[y * columns + x]) continue;
    if (first < 0) first = y;
    else if (y - before > 1) {
      const low = heights[before * columns + x];
      const rise = (heights[y * columns + x] - low) / (y - before);
      for (let g = before + 1; g < y; g++) heights[g * columns + x] = low + rise * (g - before);
    }
    before = y;
  }
  if (first < 0) return false;
  for (let y = first - 1; y >= 0; y--) {
    heights[y * columns + x] = heights[reflect(y, first, before) * columns + x];
  }
  for (let y = before + 1; y < rows; y++) {
    heights[y * columns + x] = heights[reflect(y, first, before) * columns + x];
  }
  return true;
}

/** Row y brought into first..last by reflection at both ends. */
function reflect(y: number, first: number, last: number): number {
  if (first === last) return first;
  const period = 2 * (last - first);
  const offset = (((y - first) % period) + period) % period;
  return first + (offset <= last - first ? offset : period - offset);
}

function nearestColumn(empty: readonly number[], x: number, columns: number): number {
  const isEmpty = new Set(empty);
  for (let d = 1; d < columns; d++) {
    if (x - d >= 0 && !isEmpty.has(x - d)) return x - d;
    if (x + d < columns && !isEmpty.has(x + d)) return x + d;
  }
  return x;
}

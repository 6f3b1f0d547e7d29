import { OptionError, ShapeError } from './errors.ts';
import { select } from './select.ts';

/** A position in pixels; (0, 0) is the centre of the top-left pixel, x the column, y the row. */
export interface Point {
  x: number;
  y: number;
}

/** A point, and how large what was found there is, in any one unit; unknown for what was only clicked. */
export interface SizedPoint extends Point {
  areaPx?: number | null | undefined;
  /** Set aside as larger than a defect: classifyDefects compares it with nothing. */
  tooLarge?: boolean | undefined;
}

/**
 * How a crop is cut and scaled.
 * - 'scan': cut at the sub-pixel centre; each channel of a crop minus its own median; each channel
 *   divided by one robust standard deviation of the whole plane (1.4826 * median absolute
 *   deviation), so that contrast between crops survives but units and corrugation do not matter;
 *   then times `gain`.
 * - 'authors': as Kolev et al. 2025 do: whole pixels cut out, resized bilinearly, channel 0's mean
 *   taken from both channels; heights must be in nm.
 * - 'none': cut as 'scan', values untouched.
 */
export type Normalisation = 'scan' | 'authors' | 'none';

export interface CropOptions {
  /** Side of the square around the point, in pixels of the planes; may be fractional. */
  sizePx: number;
  /** Side of the crop, 40 by default. */
  output?: number;
  /** 'scan' by default. */
  normalise?: Normalisation;
  /**
   * 'scan' only: what one deviation of the plane becomes, 0.05 by default. Trained networks have
   * biases and so expect the contrast they were trained at: the published ones saw heights in nm,
   * and a levelled scan deviates by about 50 pm. Without biases (untrainedConv4) it does not matter.
   */
  gain?: number;
  /** 'scan' only: the planes' robustDeviation, when the caller has them; computed when absent. */
  deviations?: readonly number[];
}

export interface Crops {
  /** (n, 2, size, size) */
  crops: Float32Array;
  n: number;
  size: number;
  /** (n) 1 where the square reaches over the scan's edge. */
  touchesBorder: Uint8Array;
}

/** Crops larger than this are mistaken units, not features. */
const LARGEST_OUTPUT = 1024;

/**
 * Cut a square around each point from the first two planes (rows, columns) and resize it to
 * output x output. One plane is used for both channels. Beyond the edge the scan is continued by
 * its nearest pixel, which adds no feature that is not there (reflection doubles those at the
 * edge); `touchesBorder` says where that happened. Throws ShapeError, OptionError.
 */
export function cropAt(
  planes: readonly Float32Array[],
  rows: number,
  columns: number,
  points: readonly Point[],
  options: CropOptions,
): Crops {
  const { sizePx, output = 40, normalise = 'scan', gain = 0.05 } = options;
  checkCrop(planes, rows, columns, points, sizePx, output);
  if (!(gain > 0 && gain < Infinity)) {
    throw new OptionError(`crop: expected a gain above 0, got ${gain}.`);
  }
  const channels = [planes[0], planes[1] ?? planes[0]];
  const n = points.length;
  const image = output * output;
  const crops = new Float32Array(n * 2 * image);
  const touchesBorder = new Uint8Array(n);
  const scratch = new Float64Array(image);
  const scales =
    normalise === 'scan' ? deviationsOf(channels, options).map((d) => d / gain) : [1, 1];
  points.forEach((point, i) => {
    const square = normalise === 'authors' ? wholePixels(point, sizePx) : around(point, sizePx);
    touchesBorder[i] = isInside(square, rows, columns) ? 0 : 1;
    const crop = crops.subarray(i * 2 * image, (i + 1) * 2 * image);
    channels.forEach((plane, c) => {
      const out = crop.subarray(c * image, (c + 1) * image);
      if (normalise === 'authors') resizeWhole(out, output, plane, rows, columns, square);
      else sampleSquare(out, output, plane, rows, columns, square, scratch);
      if (normalise === 'scan') centreAndScale(out, scales[c]);
    });
    if (normalise === 'authors') subtract(crop, mean(crop.subarray(0, image)));
  });
  return { crops, n, size: output, touchesBorder };
}

/** One per channel; a plane that serves as both is measured once. */
function deviationsOf(channels: readonly Float32Array[], { deviations }: CropOptions): number[] {
  const [first, second] = channels;
  const one = deviations?.[0] ?? robustDeviation(first);
  return [one, second === first ? one : (deviations?.[1] ?? robustDeviation(second))];
}

/** Left and top pixel edge, in pixel-centre coordinates, and side. */
interface Square {
  left: number;
  top: number;
  side: number;
}

function around({ x, y }: Point, side: number): Square {
  return { left: x - side / 2, top: y - side / 2, side };
}

/** Whole pixels x - floor(side / 2) ... + side - 1, the point's pixel and the side rounded. */
function wholePixels({ x, y }: Point, sizePx: number): Square {
  const side = Math.max(1, Math.round(sizePx));
  const half = side >> 1;
  return { left: Math.round(x) - half - 0.5, top: Math.round(y) - half - 0.5, side };
}

function isInside({ left, top, side }: Square, rows: number, columns: number): boolean {
  return left >= -0.5 && top >= -0.5 && left + side <= columns - 0.5 && top + side <= rows - 0.5;
}

/**
 * Bilinear samples at the centres of output x output cells; a cell wider than a pixel is the mean
 * of several samples, so that shrinking does not alias. `scratch` is of as many numbers as `out`.
 */
function sampleSquare(
  out: Float32Array,
  output: number,
  plane: Float32Array,
  rows: number,
  columns: number,
  { left, top, side }: Square,
  scratch: Float64Array,
): void {
  const per = Math.ceil(side / output);
  const fine = output * per;
  const x = axis(left, side, fine, 0, columns - 1);
  const y = axis(top, side, fine, 0, rows - 1);
  const sums = scratch.fill(0);
  for (let j = 0; j < fine; j++) {
    addLine(sums, Math.floor(j / per) * output, per, plane, columns, x, y, j);
  }
  for (let k = 0; k < sums.length; k++) out[k] = sums[k] / (per * per);
}

/** Add line j of the samples, each to its cell: the cells from `cell` on hold `per` of them. */
function addLine(
  sums: Float64Array,
  cell: number,
  per: number,
  plane: Float32Array,
  columns: number,
  x: Axis,
  y: Axis,
  j: number,
): void {
  for (let i = 0, left = per; i < x.weight.length; i++) {
    sums[cell] += bilinear(plane, columns, x, y, i, j);
    if (--left > 0) continue;
    left = per;
    cell++;
  }
}

/** Bilinear resize of the square's own pixels, its edge pixels continued: half-pixel centres, no low-pass. */
function resizeWhole(
  out: Float32Array,
  output: number,
  plane: Float32Array,
  rows: number,
  columns: number,
  { left, top, side }: Square,
): void {
  const x0 = left + 0.5;
  const y0 = top + 0.5;
  const x = axis(left, side, output, x0, x0 + side - 1, columns - 1);
  const y = axis(top, side, output, y0, y0 + side - 1, rows - 1);
  for (let j = 0; j < output; j++) {
    for (let i = 0; i < output; i++) out[j * output + i] = bilinear(plane, columns, x, y, i, j);
  }
}

/** Per sample: the pixel before, the pixel after and the weight of the latter. */
interface Axis {
  before: Int32Array;
  after: Int32Array;
  weight: Float64Array;
}

/** n samples over [start, start + side], kept within low..high, then within the scan's 0..last. */
function axis(
  start: number,
  side: number,
  n: number,
  low: number,
  high: number,
  last = high,
): Axis {
  const before = new Int32Array(n);
  const after = new Int32Array(n);
  const weight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const at = clamp(start + ((i + 0.5) * side) / n, low, high);
    const floor = Math.floor(at);
    before[i] = clamp(floor, 0, last);
    after[i] = clamp(Math.min(floor + 1, high), 0, last);
    weight[i] = at - floor;
  }
  return { before, after, weight };
}

function bilinear(
  plane: Float32Array,
  columns: number,
  x: Axis,
  y: Axis,
  i: number,
  j: number,
): number {
  const above = y.before[j] * columns;
  const below = y.after[j] * columns;
  const l = x.before[i];
  const r = x.after[i];
  const wx = x.weight[i];
  const top = plane[above + l] + (plane[above + r] - plane[above + l]) * wx;
  const bottom = plane[below + l] + (plane[below + r] - plane[below + l]) * wx;
  return top + (bottom - top) * y.weight[j];
}

function centreAndScale(values: Float32Array, scale: number): void {
  const centre = median(values);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - centre) / scale;
}

function subtract(values: Float32Array, amount: number): void {
  for (let i = 0; i < values.length; i++) values[i] -= amount;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * 1.4826 * median absolute deviation from the median, which equals the standard deviation of
 * Gaussian values. When over half the plane is one value, the ordinary standard deviation; when all
 * of it is, 1.
 */
export function robustDeviation(plane: Float32Array): number {
  const centre = median(plane);
  const away = plane.slice();
  for (let i = 0; i < away.length; i++) away[i] = Math.abs(away[i] - centre);
  const robust = 1.4826 * median(away);
  if (robust > 0) return robust;
  let sum = 0;
  for (const value of plane) sum += (value - centre) * (value - centre);
  return Math.sqrt(sum / plane.length) || 1;
}

export function median(values: Float32Array): number {
  const ordered = values.slice();
  const half = ordered.length >> 1;
  const upper = select(ordered, half);
  if (ordered.length % 2 || half === 0) return upper;
  let lower = ordered[0];
  for (let i = 1; i < half; i++) if (ordered[i] > lower) lower = ordered[i];
  return (lower + upper) / 2;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function checkCrop(
  planes: readonly Float32Array[],
  rows: number,
  columns: number,
  points: readonly Point[],
  sizePx: number,
  output: number,
): void {
  if (planes.length < 1 || planes.length > 2) {
    throw new ShapeError(`crop: expected 1 or 2 channels, got ${planes.length}.`);
  }
  for (const plane of planes) {
    if (plane.length !== rows * columns || plane.length === 0) {
      throw new ShapeError(
        `crop: expected planes of ${rows} x ${columns} pixels, at least one, got ${plane.length} values.`,
      );
    }
  }
  if (!(Number.isInteger(output) && output >= 1 && output <= LARGEST_OUTPUT)) {
    throw new OptionError(`crop: expected an output of 1 to ${LARGEST_OUTPUT} px, got ${output}.`);
  }
  const most = 2 * Math.max(rows, columns);
  if (!(sizePx > 0 && sizePx <= most)) {
    throw new OptionError(`crop: expected a size above 0 and up to ${most} px, got ${sizePx}.`);
  }
  points.forEach(({ x, y }, i) => {
    if (!(x >= -0.5 && x <= columns - 0.5 && y >= -0.5 && y <= rows - 0.5)) {
      throw new OptionError(
        `crop: expected points inside ${columns} x ${rows} px, got point ${i + 1} at x ${x}, y ${y}.`,
      );
    }
  });
}

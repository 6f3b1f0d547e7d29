import { OptionError, ShapeError } from '../errors.ts';
import { labelText } from '../label-words.ts';
import type { Pixels } from '../scan.ts';
import { defaultColour } from '../session/palette.ts';
import { type Colormap, colormap, colourIndex } from './colormap.ts';
import { freeCorner, type Sides } from './free-corner.ts';
import {
  type Canvas,
  drawRing,
  drawText,
  fillRectangle,
  fitText,
  makeCanvas,
  paint,
  type Rgb,
} from './geometry.ts';
import { GLYPH_ASCENT, textWidth } from './glyphs.ts';
import type { MarkStyle } from './marks.ts';

export interface OverlayInput {
  /** (rows, columns); NaN where nothing was measured. */
  heights: Pixels;
  rows: number;
  columns: number;
  /** Region id of each pixel, 0 outside all regions. (rows, columns) */
  regionLabels?: Int32Array;
  /** Index into classes of a region, -1 for none of them. */
  classOfRegion?: (id: number) => number;
  /** Absent or empty: nothing is classified, and every region is a defect. */
  classes?: readonly string[];
  /** Of each class; default: the palette's colours. */
  styles?: readonly MarkStyle[] | undefined;
  /** Marked positions, drawn as rings: the support set, or defects that have no region. */
  points?: readonly { x: number; y: number; classIndex: number }[];
  /** Side of a pixel, null when not known. */
  pixelNm: number | null;
  colormap?: Colormap;
}

/** Narrower scans are enlarged by the smallest whole factor that reaches this width. */
const LEAST_WIDTH = 768;
/** What the picture is cut to: these percentiles of the heights are black and white. */
const DARKEST = 0.01;
const BRIGHTEST = 0.99;

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const INK: Rgb = [30, 30, 30];
const PAPER: Rgb = WHITE;
const NOT_MEASURED: Rgb = [96, 104, 120];
const NOT_NAMED: Rgb = [236, 236, 236];

/** Colour of a class by its index, the palette's unless another is given. -1 is "none of these". */
export function classColour(index: number, styles: readonly MarkStyle[] = []): Rgb {
  if (index < 0) return NOT_NAMED;
  const { colour } = styles[index] ?? { colour: defaultColour(index) };
  const hex = Number.parseInt(colour.slice(1), 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
}

/**
 * The scan as a figure: heights in colours, regions outlined and points ringed in the colour of
 * their class, a scale bar, and a strip below with each class and its count.
 * Returns rgb (rows, columns, 3), larger than the scan.
 */
export function renderOverlay(input: OverlayInput): Canvas {
  check(input);
  const scale = Math.max(1, Math.ceil(LEAST_WIDTH / input.columns));
  const width = input.columns * scale;
  const height = input.rows * scale;
  // One size of text for every picture: about 45 lines of it would fill a square one.
  const size = Math.max(2, Math.round(width / 480));
  const entries = legend(input);
  const lines = layOut(entries, width, size);
  const canvas = makeCanvas(height + stripHeight(lines.length, size), width, PAPER);
  drawHeights(canvas, input, scale);
  drawOutlines(canvas, input, scale);
  for (const point of input.points ?? []) {
    const x = (point.x + 0.5) * scale;
    const y = (point.y + 0.5) * scale;
    drawMark(canvas, x, y, size, classColour(point.classIndex, input.styles));
  }
  drawScaleBar(canvas, input, scale, size);
  drawLegend(canvas, lines, height, size);
  return canvas;
}

function check({ heights, rows, columns, regionLabels, pixelNm }: OverlayInput): void {
  if (rows < 1 || columns < 1 || heights.length !== rows * columns) {
    throw new ShapeError(
      `overlay: expected ${rows} x ${columns} heights, at least one, got ${heights.length}.`,
    );
  }
  if (regionLabels && regionLabels.length !== heights.length) {
    throw new ShapeError(
      `overlay: expected ${heights.length} region labels, got ${regionLabels.length}.`,
    );
  }
  if (pixelNm !== null && !(pixelNm > 0 && pixelNm < Infinity)) {
    throw new OptionError(`overlay: expected a positive pixel size or null, got ${pixelNm} nm.`);
  }
}

function drawHeights(canvas: Canvas, input: OverlayInput, scale: number): void {
  const { heights, rows, columns } = input;
  const [low, high] = contrast(heights);
  const colours = colormap(input.colormap ?? 'grey');
  for (let y = 0; y < rows * scale; y++) {
    const row = Math.floor(y / scale) * columns;
    for (let x = 0; x < columns * scale; x++) {
      const entry = colourIndex(heights[row + Math.floor(x / scale)], low, high);
      const at = (y * canvas.columns + x) * 3;
      for (let c = 0; c < 3; c++) {
        canvas.rgb[at + c] = entry < 0 ? NOT_MEASURED[c] : colours[entry * 3 + c];
      }
    }
  }
}

function contrast(heights: Pixels): [number, number] {
  const measured = heights.filter((height) => Number.isFinite(height)).sort();
  const at = (part: number) => measured[Math.round(part * (measured.length - 1))] ?? 0;
  return [at(DARKEST), at(BRIGHTEST)];
}

/**
 * Just outside each region, so that the defect itself stays visible: two pixels of the class's
 * colour and a thin dark line around them, which keeps every colour apart from any ground; dashed for
 * what is no class.
 */
function drawOutlines(canvas: Canvas, input: OverlayInput, scale: number): void {
  const { regionLabels, rows, columns, classes = [], styles = [] } = input;
  if (!regionLabels) return;
  const thickness = scale === 1 ? 1 : 2;
  const width = columns * scale;
  const height = rows * scale;
  const regionAt = (x: number, y: number) =>
    regionLabels[Math.floor(y / scale) * columns + Math.floor(x / scale)];
  const border = borderPixels(regionLabels, rows, columns);
  const around = (
    reach: number,
    colourAt: (id: number, x: number, y: number) => Rgb | undefined,
    opacity: number,
  ) => {
    const done = new Uint8Array(width * height);
    for (const at of border) {
      const id = regionLabels[at];
      const left = (at % columns) * scale;
      const top = Math.floor(at / columns) * scale;
      const bottom = Math.min(height, top + scale + reach);
      const right = Math.min(width, left + scale + reach);
      for (let y = Math.max(0, top - reach); y < bottom; y++) {
        for (let x = Math.max(0, left - reach); x < right; x++) {
          if (done[y * width + x] || regionAt(x, y) === id) continue;
          done[y * width + x] = 1;
          const colour = colourAt(id, x, y);
          if (colour) paint(canvas, x, y, colour, opacity);
        }
      }
    }
  };
  // On a scan that is not enlarged the line covers the surface itself: fainter there.
  around(thickness + 1, () => BLACK, scale > 1 ? 0.7 : 0.5);
  // Of -1 and of every class.
  const lines = Array.from({ length: Math.max(1, classes.length) + 1 }, (_, i) => ({
    colour: classColour(i - 1, styles),
    dashed: styles[i - 1]?.dashed ?? false,
  }));
  // Squares of a chessboard are dashes in every direction.
  const side = 3 * thickness;
  const isGap = (x: number, y: number) => (Math.floor(x / side) + Math.floor(y / side)) % 2 === 1;
  around(
    thickness,
    (id, x, y) => {
      const { colour, dashed } = lines[classIndex(input, id) + 1];
      return dashed && isGap(x, y) ? undefined : colour;
    },
    1,
  );
}

/** Pixels of regions with a neighbour, of eight, that belongs to something else. */
function borderPixels(labels: Int32Array, rows: number, columns: number): number[] {
  const border: number[] = [];
  const isInside = (row: number, column: number, id: number) => {
    for (let r = row - 1; r <= row + 1; r++) {
      for (let c = column - 1; c <= column + 1; c++) {
        if (r < 0 || c < 0 || r >= rows || c >= columns) continue;
        if (labels[r * columns + c] !== id) return false;
      }
    }
    return true;
  };
  for (let at = 0; at < labels.length; at++) {
    const id = labels[at];
    if (id !== 0 && !isInside(Math.floor(at / columns), at % columns, id)) border.push(at);
  }
  return border;
}

function drawMark(canvas: Canvas, x: number, y: number, size: number, colour: Rgb): void {
  const radius = 8 * size;
  drawRing(canvas, x - 0.5, y - 0.5, radius - 1, radius + 3, BLACK);
  drawRing(canvas, x - 0.5, y - 0.5, radius, radius + 2, colour);
}

/** The longest of 1, 2, 5, 10, ... that spans at most a quarter of the picture; '' without a unit. */
export function scaleBar(columns: number, pixelNm: number | null): { px: number; text: string } {
  const unit = pixelNm ?? 1;
  const most = (columns * unit) / 4;
  let decade = 1;
  while (decade * 10 <= most) decade *= 10;
  while (decade > most) decade /= 10;
  const length = [5, 2, 1].map((digit) => digit * decade).find((value) => value <= most) ?? decade;
  return { px: length / unit, text: pixelNm === null ? `${length} px` : lengthText(length) };
}

function lengthText(nm: number): string {
  if (nm >= 1000) return `${nm / 1000} µm`;
  if (nm >= 1) return `${nm} nm`;
  // Powers of ten below 1 are not exact in binary; their rounded digits are.
  if (nm >= 0.095) return `${Number((nm * 10).toPrecision(3))} Å`;
  return `${Number((nm * 1000).toPrecision(3))} pm`;
}

/** White on a dark plate, readable on any ground, in the corner where it hides least. */
function drawScaleBar(canvas: Canvas, input: OverlayInput, scale: number, size: number): void {
  const bar = scaleBar(input.columns, input.pixelNm);
  const length = Math.max(1, Math.round(bar.px * scale));
  const label = textWidth(bar.text) * size;
  const thickness = 2 * size;
  const pad = 4 * size;
  const width = Math.max(length, label) + 2 * pad;
  const height = (GLYPH_ASCENT + 3) * size + thickness + 2 * pad;
  const picture = { width: input.columns * scale, height: input.rows * scale };
  const plate = { plateWidth: width, plateHeight: height, margin: 5 * size };
  const free = freeCorner({ ...picture, ...plate }, marksOf(input, scale));
  if (!free) return;
  const [left, top] = free;
  const middle = left + width / 2;
  fillRectangle(canvas, left, top, width, height, BLACK, 0.65);
  drawText(canvas, bar.text, Math.round(middle - label / 2), top + pad, size, WHITE);
  const barTop = top + height - pad - thickness;
  fillRectangle(canvas, Math.round(middle - length / 2), barTop, length, thickness, WHITE);
}

/** What the scale bar is to leave free: the regions' boxes and the points, in pixels of the picture. */
function marksOf({ columns, regionLabels, points = [] }: OverlayInput, scale: number): Sides[] {
  const boxes = new Map<number, Sides>();
  regionLabels?.forEach((id, at) => {
    if (id === 0) return;
    const left = (at % columns) * scale;
    const top = Math.floor(at / columns) * scale;
    const box = boxes.get(id) ?? { left, top, right: left, bottom: top };
    box.left = Math.min(box.left, left);
    box.right = Math.max(box.right, left + scale);
    box.bottom = top + scale;
    boxes.set(id, box);
  });
  const places = points.map(({ x, y }) => {
    const [left, top] = [(x + 0.5) * scale, (y + 0.5) * scale];
    return { left, top, right: left, bottom: top };
  });
  return [...boxes.values(), ...places];
}

interface Entry {
  text: string;
  count: string;
  colour: Rgb;
}

/** One entry per class, also those with none; one of what has no class only where there are some. */
function legend(input: OverlayInput): Entry[] {
  const { regionLabels, points = [], classes = [] } = input;
  const ids = new Set(regionLabels);
  ids.delete(0);
  const indices = regionLabels
    ? [...ids].map((id) => classIndex(input, id))
    : points.map((point) => point.classIndex);
  const entry = (text: string, index: number) => ({
    text,
    count: `(${indices.filter((other) => other === index).length})`,
    colour: classColour(index, input.styles),
  });
  if (classes.length === 0) return regionLabels ? [entry(labelText(''), 0)] : [];
  const entries = classes.map(entry);
  return indices.includes(-1) ? [...entries, entry(labelText(''), -1)] : entries;
}

/** Of a region; one class for all of them when there are no classes. */
function classIndex({ classes = [], classOfRegion }: OverlayInput, id: number): number {
  return classes.length === 0 ? 0 : (classOfRegion?.(id) ?? -1);
}

interface PlacedEntry extends Entry {
  left: number;
}

const SWATCH = 7;
const GAP = 5;
const BETWEEN = 14;
const MARGIN = 6;
const LINE = 15;

/** Entries side by side as far as they fit, then on the next line. Widths in font pixels * size. */
function layOut(entries: readonly Entry[], width: number, size: number): PlacedEntry[][] {
  const room = Math.floor(width / size) - 2 * MARGIN;
  const lines: PlacedEntry[][] = [];
  let left = Infinity;
  for (const entry of entries) {
    const fixed = SWATCH + 2 * GAP + textWidth(entry.count);
    const text = fitText(entry.text, room - fixed);
    const needed = fixed + textWidth(text);
    if (left + needed > room) {
      lines.push([]);
      left = 0;
    }
    lines[lines.length - 1].push({ ...entry, text, left: MARGIN + left });
    left += needed + BETWEEN;
  }
  return lines;
}

function stripHeight(lines: number, size: number): number {
  return lines === 0 ? 0 : (lines * LINE + 6) * size;
}

function drawLegend(
  canvas: Canvas,
  lines: readonly PlacedEntry[][],
  top: number,
  size: number,
): void {
  lines.forEach((line, n) => {
    const y = top + (n * LINE + 7) * size;
    for (const { left, text, count, colour } of line) {
      const x = left * size;
      const side = SWATCH * size;
      fillRectangle(canvas, x, y, side, side, INK);
      fillRectangle(canvas, x + 1, y + 1, side - 2, side - 2, colour);
      const textLeft = x + (SWATCH + GAP) * size;
      drawText(canvas, text, textLeft, y, size, INK);
      drawText(canvas, count, textLeft + (textWidth(text) + GAP) * size, y, size, INK);
    }
  });
}

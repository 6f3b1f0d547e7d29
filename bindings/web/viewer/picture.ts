import { type Colormap, colormap, colourIndex } from '../../core/export/colormap.ts';
import type { Plane } from '../index.ts';
import { element } from './dom.ts';

/** What a pixel that was not measured looks like. */
const NOT_MEASURED = [96, 104, 120] as const;
const HISTOGRAM_BINS = 128;
/** Values looked at for percentiles and histogram: enough for a tenth of a per cent. */
const SAMPLE = 65_536;
/** Pixels painted before the page gets its turn: some 3 ms, 20 on a slow or busy machine. */
const PIXELS_PER_TURN = 1 << 17;
/** Rows of a canvas: what a page makes in a few milliseconds. A multiple of 2^HALVINGS. */
const BAND_ROWS = 256;
/** Smaller copies, each half as large, for a view of the whole of a large scan. */
const HALVINGS = 3;

/** How values are spread: for the choice of contrast. */
export interface Spread {
  /** A sample in ascending order. */
  sorted: Float32Array;
  low: number;
  high: number;
  /** (bins) from low to high */
  histogram: Uint32Array;
}

export function spreadOf({ pixels }: Plane): Spread {
  const step = Math.max(1, Math.floor(pixels.length / SAMPLE));
  const sample = new Float32Array(Math.ceil(pixels.length / step));
  let measured = 0;
  for (let i = 0; i < pixels.length; i += step) {
    if (Number.isFinite(pixels[i])) sample[measured++] = pixels[i];
  }
  const sorted = sample.subarray(0, measured).sort();
  const spread = { sorted, low: 0, high: 1, histogram: new Uint32Array(HISTOGRAM_BINS) };
  if (sorted.length === 0) return spread;
  // What lies far outside would squeeze everything else into one bin.
  const [p01, p99] = [percentile(spread, 0.1), percentile(spread, 99.9)];
  const margin = 0.1 * (p99 - p01);
  spread.low = p01 - margin;
  spread.high = p99 > p01 ? p99 + margin : p01 + 1;
  for (const value of sorted) {
    const bin = Math.floor(((value - spread.low) / (spread.high - spread.low)) * HISTOGRAM_BINS);
    if (bin >= 0 && bin < HISTOGRAM_BINS) spread.histogram[bin]++;
  }
  return spread;
}

/** A percentile, 0..100, of the sample. */
export function percentile({ sorted }: Pick<Spread, 'sorted'>, percent: number): number {
  return sorted[Math.round((percent / 100) * (sorted.length - 1))] ?? 0;
}

/** The percentile, 0..100, at which a value stands. */
export function percentOf({ sorted }: Pick<Spread, 'sorted'>, value: number): number {
  let below = 0;
  while (below < sorted.length - 1 && sorted[below] < value) below++;
  return (100 * below) / Math.max(1, sorted.length - 1);
}

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const WHOLE: Rectangle = { left: 0, top: 0, width: 1, height: 1 };

/** One size of a picture, in bands: a canvas of 64 MB would take the page a third of a second to make. */
interface Copy {
  columns: number;
  rows: number;
  bands: (HTMLCanvasElement | undefined)[];
}

/** A plane in colours. Large ones are painted bit by bit, so that the page stays responsive. */
export class Picture {
  /** The plane at its own size and, smaller and smaller, at a half of the one before. */
  private copies: Copy[] = [];
  private paintings = 0;

  /** Resolves to false when another painting has begun meanwhile. */
  async paint(plane: Plane, low: number, high: number, name: Colormap): Promise<boolean> {
    const painting = ++this.paintings;
    this.resize(plane);
    const colours = coloursAsWords(name);
    // Rows of the smallest copy must be whole, and within one of its bands.
    const unit = 1 << HALVINGS;
    const rows = Math.max(unit, Math.floor(PIXELS_PER_TURN / plane.columns / unit) * unit);
    for (let top = 0; top < plane.rows; ) {
      if (top > 0) await new Promise((resolve) => setTimeout(resolve));
      if (painting !== this.paintings) return false;
      const end = Math.min(top + rows, plane.rows, top - (top % BAND_ROWS) + BAND_ROWS);
      this.paintRows(plane, top, end - top, low, high, colours);
      top = end;
    }
    return true;
  }

  /**
   * Draw a part of the plane, given in fractions of its sides, from the smallest copy that has a pixel
   * for each of the screen's.
   */
  draw(context: CanvasRenderingContext2D, part: Rectangle, to: Rectangle): void {
    const [whole] = this.copies;
    if (!whole) return;
    const { a, d } = context.getTransform();
    const shrunk = (part.width * whole.columns) / (to.width * a);
    const wanted = Math.floor(Math.log2(Math.max(1, shrunk)));
    const { columns, rows, bands } = this.copies[Math.min(wanted, this.copies.length - 1)];
    const [first, end] = [part.top * rows, (part.top + part.height) * rows];
    const yOf = (row: number) => {
      const y = to.top + ((row - first) / (end - first)) * to.height;
      // On whole pixels of the screen bands meet without a seam.
      return row % BAND_ROWS === 0 ? Math.round(y * d) / d : y;
    };
    for (const [i, band] of bands.entries()) {
      if (!band) continue; // not painted yet
      const top = Math.max(first, i * BAND_ROWS);
      const bottom = Math.min(end, i * BAND_ROWS + band.height);
      if (bottom <= top) continue;
      context.drawImage(
        band,
        part.left * columns,
        top - i * BAND_ROWS,
        part.width * columns,
        bottom - top,
        to.left,
        yOf(top),
        to.width,
        yOf(bottom) - yOf(top),
      );
    }
  }

  private resize({ rows, columns }: Plane): void {
    // A strip of a few pixels has nothing to halve.
    const isLarge = Math.max(rows, columns) > 1024 && Math.min(rows, columns) >= 1 << HALVINGS;
    const sizes = isLarge ? HALVINGS : 0;
    const [whole] = this.copies;
    if (whole?.rows === rows && whole.columns === columns) return;
    this.copies = Array.from({ length: sizes + 1 }, (_, i) => ({
      columns: Math.max(1, columns >> i),
      rows: Math.max(1, rows >> i),
      bands: [],
    }));
  }

  private paintRows(
    { columns, pixels }: Plane,
    top: number,
    rows: number,
    low: number,
    high: number,
    colours: Uint32Array,
  ): void {
    const context = bandOf(this.copies[0], top);
    const image = context.createImageData(columns, rows);
    const words = new Uint32Array(image.data.buffer);
    const unmeasured = word(...NOT_MEASURED);
    const from = top * columns;
    for (let i = 0; i < words.length; i++) {
      const entry = colourIndex(pixels[from + i], low, high);
      words[i] = entry < 0 ? unmeasured : colours[entry];
    }
    context.putImageData(image, 0, top % BAND_ROWS);
    for (let i = 1; i < this.copies.length; i++)
      this.halveRows(i, top >> i, Math.ceil(rows / 2 ** i));
  }

  private halveRows(copy: number, top: number, rows: number): void {
    const [larger, smaller] = [this.copies[copy - 1], this.copies[copy]];
    if (top >= smaller.rows) return; // the odd row of the larger
    const { columns } = smaller;
    const from = bandOf(larger, top * 2).canvas;
    const [source, place] = [(top * 2) % BAND_ROWS, top % BAND_ROWS];
    bandOf(smaller, top).drawImage(from, 0, source, columns * 2, rows * 2, 0, place, columns, rows);
  }
}

/** The band that has a row, made when there is need. */
function bandOf({ bands, rows, columns }: Copy, row: number): CanvasRenderingContext2D {
  const band = Math.floor(row / BAND_ROWS);
  const height = Math.min(BAND_ROWS, rows - band * BAND_ROWS);
  const canvas = bands[band] ?? element('canvas', { width: columns, height });
  bands[band] = canvas;
  return canvas.getContext('2d', { willReadFrequently: true })!;
}

/** Colours of the map from low to high, '#rrggbb' for a gradient. */
export function gradientColours(name: Colormap, stops: number): string[] {
  const colours = colormap(name);
  return Array.from({ length: stops }, (_, i) => {
    const at = Math.round((i / (stops - 1)) * 255) * 3;
    return `rgb(${colours[at]} ${colours[at + 1]} ${colours[at + 2]})`;
  });
}

function coloursAsWords(name: Colormap): Uint32Array {
  const colours = colormap(name);
  return Uint32Array.from({ length: 256 }, (_, i) =>
    word(colours[i * 3], colours[i * 3 + 1], colours[i * 3 + 2]),
  );
}

/** Opaque, in the byte order of ImageData on every machine that runs a browser. */
function word(red: number, green: number, blue: number): number {
  return (255 << 24) | (blue << 16) | (green << 8) | red;
}

import { type Colormap, colormap, colourIndex } from '../../core/export/colormap.ts';
import type { Plane } from '../index.ts';

/** What a pixel that was not measured looks like. */
const NOT_MEASURED = [96, 104, 120] as const;
const HISTOGRAM_BINS = 128;
/** Values looked at for percentiles and histogram: enough for a tenth of a per cent. */
const SAMPLE = 65_536;

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
  const sample: number[] = [];
  for (let i = 0; i < pixels.length; i += step) {
    if (Number.isFinite(pixels[i])) sample.push(pixels[i]);
  }
  const sorted = Float32Array.from(sample).sort();
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

/** Pixels in colours on a canvas of the plane's own size. */
export function paintPicture(
  canvas: HTMLCanvasElement,
  { rows, columns, pixels }: Plane,
  low: number,
  high: number,
  name: Colormap,
): void {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const colours = coloursAsWords(name);
  const unmeasured = word(...NOT_MEASURED);
  for (let i = 0; i < words.length; i++) {
    const entry = colourIndex(pixels[i], low, high);
    words[i] = entry < 0 ? unmeasured : colours[entry];
  }
  context.putImageData(image, 0, 0);
}

/** Where there is a defect, in one colour with a transparent ground; the caller chooses the opacity. */
export function paintMask(
  canvas: HTMLCanvasElement,
  regionIds: Int32Array,
  columns: number,
  colourOf: (id: number) => string | null,
): void {
  canvas.width = columns;
  canvas.height = regionIds.length / columns;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(canvas.width, canvas.height);
  const words = new Uint32Array(image.data.buffer);
  const known = new Map<number, number>([[0, 0]]);
  for (let i = 0; i < words.length; i++) {
    const id = regionIds[i];
    if (id === 0) continue;
    let colour = known.get(id);
    if (colour === undefined) {
      const text = colourOf(id);
      colour = text === null ? 0 : word(...rgbOf(text));
      known.set(id, colour);
    }
    words[i] = colour;
  }
  context.putImageData(image, 0, 0);
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

export function rgbOf(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

import { OptionError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { Random } from '../random.ts';
import { type Channel, makeChannel, type Scan } from '../scan.ts';
import {
  DEFECT_REACH,
  type DefectKind,
  defectHeight,
  defectKinds,
  defectPeak,
  FROM_BORDER,
  type PlacedDefect,
  placeDefects,
} from './defects.ts';
import { defaultInstrument, disturb, hysteresis, type Instrument } from './instrument.ts';
import { dimerRowSurface, type Image, type Surface } from './surface.ts';

export { type DefectKind, defectKinds } from './defects.ts';
export type { Instrument } from './instrument.ts';

export interface DimerRowOptions {
  seed?: number;
  rows?: number;
  columns?: number;
  /** Width of the scan; pixels are square. */
  widthNm?: number;
  /** How many defects of each kind. */
  counts?: Partial<Record<DefectKind, number>>;
  /** Direction of the first terrace's rows, clockwise from x, degrees. */
  angleDeg?: number;
  /** Single-layer steps in the frame. */
  steps?: number;
  instrument?: Partial<Instrument>;
}

export interface SimulatedScan {
  /** Channel 0: Z forward, filled states; channel 1: Z backward, empty states. Metres. */
  scan: Scan;
  /** 1 where a defect changes the noise-free forward height by a third of its own peak or more. (rows, columns) */
  mask: Uint8Array;
  /** Centres in pixels of the forward image, in order of rows. */
  defects: { x: number; y: number; kind: DefectKind }[];
}

/** The part of a defect's peak from which on a pixel belongs to it. */
const MASK_FRACTION = 1 / 3;
const FILLED_BIAS = -1.8;
const EMPTY_BIAS = 1.6;
const SETPOINT = 1e-10;

interface Grid {
  rows: number;
  columns: number;
  pixelNm: number;
}

/**
 * A scan of Si(001)-2x1 with vacancies, dangling bonds and adsorbate fragments, and its truth.
 * The same seed gives the same bits on every host.
 */
export function simulateDimerRows(
  kernels: Kernels,
  options: DimerRowOptions = {},
  run?: RunOptions,
): SimulatedScan {
  const { seed = 1, rows = 320, columns = 320, widthNm = 40, angleDeg = 28, steps = 2 } = options;
  const counts = { vacancy: 24, 'dangling-bond': 16, fragment: 10, ...options.counts };
  const instrument = { ...defaultInstrument, ...options.instrument };
  check(rows, columns, widthNm, counts, steps);

  // A generator per part, so that a change in one leaves the others' numbers alone.
  const random = new Random(seed);
  const [surfaceRandom, defectRandom, lagRandom, noiseRandom] = Array.from(
    { length: 4 },
    () => new Random(random.uint32()),
  );
  const grid = { rows, columns, pixelNm: widthNm / columns };
  const halfWidth = widthNm / 2;
  const halfHeight = (rows * grid.pixelNm) / 2;
  const diagonal = 2 * Math.sqrt(halfWidth * halfWidth + halfHeight * halfHeight);

  checkpoint(run, 'simulate', 0);
  const surface = dimerRowSurface(kernels, surfaceRandom, angleDeg, diagonal, steps);
  const sites = surface.sites(halfWidth - FROM_BORDER, halfHeight - FROM_BORDER);
  const placed = placeDefects(kernels, defectRandom, surface, sites, counts);

  const still = new Float64Array(rows * columns);
  const lag = hysteresis(kernels, lagRandom, rows, columns, instrument.hysteresis);
  checkpoint(run, 'simulate', 0.1);
  const forward = render(kernels, surface, placed, grid, still, 'filled');
  checkpoint(run, 'simulate', 0.4);
  const backward = render(kernels, surface, placed, grid, lag, 'empty');
  checkpoint(run, 'simulate', 0.7);
  const mask = drawMask(kernels, placed, grid);
  disturb(kernels, noiseRandom, forward, backward, rows, columns, instrument);
  checkpoint(run, 'simulate', 1);

  const known: Partial<Channel> = {
    unit: 'm',
    widthNm,
    heightNm: rows * grid.pixelNm,
    angleDeg: 0,
    setpointA: SETPOINT,
    slow: 'down',
  };
  const channel = (heights: Float64Array, direction: 'forward' | 'backward', biasV: number) =>
    makeChannel('Z', toMetres(heights), rows, columns, { ...known, direction, biasV });
  const scan: Scan = {
    name: `dimer-rows-${seed}.sxm`,
    format: 'simulated',
    channels: [channel(forward, 'forward', FILLED_BIAS), channel(backward, 'backward', EMPTY_BIAS)],
    header: { simulator: 'dimer rows', seed: String(seed), angleDeg: String(angleDeg) },
    warnings: [],
  };
  const defects = placed.map((defect) => ({
    x: toPixel(defect.x, columns, grid.pixelNm),
    y: toPixel(defect.y, rows, grid.pixelNm),
    kind: defect.kind,
  }));
  defects.sort((a, b) => a.y - b.y || a.x - b.x);
  return { scan, mask, defects };
}

/** Heights, nm, of surface and defects; shift is added to each pixel's column. (rows, columns) */
function render(
  kernels: Kernels,
  surface: Surface,
  defects: readonly PlacedDefect[],
  grid: Grid,
  shift: Float64Array,
  image: Image,
): Float64Array {
  const { rows, columns, pixelNm } = grid;
  const heights = new Float64Array(rows * columns);
  const xAt = (at: number) => toNm((at % columns) + shift[at], columns, pixelNm);
  const yAt = (at: number) => toNm(Math.floor(at / columns), rows, pixelNm);
  for (let at = 0; at < heights.length; at++) {
    heights[at] = surface.relief(xAt(at), yAt(at), image);
  }
  for (const defect of defects) {
    forEachPixelNear(defect, grid, (at) => {
      heights[at] += defectHeight(kernels, defect, xAt(at), yAt(at), image);
    });
  }
  return heights;
}

function drawMask(kernels: Kernels, defects: readonly PlacedDefect[], grid: Grid): Uint8Array {
  const { rows, columns, pixelNm } = grid;
  const mask = new Uint8Array(rows * columns);
  for (const defect of defects) {
    const least = MASK_FRACTION * defectPeak(kernels, defect);
    forEachPixelNear(defect, grid, (at) => {
      const x = toNm(at % columns, columns, pixelNm);
      const y = toNm(Math.floor(at / columns), rows, pixelNm);
      if (Math.abs(defectHeight(kernels, defect, x, y, 'filled')) >= least) mask[at] = 1;
    });
  }
  return mask;
}

function forEachPixelNear(
  { x, y }: PlacedDefect,
  { rows, columns, pixelNm }: Grid,
  visit: (at: number) => void,
): void {
  const reach = DEFECT_REACH / pixelNm + 1;
  const column = toPixel(x, columns, pixelNm);
  const row = toPixel(y, rows, pixelNm);
  const lastRow = Math.min(rows - 1, Math.floor(row + reach));
  const lastColumn = Math.min(columns - 1, Math.floor(column + reach));
  for (let r = Math.max(0, Math.ceil(row - reach)); r <= lastRow; r++) {
    for (let c = Math.max(0, Math.ceil(column - reach)); c <= lastColumn; c++) {
      visit(r * columns + c);
    }
  }
}

/** Between pixels of a row or column of n and nm from its middle. */
function toNm(pixel: number, n: number, pixelNm: number): number {
  return (pixel - (n - 1) / 2) * pixelNm;
}

function toPixel(nm: number, n: number, pixelNm: number): number {
  return nm / pixelNm + (n - 1) / 2;
}

function toMetres(heightsNm: Float64Array): Float32Array {
  return Float32Array.from(heightsNm, (height) => height * 1e-9);
}

function check(
  rows: number,
  columns: number,
  widthNm: number,
  counts: Readonly<Record<DefectKind, number>>,
  steps: number,
): void {
  for (const [name, size] of Object.entries({ rows, columns })) {
    if (!(Number.isInteger(size) && size >= 32 && size <= 8192)) {
      throw new OptionError(`simulate: expected ${name} to be 32 to 8192, got ${size}.`);
    }
  }
  if (!(widthNm / columns > 0 && widthNm / columns <= 0.3)) {
    throw new OptionError(
      `simulate: expected pixels of at most 0.3 nm, or the rows (0.768 nm apart) would not show, got ${widthNm / columns} nm.`,
    );
  }
  for (const kind of defectKinds) {
    if (!(Number.isInteger(counts[kind]) && counts[kind] >= 0)) {
      throw new OptionError(
        `simulate: expected a whole number of ${kind} defects, got ${counts[kind]}.`,
      );
    }
  }
  if (!(Number.isInteger(steps) && steps >= 0 && steps <= 20)) {
    throw new OptionError(`simulate: expected 0 to 20 steps, got ${steps}.`);
  }
}

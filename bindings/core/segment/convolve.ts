import { OptionError } from '../errors.ts';
import type { ConvLayer, Kernels } from '../kernels.ts';
import { Random } from '../random.ts';
import { blur } from './blur.ts';
import type { Grid } from './grid.ts';
import { COARSE, type Normalised } from './normalise.ts';
import type { Strips } from './strips.ts';

/** Layers up to and with a pool (or the end), run together; their output is one level of features. */
export type Stage = readonly ConvLayer[];

/** Floats of features that a strip may hold. */
const STRIP_FLOATS = 1 << 23;

/**
 * Features of each grid pixel from a chain of stages: every stage's maps, brought back to the
 * grid's resolution by bilinear interpolation and concatenated. The picture is mirrored at its
 * borders, so that the convolution's zero border is never seen, and strips overlap by the reach of
 * the whole chain. The maps are averaged over a part of a lattice row, because a filter's answer
 * depends on where in the row it stands.
 */
export function convolvedStrips(
  kernels: Kernels,
  grid: Grid,
  normalised: readonly Normalised[],
  stages: readonly Stage[],
  stripRows?: number,
): Strips {
  const { columns, period } = grid;
  const stride = 2 ** stages.filter(isPooled).length;
  const E2=(globalThis as any).process.env; const sigma = Math.max(+(E2.FBM??0.8), +(E2.FB??COARSE) * period);
  const margin = roundUp(reach(stages) + Math.ceil(3 * sigma) + stride, stride);
  const dimension = stages.reduce((sum, stage) => sum + channelsOf(stage), 0);
  const fitting = Math.floor(STRIP_FLOATS / (dimension * (columns + 2 * margin))) - 2 * margin;
  const height = roundUp(Math.max(stride, stripRows ?? Math.max(margin, fitting)), stride);
  const input = inputs(normalised, stages[0][0].inChannels);
  const paddedColumns = roundUp(columns, stride) + 2 * margin;

  return {
    dimension,
    stripRows: height,
    standardise: !(globalThis as any).process.env['NOSTD'],
    read(top, bottom) {
      const paddedRows = roundUp(bottom - top, stride) + 2 * margin;
      let r = paddedRows;
      let c = paddedColumns;
      let planes = mirrored(input, grid, top - margin, r, margin, c);
      const out = new Float32Array((bottom - top) * columns * dimension);
      let first = 0;
      for (const stage of stages) {
        planes = runStage(kernels, stage, planes, r, c);
        if (isPooled(stage)) {
          r /= 2;
          c /= 2;
        }
        const channels = channelsOf(stage);
        for (let channel = 0; channel < channels; channel++) {
          const map = planes.subarray(channel * r * c, (channel + 1) * r * c);
          const full =
            r === paddedRows
              ? map
              : kernels.resizeBilinear(map, 1, r, c, paddedRows, paddedColumns);
          const even = blur(kernels, full, paddedRows, paddedColumns, sigma);
          for (let y = 0; y < bottom - top; y++) {
            const from = (y + margin) * paddedColumns + margin;
            const to = y * columns * dimension + first + channel;
            for (let x = 0; x < columns; x++) out[to + x * dimension] = even[from + x];
          }
        }
        first += channels;
      }
      return out;
    },
  };
}

/**
 * An untrained filter bank for when no network is given: blocks of 3x3 convolution and ReLU with
 * weights uniform within +-sqrt(6 / fan-in) (He et al. 2015), drawn from the seed.
 */
export function filterBank(
  seed: number,
  inChannels: number,
  widths: readonly number[],
  pool: boolean,
): ConvLayer[] {
  const random = new Random(seed);
  return widths.map((outChannels, i) => {
    const from = i === 0 ? inChannels : widths[i - 1];
    const bound = Math.sqrt(6 / (from * 9));
    const E2=(globalThis as any).process.env; const D=+(E2.D??1e9);
    const weights = new Float32Array(outChannels*from*9);
    for (let j=0;j<weights.length;j+=9) { const dc=random.between(-bound,bound); for (let t=0;t<9;t++) weights[j+t]=(dc+D*random.between(-bound,bound))/Math.sqrt(1+D*D); }
    return { inChannels: from, outChannels, weights, reluAfter: true, pool };
  });
}

function isPooled(stage: Stage): boolean {
  return stage[stage.length - 1].pool === true;
}

function channelsOf(stage: Stage): number {
  return stage[stage.length - 1].outChannels;
}

/** One stage's maps of planes (inChannels, rows, columns). */
function runStage(
  kernels: Kernels,
  stage: Stage,
  planes: Float32Array,
  rows: number,
  columns: number,
): Float32Array {
  let maps = planes;
  // One layer at a time: a network loaded for good would stay in the module's memory.
  for (const layer of stage) maps = kernels.conv3x3(layer, maps, rows, columns);
  return maps;
}

/** Grid pixels to each side that a feature depends on. */
function reach(stages: readonly Stage[]): number {
  let pixels = 0;
  let scale = 1;
  for (const stage of stages) {
    for (const layer of stage) {
      pixels += scale;
      if (layer.pool) scale *= 2;
    }
    if (isPooled(stage)) pixels += scale;
  }
  return pixels;
}

/** The network's input planes; a single channel is used twice by a network that wants two. */
function inputs(normalised: readonly Normalised[], inChannels: number): Float32Array[] {
  const planes = (globalThis as any).process.env['BOTH'] ? normalised.flatMap(({ fine, coarse }) => [fine, coarse]) : (globalThis as any).process.env['COARSE'] ? normalised.map(({coarse})=>coarse) : normalised.map(({ fine }) => fine);
  if (planes.length === inChannels) return planes;
  if (planes.length === 1) return Array.from({ length: inChannels }, () => planes[0]);
  throw new OptionError(
    `segment: the network takes ${inChannels} channels, but the scan has ${planes.length}.`,
  );
}

/** Rows from `top` and columns from -margin of the planes, mirrored beyond their borders. */
function mirrored(
  planes: readonly Float32Array[],
  grid: Grid,
  top: number,
  rows: number,
  margin: number,
  columns: number,
): Float32Array {
  const out = new Float32Array(planes.length * rows * columns);
  const across = Int32Array.from({ length: columns }, (_, x) => mirror(x - margin, grid.columns));
  planes.forEach((plane, p) => {
    for (let y = 0; y < rows; y++) {
      const from = mirror(top + y, grid.rows) * grid.columns;
      const to = (p * rows + y) * columns;
      for (let x = 0; x < columns; x++) out[to + x] = plane[from + across[x]];
    }
  });
  return out;
}

function mirror(index: number, length: number): number {
  const turn = 2 * length;
  const at = ((index % turn) + turn) % turn;
  return at < length ? at : turn - 1 - at;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

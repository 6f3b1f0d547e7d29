import { OptionError } from '../errors.ts';
import type { ConvLayer, Kernels } from '../kernels.ts';
import { Random } from '../random.ts';
import { blur } from './blur.ts';
import type { Grid } from './grid.ts';
import { cut, type Normalised } from './normalise.ts';
import type { Strips } from './strips.ts';

/** Convolutions between two pools, themselves without pooling: their last maps are one level of features. */
export type Stage = readonly ConvLayer[];

/** Half-width in lattice rows of the averaging of the maps; more of it costs sharp outlines. */
const AVERAGED = 0.1;
/** Floats of features that a strip may hold. */
const STRIP_FLOATS = 1 << 24;

/**
 * Features of each grid pixel from a chain of stages with a 2x2 max-pool between them: every
 * stage's maps, brought back to the grid's resolution by bilinear interpolation and concatenated. The picture is mirrored at its
 * borders, so that the convolution's zero border is never seen, and strips overlap by the reach of
 * the whole chain. The maps are averaged over a small part of a lattice row, because a filter's
 * answer depends on where in the row it stands.
 */
export function convolvedStrips(
  kernels: Kernels,
  grid: Grid,
  normalised: readonly Normalised[],
  stages: readonly Stage[],
  stripRows?: number,
): Strips {
  const { columns, period } = grid;
  const stride = 2 ** (stages.length - 1);
  const sigma = Math.max(0.3, AVERAGED * period);
  const margin = roundUp(reach(stages) + Math.ceil(3 * sigma) + stride, stride);
  const dimension = stages.reduce((sum, stage) => sum + channelsOf(stage), 0);
  const fitting = Math.floor(STRIP_FLOATS / (dimension * (columns + 2 * margin))) - 2 * margin;
  const height = roundUp(Math.max(stride, stripRows ?? Math.max(margin, fitting)), stride);
  const input = inputs(normalised, stages[0][0].inChannels);
  const paddedColumns = roundUp(columns, stride) + 2 * margin;

  return {
    dimension,
    stripRows: height,
    standardise: true,
    read(top, bottom) {
      const paddedRows = roundUp(bottom - top, stride) + 2 * margin;
      let r = paddedRows;
      let c = paddedColumns;
      let planes = mirrored(input, grid, top - margin, r, margin, c);
      const out = new Float32Array((bottom - top) * columns * dimension);
      let first = 0;
      // One layer at a time: a network loaded for good would stay in the module's memory.
      for (const [level, stage] of stages.entries()) {
        if (level > 0) {
          planes = kernels.maxPool2x2(planes, stage[0].inChannels, r, c);
          r /= 2;
          c /= 2;
        }
        for (const layer of stage) planes = kernels.convolve(layer, planes, r, c);
        const channels = channelsOf(stage);
        const maps = Array.from({ length: channels }, (_, channel) => {
          const map = planes.subarray(channel * r * c, (channel + 1) * r * c);
          const full =
            r === paddedRows
              ? map
              : kernels.resizeBilinear(map, 1, r, c, paddedRows, paddedColumns);
          return blur(kernels, full, paddedRows, paddedColumns, sigma);
        });
        // A row at a time, so that the vectors being filled stay in the processor's cache.
        for (let y = 0; y < bottom - top; y++) {
          const from = (y + margin) * paddedColumns + margin;
          const to = y * columns * dimension + first;
          maps.forEach((map, channel) => {
            for (let x = 0; x < columns; x++) out[to + channel + x * dimension] = map[from + x];
          });
        }
        first += channels;
      }
      return out;
    },
  };
}

/**
 * An untrained filter bank for when no network is given: blocks of 3x3 convolution and ReLU with
 * weights of the size of He et al. 2015, drawn from the seed. Half of each filter's variance is common
 * to its nine taps: as in trained first layers, filters answer to height more than to its noise.
 */
export function filterBank(
  seed: number,
  inChannels: number,
  widths: readonly number[],
): ConvLayer[] {
  const random = new Random(seed);
  return widths.map((outChannels, i) => {
    const from = i === 0 ? inChannels : widths[i - 1];
    const bound = Math.sqrt(6 / (from * 9));
    const weights = new Float32Array(outChannels * from * 9);
    for (let filter = 0; filter < weights.length; filter += 9) {
      const common = random.between(-bound, bound);
      for (let tap = 0; tap < 9; tap++) {
        weights[filter + tap] = (common + random.between(-bound, bound)) * Math.SQRT1_2;
      }
    }
    return { inChannels: from, outChannels, weights, reluAfter: true };
  });
}

function channelsOf(stage: Stage): number {
  return stage[stage.length - 1].outChannels;
}

/** Grid pixels to each side that a feature depends on. */
function reach(stages: readonly Stage[]): number {
  let pixels = 0;
  let scale = 1;
  for (const stage of stages) {
    // The convolutions, and one pixel each for pooling and for interpolating.
    pixels += scale * (stage.length + 2);
    scale *= 2;
  }
  return pixels;
}

/** The network's input planes; a single channel is used twice by a network that wants two. */
function inputs(normalised: readonly Normalised[], inChannels: number): Float32Array[] {
  const planes = normalised.map(({ fine }) => fine);
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
      for (let x = 0; x < columns; x++) out[to + x] = cut(plane[from + across[x]]);
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

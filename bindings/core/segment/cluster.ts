import type { Kernels } from '../kernels.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { Random } from '../random.ts';
import type { Grid } from './grid.ts';
import type { Strips } from './strips.ts';

/** Pixels that k-means is fitted to, and floats; every pixel is then given to its nearest centre. */
const SAMPLE = 1 << 16;
const SAMPLE_FLOATS = 1 << 20;
/** Of this many k-means++ starts the one of least inertia counts. */
const STARTS = 3;
/** Features of a picture no larger than this are kept between fitting and assigning. */
const KEPT_FLOATS = 1 << 24;
/** Of a larger one, the sample is drawn from bands of so many rows, this far apart. */
const BAND_ROWS = 32;
const BAND_SPACING = 256;

/** The grid's pixels in k clusters, the most frequent one first. */
export interface Clustering {
  k: number;
  /** (rows, columns) of the grid */
  labels: Uint8Array;
  /** Squared distances to each centre, (k, rows, columns); only when asked for. */
  distances: Float32Array | null;
  inertia: number;
  sample: number;
}

export function cluster(
  kernels: Kernels,
  grid: Grid,
  strips: Strips,
  k: number,
  seed: number,
  wantDistances: boolean,
  run?: RunOptions,
): Clustering {
  const { rows, columns } = grid;
  const { dimension } = strips;
  const keep = rows * columns * dimension <= KEPT_FLOATS;
  const read = keep ? remembering(strips) : strips.read;
  const scale = new Float32Array(dimension).fill(1);
  const bands = keep ? stripsOf(rows, strips.stripRows) : bandsOf(grid);
  const sample = drawSample(grid, strips, read, bands, seed, run);
  if (strips.standardise) unitVariance(sample, dimension, scale);
  const n = sample.length / dimension;
  const clusters = Math.min(k, n);
  const labels = new Int32Array(n); // of no use here, and the same for every start
  let fit = kernels.kmeans(sample, dimension, clusters, { seed, labels });
  for (let start = 1; start < STARTS; start++) {
    const other = kernels.kmeans(sample, dimension, clusters, {
      seed: seed + start,
      labels,
    });
    if (other.inertia < fit.inertia) fit = other;
  }
  const centres = byFrequency(fit.centres, fit.counts, dimension);

  const image = rows * columns;
  const assigned = new Uint8Array(image);
  const distances = wantDistances ? new Float32Array(clusters * image) : null;
  for (let top = 0; top < rows; top += strips.stripRows) {
    checkpoint(run, 'segment: assign', top / rows);
    const bottom = Math.min(rows, top + strips.stripRows);
    const points = scaled(read(top, bottom), scale);
    const first = top * columns;
    assigned.set(kernels.nearest(points, centres, dimension).index, first);
    if (!distances) continue;
    const found = kernels.squaredEuclidean(points, centres, dimension);
    for (let c = 0; c < clusters; c++) {
      const to = distances.subarray(c * image + first, c * image + bottom * columns);
      for (let i = 0; i < to.length; i++) to[i] = found[i * clusters + c];
    }
  }
  return { k: clusters, labels: assigned, distances, inertia: fit.inertia / n, sample: n };
}

type Read = Strips['read'];

function remembering(strips: Strips): Read {
  const kept = new Map<number, Float32Array>();
  return (top, bottom) => {
    const known = kept.get(top);
    if (known) return known;
    const read = strips.read(top, bottom);
    kept.set(top, read);
    return read;
  };
}

/** First and last row, exclusive. */
type Band = [top: number, bottom: number];

function stripsOf(rows: number, height: number): Band[] {
  return Array.from({ length: Math.ceil(rows / height) }, (_, i) => [
    i * height,
    Math.min(rows, (i + 1) * height),
  ]);
}

/** Bands all over the picture, which give a sample without computing most features twice. */
function bandsOf({ rows, columns, valid }: Grid): Band[] {
  const all = stripsOf(rows, BAND_ROWS);
  const some = all.filter((_, i) => (i * BAND_ROWS) % BAND_SPACING === BAND_SPACING / 2);
  let measured = 0;
  for (const [top, bottom] of some) {
    for (let i = top * columns; i < bottom * columns; i++) measured += valid[i];
  }
  return measured >= SAMPLE ? some : all;
}

/** Vectors of a random sample of the valid pixels of some bands. */
function drawSample(
  { columns, valid }: Grid,
  { dimension }: Strips,
  read: Read,
  bands: readonly Band[],
  seed: number,
  run?: RunOptions,
): Float32Array {
  const random = new Random(seed);
  const wanted = Math.min(SAMPLE, Math.floor(SAMPLE_FLOATS / dimension));
  let left = 0;
  for (const [top, bottom] of bands) {
    for (let i = top * columns; i < bottom * columns; i++) left += valid[i];
  }
  let missing = Math.min(wanted, left);
  const sample = new Float32Array(missing * dimension);
  let to = 0;
  for (const [n, [top, bottom]] of bands.entries()) {
    checkpoint(run, 'segment: features', n / bands.length);
    const points = read(top, bottom);
    for (let i = 0; i < (bottom - top) * columns; i++) {
      if (!valid[top * columns + i]) continue;
      // Selection sampling: each pixel's chance is what is missing over what is left.
      if (random.uniform() * left-- >= missing) continue;
      missing--;
      sample.set(points.subarray(i * dimension, (i + 1) * dimension), to);
      to += dimension;
    }
  }
  return sample;
}

/** Scale each component of the vectors, in place, to unit variance; returns the factors in scale. */
function unitVariance(points: Float32Array, dimension: number, scale: Float32Array): void {
  const n = points.length / dimension;
  for (let d = 0; d < dimension; d++) {
    let sum = 0;
    for (let i = d; i < points.length; i += dimension) sum += points[i];
    const mean = sum / n;
    let squares = 0;
    for (let i = d; i < points.length; i += dimension) {
      const deviation = points[i] - mean;
      squares += deviation * deviation;
    }
    scale[d] = squares > 0 ? 1 / Math.sqrt(squares / n) : 0;
    for (let i = d; i < points.length; i += dimension) points[i] *= scale[d];
  }
}

function scaled(points: Float32Array, scale: Float32Array): Float32Array {
  if (scale.every((factor) => factor === 1)) return points;
  const out = new Float32Array(points.length);
  const dimension = scale.length;
  for (let i = 0; i < points.length; i += dimension) {
    for (let d = 0; d < dimension; d++) out[i + d] = points[i + d] * scale[d];
  }
  return out;
}

/** Centres (k, dimension), those with the most points first, equal ones in their old order. */
function byFrequency(centres: Float32Array, counts: Int32Array, dimension: number): Float32Array {
  const order = Array.from(counts, (_, j) => j).sort((a, b) => counts[b] - counts[a] || a - b);
  const out = new Float32Array(centres.length);
  order.forEach((j, to) => {
    out.set(centres.subarray(j * dimension, (j + 1) * dimension), to * dimension);
  });
  return out;
}

import { median, robustDeviation } from '../crop.ts';
import { EmptyScanError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { removeLattice } from '../lattice/remove.ts';
import { type Levelled, preprocess } from '../preprocess/index.ts';
import { Random } from '../random.ts';
import { resampleMask } from '../resample.ts';
import { makeChannel } from '../scan.ts';
import { MASKS } from '../segment/masks.ts';
import { networkPlanes, PLANES, WORKING_SPACING } from '../segment/network-planes.ts';
import { type SceneOptions, type SimulatedScene, simulateScene } from '../simulate/scene.ts';
import { mix } from './simulated-episodes.ts';
import type { MaskBatch } from './types.ts';

/** Plain JSON, so that it can be posted to a worker and kept in a checkpoint. */
export interface MaskBatchesOptions {
  /** Images per batch, each of another scan; 8 by default. */
  images?: number;
  /** Side of an image, px of the working grid; 96 by default. */
  size?: number;
  /** Batches made in parallel per step: each of them keeps to scenes of its own. 2 by default. */
  shards?: number;
  /** Surfaces to draw from, in turn; see DEFAULT_SURFACES. */
  surfaces?: readonly SceneOptions['surface'][];
  /** Out of scenes that training never draws, at the lattice's true scale. */
  validation?: boolean;
}

/** Mostly surfaces that nobody has seen, in between those of the paper. */
const DEFAULT_SURFACES: readonly SceneOptions['surface'][] = [
  'random',
  'si001',
  'random',
  'tio2-110',
  'random',
  'si001-h',
  'random',
  'ge001',
  'random',
];

/**
 * Chance of a slow background, its length in row spacings, how many times longer it may be one way than
 * the other, its height in deviations, and by how much more or less the lattice shows there.
 */
const BACKGROUNDS = 0.7;
const BACKGROUND_SPACINGS = [3.5, 10] as const;
const BACKGROUND_STRETCH = 2.5;
const BACKGROUND_HEIGHT = [0.15, 1.2] as const;
const BACKGROUND_CONTRAST = 0.4;

/** Side of the simulated scans, px. */
const SCAN = 208;
/**
 * The scale is off by a factor between these: an estimate of the lattice can be, and defects are
 * looked for at several scales.
 */
const SCALES = [0.55, 2.1] as const;
/** A defect's middle: working pixels not farther from it. */
const CENTRE_RADIUS = 1.6;
/** Added to the seed for scenes that are only validated on. */
const VALIDATION_SEED = 0x5eed5000;
/** Batches that the same scans serve: making one takes as long as learning from several images. */
const REUSE = 3;

/** A scan as the network sees it, and its truth. */
interface Sheet {
  rows: number;
  columns: number;
  /** (2, rows, columns) for each channel. */
  channels: Float32Array[];
  /** (rows, columns, masks) for each channel. */
  targets: Uint8Array[];
  /** 1 where something was measured. (rows, columns) */
  counted: Uint8Array;
}

/**
 * Batches of images with their masks, out of scans that are simulated as the microscope would record
 * them and then levelled like any other. Every image of a batch is of another scan; a scan serves in
 * three times as many batches as a batch has images, each time another part, channel and mirror image of it.
 */
export function maskBatches(options: MaskBatchesOptions = {}) {
  const { images = 8, size = 96, shards = 2, validation = false } = options;
  const { surfaces = DEFAULT_SURFACES } = options;
  const kept = new Map<number, Sheet>();

  function sheet(kernels: Kernels, seed: number, number: number): Sheet {
    const known = kept.get(number);
    if (known) return known;
    const made = makeSheet(
      kernels,
      surfaces[number % surfaces.length],
      mix(seed + (validation ? VALIDATION_SEED : 0), number),
      size,
      validation,
    );
    if (kept.size >= (images + 1) * shards) kept.delete(kept.keys().next().value as number);
    kept.set(number, made);
    return made;
  }

  return (kernels: Kernels, seed: number, index: number): MaskBatch => {
    const random = new Random(mix(seed ^ 0x51ab7e3, index));
    const first = Math.floor(index / shards / (validation ? 1 : REUSE));
    const batch: MaskBatch = {
      planes: new Float32Array(images * PLANES * size * size),
      n: images,
      size,
      targets: new Uint8Array(images * size * size * MASKS.length),
      counted: new Uint8Array(images * size * size),
    };
    for (let i = 0; i < images; i++) {
      const number = (validation ? first * images + i : first + i) * shards + (index % shards);
      cutOut(sheet(kernels, seed, number), random, batch, i);
    }
    return batch;
  };
}

/** A scene that shows something at least as large as an image, the next seed where the first does not. */
function makeSheet(
  kernels: Kernels,
  surface: SceneOptions['surface'],
  seed: number,
  size: number,
  exact: boolean,
): Sheet {
  const random = new Random(seed ^ 0x3c5a1);
  for (let attempt = 0; ; attempt++) {
    const scene = simulateScene(kernels, {
      surface,
      seed: mix(seed, attempt),
      rows: SCAN,
      columns: SCAN,
    });
    const off = exact ? 1 : logBetween(kernels, random, ...SCALES);
    const spacing = Math.min(scene.rowSpacingPx * off, (SCAN * WORKING_SPACING) / (size + 1));
    try {
      return seen(kernels, scene, spacing, random);
    } catch (error) {
      if (!(error instanceof EmptyScanError)) throw error;
    }
  }
}

function seen(kernels: Kernels, scene: SimulatedScene, spacing: number, random: Random): Sheet {
  const { planes, pixelNm, rows: fromRows, columns: fromColumns } = scene;
  const known = { unit: 'nm', widthNm: fromColumns * pixelNm, heightNm: fromRows * pixelNm };
  const levelled = preprocess(
    kernels,
    planes.map((plane) => makeChannel('Z', plane, fromRows, fromColumns, known)),
    { hysteresis: 'off', resample: 'off' },
  );
  addBackground(kernels, levelled, scene.rowSpacingPx, random);
  const made = networkPlanes(
    kernels,
    levelled,
    removeLattice(kernels, levelled, undefined, true),
    spacing,
  );
  const { rows, columns, channels, valid } = made;
  const toWorking = (mask: Uint8Array) =>
    resampleMask(kernels, mask, fromRows, fromColumns, rows, columns);
  const steps = toWorking(scene.steps);
  const disturbed = nearest(new Uint8Array(rows * columns), scene.disturbed, scene, rows, columns);
  const targets = scene.channelMasks.map((mask, c) => {
    const cores = toWorking(scene.channelCores[c]);
    const centres = centresOf(scene, cores, rows, columns);
    const planes = [cores, toWorking(mask), steps, disturbed, centres];
    const target = new Uint8Array(rows * columns * MASKS.length);
    planes.forEach((plane, m) => {
      for (let i = 0; i < plane.length; i++) target[i * MASKS.length + m] = plane[i];
    });
    return target;
  });
  return { rows, columns, channels, targets, counted: valid };
}

/** 1 in the middle of every defect with a pixel of its own among `cores`, as all of (rows, columns) working pixels. */
function centresOf(
  scene: SimulatedScene,
  cores: Uint8Array,
  rows: number,
  columns: number,
): Uint8Array {
  const shows = new Uint8Array(scene.defects.length + 1);
  const instance = nearest(new Int32Array(rows * columns), scene.instance, scene, rows, columns);
  instance.forEach((number, i) => {
    if (cores[i]) shows[number] = 1;
  });
  const out = new Uint8Array(rows * columns);
  scene.defects.forEach((defect, d) => {
    if (!shows[d + 1]) return;
    const x = ((defect.x + 0.5) * columns) / scene.columns - 0.5;
    const y = ((defect.y + 0.5) * rows) / scene.rows - 0.5;
    for (
      let r = Math.max(0, Math.ceil(y - CENTRE_RADIUS));
      r <= y + CENTRE_RADIUS && r < rows;
      r++
    ) {
      for (
        let c = Math.max(0, Math.ceil(x - CENTRE_RADIUS));
        c <= x + CENTRE_RADIUS && c < columns;
        c++
      ) {
        const away = (c - x) * (c - x) + (r - y) * (r - y);
        if (away <= CENTRE_RADIUS * CENTRE_RADIUS) out[r * columns + c] = 1;
      }
    }
  });
  return out;
}

/**
 * Hills and hollows of what lies below the surface, which are no defects: in deviations of the heights,
 * as far apart as a few row spacings; the lattice shows more or less there. In place.
 */
function addBackground(
  kernels: Kernels,
  levelled: Pick<Levelled, 'planes' | 'rows' | 'columns'>,
  spacing: number,
  random: Random,
): void {
  if (random.uniform() > BACKGROUNDS) return;
  const hills = slowPlane(kernels, levelled, spacing, random);
  const contrast = slowPlane(kernels, levelled, spacing, random);
  const height = logBetween(kernels, random, ...BACKGROUND_HEIGHT);
  const more = random.between(0, BACKGROUND_CONTRAST);
  for (const plane of levelled.planes) {
    const middle = median(plane);
    const scale = height * robustDeviation(plane) * random.between(0.5, 1);
    for (let i = 0; i < plane.length; i++) {
      const factor = Math.max(0.3, 1 + more * contrast[i]);
      plane[i] = middle + factor * (plane[i] - middle) + scale * hills[i];
    }
  }
}

/** Normal numbers a few row spacings apart, interpolated. (rows, columns) */
function slowPlane(
  kernels: Kernels,
  { rows, columns }: Pick<Levelled, 'rows' | 'columns'>,
  spacing: number,
  random: Random,
): Float32Array {
  const apart = spacing * random.between(...BACKGROUND_SPACINGS);
  const stretch = logBetween(kernels, random, 1 / BACKGROUND_STRETCH, BACKGROUND_STRETCH);
  const down = Math.max(2, Math.ceil(rows / (apart * Math.max(1, stretch))));
  const across = Math.max(2, Math.ceil((columns * Math.min(1, stretch)) / apart));
  const coarse = Float32Array.from({ length: down * across }, () => kernels.normal(random));
  return kernels.resizeBilinear(coarse, 1, down, across, rows, columns);
}

function logBetween(kernels: Kernels, random: Random, least: number, most: number): number {
  return least * kernels.exp(random.uniform() * kernels.log(most / least));
}

/** Values of another grid at the nearest pixel, into `out` (rows, columns), which is returned. */
function nearest<T extends Uint8Array | Int32Array>(
  out: T,
  values: T,
  { rows: fromRows, columns: fromColumns }: Pick<SimulatedScene, 'rows' | 'columns'>,
  rows: number,
  columns: number,
): T {
  for (let y = 0; y < rows; y++) {
    const line = Math.floor(((y + 0.5) * fromRows) / rows) * fromColumns;
    for (let x = 0; x < columns; x++) {
      out[y * columns + x] = values[line + Math.floor(((x + 0.5) * fromColumns) / columns)];
    }
  }
  return out;
}

/** A random square of a sheet, in one of its four mirror images, as image i of a batch. */
function cutOut(
  { rows, columns, channels, targets, counted }: Sheet,
  random: Random,
  batch: MaskBatch,
  i: number,
) {
  const { size } = batch;
  const top = random.below(rows - size + 1);
  const left = random.below(columns - size + 1);
  const channel = random.below(channels.length);
  const [flipX, flipY] = [random.below(2), random.below(2)];
  const image = size * size;
  const masks = MASKS.length;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const row = top + (flipY ? size - 1 - y : y);
      const from = row * columns + left + (flipX ? size - 1 - x : x);
      const to = y * size + x;
      for (let p = 0; p < PLANES; p++) {
        batch.planes[(i * PLANES + p) * image + to] = channels[channel][p * rows * columns + from];
      }
      batch.counted[i * image + to] = counted[from];
      for (let m = 0; m < masks; m++) {
        batch.targets[(i * image + to) * masks + m] = targets[channel][from * masks + m];
      }
    }
  }
}

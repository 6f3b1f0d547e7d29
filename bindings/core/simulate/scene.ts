import { OptionError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { Random } from '../random.ts';
import { catalogue, catalogueNames } from './catalogue.ts';
import { catalogueWorld } from './catalogue-world.ts';
import { type Conditions, plainConditions, randomConditions } from './conditions.ts';
import { cut, expose, type Visible } from './expose.ts';
import type { Vector } from './lattice.ts';
import { widened } from './motif.ts';
import { addNoise, randomNoise } from './noise.ts';
import { image, type Optics, opticsReach, randomOptics } from './optics.ts';
import { motifReach, type Patch, paintDefect, patchAround } from './paint.ts';
import { type Placed, randomCrowd } from './place.ts';
import type { Plane } from './probe.ts';
import { addBackground, addDisturbances, addShadow, scanWarp } from './spoil.ts';
import { Tables } from './tables.ts';
import { type SceneDefect, tellTruth } from './truth.ts';
import type { Warp } from './warp.ts';
import { randomWorld, type World } from './world.ts';

export type { SceneDefect } from './truth.ts';

/** Every surface that can be simulated. */
export const surfaceNames = ['random', ...catalogueNames] as const;

export interface SceneOptions {
  /** One that never was, or one of the catalogue's. */
  surface: (typeof surfaceNames)[number];
  seed: number;
  rows: number;
  columns: number;
  /** Side of a pixel, nm; drawn at random by default. */
  pixelNm?: number;
  /** Defects per square of one row spacing; drawn at random by default, from sparse to crowded. */
  coverage?: number;
  /**
   * As after levelling and line alignment, without steps and disturbances: what naming is trained
   * on. Else as the microscope records it.
   */
  plain?: boolean;
}

export interface SimulatedScene {
  /** Heights as measured, nm, of both channels. (rows, columns) each */
  planes: [Float32Array, Float32Array];
  rows: number;
  columns: number;
  pixelNm: number;
  rowSpacingPx: number;
  /** Vectors of the primitive cell in px; rows, where there are any, run along a. */
  lattice: { a: Vector; b: Vector };
  /** In order of y. */
  defects: SceneDefect[];
  classes: { name: string }[];
  /**
   * 1 where a defect by itself changes the noise-free image, after the tip's broadening, by more
   * than a third of its own largest change, in either channel (channel 1's heights divided by its
   * contrast). Exact: from the difference of the images with and without it.
   */
  mask: Uint8Array;
  channelMasks: [Uint8Array, Uint8Array];
  /** The same from more than half of its largest change on: outlines at half height. */
  channelCores: [Uint8Array, Uint8Array];
  /** 0, or 1 + the index of the defect that changes this pixel most. */
  instance: Int32Array;
  /** 1 at step edges. */
  steps: Uint8Array;
  /** 1 where the microscope failed: scars, tip changes, disturbed or missing lines. */
  disturbed: Uint8Array;
  /** First line at which the tip is another one, null where it stays the same. */
  tipChange: number | null;
}

/** A scan that never was, and its truth. The same options give the same bits on every host. */
export function simulateScene(kernels: Kernels, options: SceneOptions): SimulatedScene {
  check(options);
  const { seed, rows, columns } = options;
  const tables = new Tables(kernels);
  const seeds = new Random(seed);
  // A generator per part, so that a change in one leaves the others' numbers alone.
  const [worldRandom, crowdRandom, opticsRandom, noiseRandom, conditionRandom] = Array.from(
    { length: 5 },
    () => new Random(seeds.uint32()),
  );

  const plain = options.plain ?? false;
  const world =
    options.surface === 'random'
      ? randomWorld(tables, worldRandom, rows, columns, plain)
      : catalogueWorld(tables, worldRandom, catalogue[options.surface], options);
  const { spacing, contrast, typical } = world;
  const pixelNm = world.pixelNm ?? options.pixelNm ?? worldRandom.between(0.25, 0.9) / spacing;
  const conditions = plain
    ? plainConditions(conditionRandom)
    : randomConditions(tables, conditionRandom, rows, typical);
  const warps: [Warp, Warp] = [
    scanWarp(rows, columns, conditions, 0),
    scanWarp(rows, columns, conditions, 1),
  ];
  const optics = randomOptics(tables, opticsRandom, spacing, typical, conditions.tipChange?.row);
  const ground: [Plane, Plane] = [paintGround(world, warps[0], 0), paintGround(world, warps[1], 1)];
  const surface = ground.map(({ values }) => ({ values: values.slice(), rows, columns }));

  const crowd = randomCrowd(tables, crowdRandom, spacing, rows * columns, options.coverage);
  const placed = world.place(crowdRandom, crowd, warps[0]);
  const visible = placed.map((defect) =>
    addDefect(tables, { world, warps, optics, ground, surface }, defect),
  );
  const recorded = conditions.unfinished?.row ?? rows;
  const numbers = placed.map((defect) => defect.class);
  const truth = tellTruth(visible, numbers, contrast, rows, columns, recorded);

  const images = ([0, 1] as const).map((channel) => {
    const made = { rows, columns, values: image(tables, optics, channel, surface[channel], 0) };
    addShadow(made, conditions, channel);
    addNoise(tables, noiseRandom, made, randomNoise(tables, noiseRandom, typical));
    addBackground(tables, made, conditions);
    return made;
  });
  const disturbed = new Uint8Array(rows * columns);
  addDisturbances(tables, noiseRandom, images, conditions, disturbed);
  const planes = images.map((made) => {
    if (plain) alignLines(made);
    for (let i = 0; i < made.values.length; i++) made.values[i] *= world.heightNm;
    return made.values;
  }) as [Float32Array, Float32Array];

  return {
    planes,
    rows,
    columns,
    pixelNm,
    rowSpacingPx: spacing,
    lattice: { a: world.a, b: world.b },
    classes: world.classes.map(({ name }) => ({ name })),
    ...truth,
    steps: findSteps(world, warps[0], recorded),
    disturbed,
    tipChange: changeWithin(conditions, recorded),
  };
}

/** The line of the tip's change, unless nothing was recorded any more by then. */
function changeWithin({ tipChange }: Conditions, recorded: number): number | null {
  return tipChange && tipChange.row < recorded ? tipChange.row : null;
}

function paintGround(world: World, warp: Warp, channel: 0 | 1): Plane {
  const { rows, columns } = warp;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      values[at] = world.height(warp.x[at], warp.y[row], channel);
    }
  }
  return { values, rows, columns };
}

function findSteps(world: World, warp: Warp, recorded: number): Uint8Array {
  const { rows, columns } = warp;
  const steps = new Uint8Array(rows * columns);
  for (let row = 0; row < recorded; row++) {
    for (let at = row * columns; at < (row + 1) * columns; at++) {
      if (world.isStep(warp.x[at], warp.y[row])) steps[at] = 1;
    }
  }
  return steps;
}

/** Beyond this many widths a bell is too low to count for a mask. */
const SEEN_WIDTHS = 2.4;
/** Channel 1's pixels may look elsewhere by less than this, px. */
const LAG = 3;

interface Canvas {
  world: World;
  warps: [Warp, Warp];
  optics: Optics;
  ground: [Plane, Plane];
  surface: Plane[];
}

/** Put one defect on the surface, and say what of it will be visible. */
function addDefect(tables: Tables, canvas: Canvas, defect: Placed): Visible {
  const { world, warps, optics, ground, surface } = canvas;
  const { spacing, period, contrast } = world;
  const motif = widened(world.classes[defect.class], defect.widen);
  const at = warps[0].pixelAt(defect.x, defect.y);
  const reachOf = (widths?: number) =>
    motifReach(motif, defect.length, spacing, period, widths) + LAG;
  const seen = patchAround(warps[0], at.x, at.y, reachOf(SEEN_WIDTHS) + opticsReach(optics));
  const own = ([0, 1] as const).map((channel) => {
    const whole = patchAround(warps[0], at.x, at.y, reachOf() + opticsReach(optics));
    paintDefect(tables, motif, defect, spacing, period, warps[channel], channel, whole);
    if (channel === 1) for (let i = 0; i < whole.values.length; i++) whole.values[i] *= contrast;
    addPatch(surface[channel], whole);
    const { rows, columns } = seen;
    const within = { rows, columns, left: seen.left - whole.left, top: seen.top - whole.top };
    return { ...seen, values: cut(whole, within) };
  }) as [Patch, Patch];
  return expose(tables, optics, ground, own, contrast);
}

function addPatch({ values, columns }: Plane, patch: Patch): void {
  for (let i = 0; i < patch.values.length; i++) {
    const row = patch.top + Math.floor(i / patch.columns);
    values[row * columns + patch.left + (i % patch.columns)] += patch.values[i];
  }
}

/** Every line minus its median, as line alignment leaves it. */
function alignLines({ values, rows, columns }: Plane): void {
  for (let row = 0; row < rows; row++) {
    const line = values.subarray(row * columns, (row + 1) * columns);
    const middle = line.slice().sort()[columns >> 1];
    for (let i = 0; i < columns; i++) line[i] -= middle;
  }
}

function check({ surface, seed, rows, columns, pixelNm, coverage }: SceneOptions): void {
  if (!surfaceNames.includes(surface)) {
    throw new OptionError(
      `simulate: expected the surface ${surfaceNames.join(', ')}, got '${surface}'.`,
    );
  }
  if (!Number.isInteger(seed)) {
    throw new OptionError(`simulate: expected a whole number as seed, got ${seed}.`);
  }
  for (const [name, size] of Object.entries({ rows, columns })) {
    if (!(Number.isInteger(size) && size >= 32 && size <= 8192)) {
      throw new OptionError(`simulate: expected ${name} to be 32 to 8192, got ${size}.`);
    }
  }
  if (pixelNm !== undefined && !(pixelNm > 0 && pixelNm < Infinity)) {
    throw new OptionError(`simulate: expected pixels larger than 0 nm, got ${pixelNm}.`);
  }
  if (coverage !== undefined && !(coverage >= 0 && coverage <= 1)) {
    throw new OptionError(`simulate: expected a coverage of 0 to 1, got ${coverage}.`);
  }
}

import { OptionError, ShapeError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { checkpoint, type RunOptions } from '../progress.ts';
import { resample, resampleMask } from '../resample.ts';
import type { Channel, Step } from '../scan.ts';
import { chooseGrid, type WorkingGrid } from './grid.ts';
import { isImprovement, measureDisplacement, warp, warpValid } from './hysteresis.ts';
import { CONFIDENT, findLattice, isHum, type Lattice } from './lattice.ts';
import { levelAlike, roughSide } from './level.ts';
import type { Levelled } from './levelled.ts';
import { alignLines } from './lines.ts';
import { fillMissing, findMissing } from './missing.ts';
import { type PreprocessOptions, type Settings, withDefaults } from './options.ts';
import { roughlyLevel } from './rough.ts';
import { removeScars } from './scars.ts';
import { percentiles, rounded } from './statistics.ts';
import { stepEdges } from './step-edges.ts';
import { findSurface } from './surfaces.ts';
import { findTipChanges } from './tip-change.ts';
import { heightUnit } from './units.ts';

export type { Levelled } from './levelled.ts';
export type { PreprocessOptions } from './options.ts';
export { type Surface, surfaces } from './surfaces.ts';

/**
 * How far a blunt tip may round a step off to either side, in sides of the levelling blocks, and px where no lattice sets these: who
 * has but heights to go by cannot tell there.
 */
const ROUNDED_EDGE = 0.5;
const WIDEST_EDGE = 8;
/** How far heights stand between two terraces', nm, and px at least: in all of what may be rounded the network would miss 2 % of all defects. */
const STEP_EDGE_NM = 0.5;
const NARROWEST_EDGE = 2;
/** Part of a spacing by which it may differ with and without steps. */
const SAME_SPACING = 0.1;
/** About the shortest distance of rows on any surface that is imaged as atoms: graphene's, nm. */
const SHORTEST_NM = 0.213;
/** Line noise that repeats over half of that is common; of an unnamed surface no harmonics are needed below this part. */
const LEAST_SHORTEST = 0.7;
/** Shortest scar, px: where atoms span a few lines only, and where they span many. */
const SCAR_LENGTH = 6;
const SCAR_LENGTH_FINE = 3;
const FINE_PERIOD = 12;

/**
 * Make one or two channels of equal shape flat: heights above the local terrace on a grid of square
 * pixels, without missing pixels, tilt, bow, line offsets, scars and displacement of one channel
 * against the other. What happens to pixels' places (mask, displacement, grid) is common to both.
 *
 * Throws ShapeError for other numbers of channels or unequal shapes, EmptyScanError when nothing was
 * measured, OptionError for an option out of range, CancelledError.
 */
export function preprocess(
  kernels: Kernels,
  channels: readonly Channel[],
  options: PreprocessOptions = {},
  run?: RunOptions,
): Levelled {
  checkChannels(channels);
  const settings = withDefaults(options);
  const scan = begin(channels, settings);
  const stages: readonly [string, () => void][] = [
    ['missing', () => missingStep(scan)],
    ['units', () => unitStep(scan)],
    ['lines', () => linesStep(scan)],
    ['lattice', () => latticeStep(kernels, scan)],
    ['level', () => levelStep(scan)],
    ['scars', () => scarsStep(scan)],
    ['tip', () => tipStep(kernels, scan)],
    ['hysteresis', () => hysteresisStep(scan)],
  ];
  stages.forEach(([name, step], i) => {
    checkpoint(run, `preprocess: ${name}`, i / (stages.length + 1));
    step();
  });
  checkpoint(run, 'preprocess: resample', stages.length / (stages.length + 1));
  const levelled = resampleStep(kernels, scan);
  checkpoint(run, 'preprocess: done', 1);
  return levelled;
}

/**
 * The scan between steps. Planes are the steps' own, which may change them in place: a fresh large array
 * costs more than most of what is done with it, and a callback per pixel ten times as much as a loop.
 */
interface Working {
  channels: readonly Channel[];
  settings: Settings;
  rows: number;
  columns: number;
  /** Size of a pixel, nm, or relative to each other when the size is not known. */
  pixelX: number;
  pixelY: number;
  sizeKnown: boolean;
  planes: Float64Array[];
  valid: Uint8Array;
  measured: (Uint8Array | undefined)[];
  disturbed: Uint8Array;
  stepEdges: Uint8Array;
  roundedSteps: Uint8Array;
  heightUnit: 'nm' | 'arbitrary';
  lattice: Lattice | null;
  steps: Step[];
  warnings: string[];
}

function checkChannels(channels: readonly Channel[]): void {
  if (channels.length < 1 || channels.length > 2) {
    throw new ShapeError(`preprocess: expected 1 or 2 channels, got ${channels.length}.`);
  }
  const [{ rows, columns }] = channels;
  for (const channel of channels) {
    if (![channel.rows, channel.columns].every((side) => Number.isInteger(side) && side >= 0)) {
      throw new ShapeError(
        `${channel.name}: expected whole numbers of rows and columns, got ${channel.rows} x ${channel.columns}.`,
      );
    }
    if (channel.pixels.length !== channel.rows * channel.columns) {
      throw new ShapeError(
        `${channel.name}: expected ${channel.rows} x ${channel.columns} pixels, got ${channel.pixels.length}.`,
      );
    }
    if (channel.rows !== rows || channel.columns !== columns) {
      throw new ShapeError(
        `preprocess: expected channels of one shape, got ${rows} x ${columns} and ${channel.rows} x ${channel.columns}.`,
      );
    }
  }
}

function begin(channels: readonly Channel[], settings: Settings): Working {
  const { rows, columns, widthNm, heightNm } = channels[0];
  const warnings: string[] = [];
  if (settings.surface !== undefined) findSurface(settings.surface);
  const x = widthNm !== null && widthNm > 0 ? widthNm / columns : null;
  const y = heightNm !== null && heightNm > 0 ? heightNm / rows : null;
  const sizeKnown = x !== null || y !== null;
  if (!sizeKnown && settings.pixelNm !== undefined && settings.resample === 'auto') {
    throw new OptionError(
      'pixel size: the scan does not say how wide it is, expected its width to be given too.',
    );
  }
  if (!sizeKnown) {
    warnings.push('The scan does not say how wide it is: lengths are in pixels.');
  }
  return {
    channels,
    settings,
    rows,
    columns,
    pixelX: x ?? y ?? 1,
    pixelY: y ?? x ?? 1,
    sizeKnown,
    planes: channels.map((channel) => new Float64Array(channel.pixels)),
    valid: new Uint8Array(rows * columns).fill(1),
    measured: [],
    disturbed: new Uint8Array(rows * columns),
    stepEdges: new Uint8Array(rows * columns),
    roundedSteps: new Uint8Array(rows * columns),
    heightUnit: 'arbitrary',
    lattice: null,
    steps: [],
    warnings,
  };
}

function missingStep(scan: Working): void {
  const { rows, columns } = scan;
  const found = scan.channels.map((c) => findMissing(c.pixels, rows, columns, c.name));
  scan.measured = found.map(({ valid, missingPixels }) => (missingPixels > 0 ? valid : undefined));
  for (const { valid } of found) {
    for (let i = 0; i < valid.length; i++) scan.valid[i] &= valid[i];
  }
  scan.planes.forEach((plane, k) => {
    fillMissing(plane, found[k].valid, rows, columns);
  });
  const missingLines = found.map((f) => f.missingLines);
  const missingPixels = found.map((f) => f.missingPixels);
  scan.steps.push({ name: 'missing', missingPixels, missingLines });
  found.forEach((f, k) => {
    if (f.missingPixels === 0) return;
    scan.warnings.push(
      `${scan.channels[k].name}: ${f.missingPixels} pixels were not measured (${f.missingLines} whole lines of ${rows}) and were filled in.`,
    );
  });
}

function unitStep(scan: Working): void {
  const { settings, valid } = scan;
  const units = scan.channels.map((channel, k) => {
    const [low, high] = percentiles(scan.planes[k], valid, [0.01, 0.99]);
    return heightUnit(channel.unit, settings.unit, high - low);
  });
  scan.planes.forEach((plane, k) => {
    const { factor } = units[k];
    if (factor !== 1) for (let i = 0; i < plane.length; i++) plane[i] *= factor;
  });
  scan.heightUnit = units.every((u) => u.heightUnit === 'nm') ? 'nm' : 'arbitrary';
  units.forEach((u, k) => {
    if (u.guessed) {
      scan.warnings.push(
        `${scan.channels[k].name}: no unit is given; heights were taken to be metres because they are so small.`,
      );
    }
  });
  scan.steps.push({
    name: 'units',
    from: units.map((u) => u.unit),
    guessed: units.map((u) => u.guessed),
    heightUnit: scan.heightUnit,
  });
}

function linesStep(scan: Working): void {
  const { rows, columns, valid, settings } = scan;
  if (settings.lines === 'off') return;
  const aligned = scan.planes.map((plane) =>
    alignLines(plane, valid, rows, columns, settings.lines === 'slope'),
  );
  scan.planes = aligned.map((a) => a.heights);
  scan.steps.push({
    name: 'lines',
    mode: settings.lines,
    largestJump: aligned.map((a) => rounded(largestJump(a.offsets))),
  });
}

/** Largest change of offset from one line to the next, apart from the mean one, which is tilt. */
function largestJump(offsets: Float64Array): number {
  const tilt = (offsets[offsets.length - 1] - offsets[0]) / (offsets.length - 1);
  let most = 0;
  for (let y = 1; y < offsets.length; y++) {
    most = Math.max(most, Math.abs(offsets[y] - offsets[y - 1] - tilt));
  }
  return most;
}

function latticeStep(kernels: Kernels, scan: Working): void {
  const { pixelX, pixelY, sizeKnown, settings } = scan;
  const shortest = shortestPeriod(scan);
  const { planes, stepped, longestPx, valid, rows, columns } = roughlyLevel(scan, settings);
  const latticesIn = (some: readonly Float64Array[]) =>
    some.flatMap(
      (plane) => findLattice(kernels, plane, valid, rows, columns, pixelX, pixelY, shortest) ?? [],
    );
  const withSteps = stepped ? latticesIn(stepped) : [];
  const longest = longestPx * Math.min(pixelX, pixelY);
  const found = latticesIn(planes).filter(
    ({ spacing }) =>
      spacing <= longest ||
      withSteps.some((other) => Math.abs(other.spacing - spacing) < SAME_SPACING * spacing),
  );
  const hum = found.length === 2 && isHum(found[0], found[1]);
  for (const lattice of hum ? [] : found) {
    if (lattice.confidence > (scan.lattice?.confidence ?? 0)) scan.lattice = lattice;
  }
  const { lattice } = scan;
  scan.steps.push({
    name: 'lattice',
    unit: sizeKnown ? 'nm' : 'px',
    spacing: lattice ? rounded(lattice.spacing) : null,
    direction: lattice ? lattice.direction.map(rounded) : null,
    confidence: lattice ? rounded(lattice.confidence) : 0,
    secondSpacing: lattice?.second ? rounded(lattice.second.spacing) : null,
  });
}

function levelStep(scan: Working): void {
  const { rows, columns, valid, settings } = scan;
  if (settings.level === 'off') return;
  const order = settings.level;
  const { flatten, smallestTerrace } = settings;
  const levelBy = (blockPx: number, planes = scan.planes) =>
    levelAlike(planes, valid, rows, columns, {
      order,
      flatten,
      smallestTerrace,
      blockPx,
      settle: settings.lines !== 'off',
    });
  let blockPx = blockSide(scan);
  let results = levelBy(blockPx);
  const wide = roughSide(rows, columns);
  // Without a lattice the blocks may be as small as defects, a crowd of which hides steps.
  const mayHide = rowSpacing(scan) === null && results[0].terraceCount === 1 && wide > blockPx;
  if (mayHide && levelBy(wide, scan.planes.slice(0, 1))[0].terraceCount > 1) {
    blockPx = wide;
    results = levelBy(wide);
  }
  // What was reflected into missing parts carried the tilt the wrong way round: fill in afresh.
  scan.planes = results.map((r) => fillMissing(r.heights, valid, rows, columns));
  const roundedPx = roundedReach(scan, blockPx);
  const edgePx = edgeReach(scan, roundedPx);
  for (const { terraces, terraceCount } of results) {
    if (terraceCount === 1) continue;
    mark(scan.stepEdges, stepEdges(terraces, rows, columns, edgePx));
    mark(scan.roundedSteps, stepEdges(terraces, rows, columns, roundedPx));
  }
  scan.steps.push({
    name: 'level',
    order,
    flatten,
    blockPx,
    terraces: results[0].terraceCount,
    stepHeights: results[0].stepHeights.map(rounded),
    stepEdgePx: edgePx,
    roundedStepPx: roundedPx,
  });
  results.forEach(({ levelsLeft }, k) => {
    if (levelsLeft.length < 2) return;
    const list = levelsLeft.map((h) => `${rounded(h)}`).join(', ');
    scan.warnings.push(
      `${scan.channels[k].name}: after levelling the heights still pile up at ${levelsLeft.length} levels (${list}${scan.heightUnit === 'nm' ? ' nm' : ''}): steps were probably missed.`,
    );
  });
}

/**
 * What repeats over less than this is the electronics, not atoms: half of the named surface's shortest period, for its
 * harmonics show as well, and without a name more of any surface's. nm; 0 where the scan's size is not known.
 */
function shortestPeriod({ settings, sizeKnown }: Working): number {
  if (!sizeKnown) return 0;
  if (settings.surface === undefined) return LEAST_SHORTEST * SHORTEST_NM;
  const { rowSpacingNm, alongRowNm } = findSurface(settings.surface);
  return Math.min(rowSpacingNm, alongRowNm) / 2;
}

function mark(all: Uint8Array, some: Uint8Array): void {
  for (let i = 0; i < some.length; i++) all[i] |= some[i];
}

/** How far a step may be rounded off to either side, px: the blocks' share of it ends where they are wide for want of a lattice. */
function roundedReach(scan: Working, blockPx: number): number {
  const reach = Math.round(ROUNDED_EDGE * blockPx);
  return Math.max(NARROWEST_EDGE, rowSpacing(scan) !== null ? reach : Math.min(WIDEST_EDGE, reach));
}

/** How far its edge reaches, px: no farther than it may be rounded, and as far where the scan's size is not known. */
function edgeReach({ pixelX, pixelY, sizeKnown }: Working, roundedPx: number): number {
  if (!sizeKnown) return roundedPx;
  const reach = Math.floor(STEP_EDGE_NM / Math.min(pixelX, pixelY));
  return Math.min(roundedPx, Math.max(NARROWEST_EDGE, reach));
}

/** Distance of rows, in the unit of pixelX: the lattice's or, where none can be seen, the named surface's; null where neither is known. */
function rowSpacing({ lattice, settings, sizeKnown }: Working): number | null {
  if (isSeen(lattice)) return lattice.spacing;
  if (settings.surface === undefined || !sizeKnown) return null;
  return findSurface(settings.surface).rowSpacingNm;
}

function isSeen(lattice: Lattice | null): lattice is Lattice {
  return lattice !== null && lattice.confidence >= CONFIDENT;
}

/** Side of the blocks that levelling works on, px: over a lattice period, small against the image. */
function blockSide(scan: Working): number {
  const { rows, columns } = scan;
  const period = (rowSpacing(scan) ?? 0) / Math.min(scan.pixelX, scan.pixelY);
  const most = Math.max(4, Math.floor(Math.min(rows, columns) / 10));
  return Math.min(most, Math.max(8, Math.ceil(1.5 * period)));
}

function scarsStep(scan: Working): void {
  const { rows, columns, valid, settings, lattice, pixelY } = scan;
  if (settings.scars === 'off') return;
  // Atoms that span few lines must not be taken for scars of several lines.
  const period = isSeen(lattice) ? lattice.spacing / pixelY : 0;
  const maxLines = Math.max(1, Math.min(4, Math.floor(period / 4)));
  const found = scan.planes.map((plane) =>
    removeScars(plane, valid, rows, columns, {
      threshold: settings.scarThreshold,
      minLength: period >= FINE_PERIOD ? SCAR_LENGTH_FINE : SCAR_LENGTH,
      maxLines,
    }),
  );
  scan.planes = found.map((f) => f.heights);
  for (const { disturbed } of found) {
    for (let i = 0; i < disturbed.length; i++) scan.disturbed[i] |= disturbed[i];
  }
  scan.steps.push({
    name: 'scars',
    threshold: settings.scarThreshold,
    maxLines,
    scars: found.map((f) => f.count),
    pixels: found.map((f) => f.disturbed.reduce((sum, d) => sum + d, 0)),
  });
}

function tipStep(kernels: Kernels, scan: Working): void {
  const { rows, columns, planes } = scan;
  const found = findTipChanges(kernels, planes, scan, rows, columns);
  const changes = found.map(({ row }) => row);
  scan.steps.push({ name: 'tip', changes, ratios: found.map(({ ratio }) => rounded(ratio)) });
  if (changes.length === 0) return;
  const told = changes.map((row) => row + 1).join(' and ');
  scan.warnings.push(
    changes.length === 1
      ? `The tip changed at line ${told} (of ${rows}): the same defect looks different above and below. Give examples on both sides, or treat the two parts as two scans.`
      : `The tip changed at lines ${told} (of ${rows}): the same defect looks different in each part. Give examples in every part, or treat the parts as scans of their own.`,
  );
}

function hysteresisStep(scan: Working): void {
  const { rows, columns, valid, settings, planes, channels } = scan;
  if (planes.length < 2 || settings.hysteresis === 'off') return;
  const [first, second] = channels.map((c) => c.direction);
  // Two images recorded the same way lag alike; of two that do not say, the match decides.
  const alike = first === second && first !== 'unknown';
  if (settings.hysteresis === 'auto' && alike) return;
  const found = measureDisplacement(planes[0], planes[1], valid, rows, columns);
  const applied = isImprovement(found);
  if (applied) {
    scan.planes = [planes[0], warp(planes[1], rows, columns, found.shift)];
    const warped = warpValid(valid, rows, columns, found.shift);
    for (let i = 0; i < warped.length; i++) warped[i] &= valid[i];
    scan.valid = warped;
    const [first, second] = scan.measured;
    scan.measured = [first, second && warpValid(second, rows, columns, found.shift)];
  }
  scan.steps.push({
    name: 'hysteresis',
    applied,
    // At the left end, in the middle and at the right end.
    shiftPx: [0, columns >> 1, columns - 1].map((x) => rounded(found.shift[x])),
    correlationBefore: rounded(found.before),
    correlationAfter: rounded(found.after),
    oppositeContrast: found.contrast < 0,
  });
  if (found.after < 0.2) {
    scan.warnings.push(
      'The two channels hardly resemble each other: their displacement was not corrected.',
    );
  }
}

function resampleStep(kernels: Kernels, scan: Working): Levelled {
  const { rows, columns, settings, sizeKnown } = scan;
  const { pixelNm, surface, resample: mode } = settings;
  const grid = chooseGrid({ ...scan, pixelNm, surface, resample: mode });
  if (settings.surface !== undefined && !sizeKnown && settings.resample === 'auto') {
    scan.warnings.push(
      'The working pixel of the surface was not used because the width of the scan is not known.',
    );
  }
  scan.steps.push({
    name: 'resample',
    reason: grid.reason,
    rows: grid.rows,
    columns: grid.columns,
    pixelNm: grid.pixelNm === null ? null : rounded(grid.pixelNm),
  });
  const spacing = rowSpacing(scan);
  const perUnit = pixelsPerUnit(scan, grid);
  return {
    rows: grid.rows,
    columns: grid.columns,
    planes: scan.planes.map((plane) =>
      resample(kernels, new Float32Array(plane), rows, columns, grid.rows, grid.columns),
    ),
    heightUnit: scan.heightUnit,
    valid: resampleMask(kernels, scan.valid, rows, columns, grid.rows, grid.columns),
    measured: scan.measured.map(
      (own) => own && resampleMask(kernels, own, rows, columns, grid.rows, grid.columns),
    ),
    disturbed: resampleMask(kernels, scan.disturbed, rows, columns, grid.rows, grid.columns),
    stepEdges: resampleMask(kernels, scan.stepEdges, rows, columns, grid.rows, grid.columns),
    roundedSteps: resampleMask(kernels, scan.roundedSteps, rows, columns, grid.rows, grid.columns),
    rowSpacingPx: spacing === null ? null : spacing * perUnit,
    shortestPeriodPx: shortestPeriod(scan) * perUnit,
    pixelNm: grid.pixelNm,
    scaleX: grid.columns / columns,
    scaleY: grid.rows / rows,
    steps: scan.steps,
    warnings: scan.warnings,
  };
}

/** Pixels of the working grid per unit of pixelX. */
function pixelsPerUnit({ columns, pixelX }: Working, grid: WorkingGrid): number {
  return grid.columns / columns / pixelX;
}

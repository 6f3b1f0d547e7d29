import type { Kernels } from '../kernels.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { findRegions } from '../regions.ts';
import { type Click, clickedLogOdds, pixelOf, within } from './adapt.ts';
import { cutOnLevelledGrid, logOddsOf } from './answers.ts';
import type { FeatureMaps, Field } from './field.ts';
import type { Segmenter } from './segmenter.ts';

/** Log-odds asked for at the finest scale, and at wider ones: what is slow and shallow there is often no defect. */
const LEAST = [0, 1, 2];
/** So much more is asked of what is a defect though no middle of it is seen. */
const CERTAIN = 3;
/** Longer than so many row spacings, what has no middle is an edge: of a step, of a superstructure. */
const LONGEST = 4;
/** Log-odds of a defect, less than which (1 in 21) leave no doubt. */
const BEYOND_DOUBT = -3;

/** What the network sees at several scales together, 1 where likelier than not. (rows, columns) of the levelled grid. */
export interface Sights {
  /** In and around everything that could be a defect. */
  around: Uint8Array;
  /** Where one is likely, at the finest scale. */
  sure: Uint8Array;
  /** In the middle of each; in what is certain of it where no middle is seen. */
  centres: Uint8Array;
}

/**
 * What is seen at one scale counts, whatever the others say: a missing atom is lost among the wide halos
 * of charges where these are seen whole, and the other way round. A middle that is seen at a coarser
 * scale counts only where there is none of a finer one.
 */
export function sightsOf(
  kernels: Kernels,
  field: Field,
  { head }: Segmenter,
  clicks: readonly Click[],
  { rows, columns }: Pick<Levelled, 'rows' | 'columns'>,
): Sights {
  const n = rows * columns;
  const all: Sights = {
    around: new Uint8Array(n),
    sure: new Uint8Array(n),
    centres: new Uint8Array(n),
  };
  const adapted = clickedLogOdds(kernels, field, head, clicks, rows, columns);
  const scratch = new Float32Array(n);
  const finest = Math.min(...field.spacings);
  let finestCertain: Uint8Array | undefined;
  finestFirst(field).forEach((scale, nth) => {
    const channels = field.maps[scale];
    const together = channels.length > 1 ? new Float32Array(channels[0].valid.length) : undefined;
    const least = LEAST[Math.min(nth, LEAST.length - 1)];
    const cut = (logOdds: Float32Array, threshold: number) =>
      cutOnLevelledGrid(kernels, channels[0], logOdds, rows, columns, threshold, scratch);
    const refitted = adapted[scale];
    const sure = cut(refitted ?? logOddsOf(channels, 'defect', together), least);
    const extent = cut(logOddsOf(channels, 'extent', together), least);
    const middles = cut(logOddsOf(channels, 'centre', together), least);
    for (let i = 0; i < n; i++) {
      all.around[i] |= sure[i] | extent[i];
      if (nth === 0) all.sure[i] = sure[i];
      if (refitted) middles[i] &= sure[i];
    }
    if (!refitted) dropRejected(middles, extent, clicks, rows, columns);
    addMiddles(all.centres, middles, rows, columns);
    if (refitted) {
      // What is like the clicked defects needs no middle, and they themselves no certainty.
      const certain = cut(refitted, least + CERTAIN);
      for (const click of clicks)
        if (click.isDefect) markNearest(certain, sure, click, finest, rows, columns);
      dropKnown(certain, sure, all.centres, Infinity, rows, columns);
      addMiddles(all.centres, certain, rows, columns);
    } else if (nth === 0) {
      finestCertain = cut(logOddsOf(channels, 'defect', together), least + CERTAIN);
      dropRejected(finestCertain, extent, clicks, rows, columns);
    }
  });
  // A cluster of vacancies has no one middle. Only at the finest scale: seen wide, a piece of background is as certain.
  if (finestCertain) {
    dropKnown(finestCertain, all.sure, all.centres, LONGEST * finest, rows, columns);
    addMiddles(all.centres, finestCertain, rows, columns);
  }
  return all;
}

/** Mark the pixel of `sure` nearest to a click, as far as half a row spacing away. */
function markNearest(
  marks: Uint8Array,
  sure: Uint8Array,
  click: Click,
  spacing: number,
  rows: number,
  columns: number,
): void {
  const at = pixelOf(click, rows, columns);
  const reach = Math.max(1, Math.floor(spacing / 2));
  const [x, y] = [at % columns, Math.floor(at / columns)];
  let [best, least] = [-1, Infinity];
  for (const near of within({ x, y }, reach, rows, columns)) {
    const [dx, dy] = [(near % columns) - x, Math.floor(near / columns) - y];
    const squared = dx * dx + dy * dy;
    if (sure[near] && squared < least) [best, least] = [near, squared];
  }
  if (best >= 0) marks[best] = 1;
}

/**
 * Clear what lies in connected pieces of `seen` that hold a middle already, or are longer, along x or y, than so many
 * pixels.
 */
function dropKnown(
  marks: Uint8Array,
  seen: Uint8Array,
  centres: Uint8Array,
  longest: number,
  rows: number,
  columns: number,
): void {
  const { labels, regions } = findRegions(seen, rows, columns);
  const known = new Uint8Array(regions.length + 1);
  for (const { id, box } of regions) {
    if (Math.max(box.right - box.left, box.bottom - box.top) >= longest) known[id] = 1;
  }
  for (let i = 0; i < labels.length; i++) if (centres[i]) known[labels[i]] = 1;
  for (let i = 0; i < marks.length; i++) if (known[labels[i]]) marks[i] = 0;
}

/** Clear the middles of what a person called no defect, as far as it is seen in one piece. */
function dropRejected(
  middles: Uint8Array,
  extent: Uint8Array,
  clicks: readonly Click[],
  rows: number,
  columns: number,
): void {
  const rejected = clicks.filter(({ isDefect }) => !isDefect);
  if (rejected.length === 0) return;
  const seen = new Uint8Array(middles.length);
  for (let i = 0; i < seen.length; i++) seen[i] = middles[i] | extent[i];
  const { labels, regions } = findRegions(seen, rows, columns);
  const drop = new Uint8Array(regions.length + 1);
  for (const click of rejected) drop[labels[pixelOf(click, rows, columns)]] = 1;
  drop[0] = 0;
  for (let i = 0; i < middles.length; i++) if (drop[labels[i]]) middles[i] = 0;
}

/** The two finest scales: by them a guess at the lattice is judged. */
export function judgedScales(field: Field): number[] {
  return finestFirst(field).slice(0, 2);
}

/** Indices of the scales, that of the smallest working pixel first. */
function finestFirst({ spacings }: Field): number[] {
  return spacings.map((_, i) => i).sort((a, b) => spacings[a] - spacings[b] || a - b);
}

/** Add the connected pieces of `more` that hold no pixel of `centres`. */
function addMiddles(centres: Uint8Array, more: Uint8Array, rows: number, columns: number): void {
  const { labels, regions } = findRegions(more, rows, columns);
  const known = new Uint8Array(regions.length + 1);
  for (let i = 0; i < labels.length; i++) if (centres[i]) known[labels[i]] = 1;
  known[0] = 1;
  for (let i = 0; i < labels.length; i++) if (!known[labels[i]]) centres[i] = 1;
}

/**
 * Dice of the masks cut at one half, if the network's probabilities are right, over the two finest scales by
 * area; 1 where it sees nothing. Without what is lattice beyond doubt: on a large scan with few defects, next to
 * nothing in each of its pixels adds up to more than all defects.
 */
export function expectedDice(kernels: Kernels, field: Field): number {
  let both = 0;
  let sum = 0;
  for (const scale of judgedScales(field)) {
    const channels = field.maps[scale];
    const area = field.spacings[scale] * field.spacings[scale];
    const logOdds = logOddsOf(channels, 'defect');
    const { valid }: FeatureMaps = channels[0];
    for (let i = 0; i < logOdds.length; i++) {
      if (!valid[i] || logOdds[i] < BEYOND_DOUBT) continue;
      const likely = 1 / (1 + kernels.exp(-logOdds[i]));
      const inside = logOdds[i] > 0 ? 1 : 0;
      both += area * likely * inside;
      sum += area * (likely + inside);
    }
  }
  return both > 0 ? (2 * both) / sum : 1;
}

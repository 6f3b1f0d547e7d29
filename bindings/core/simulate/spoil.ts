import type { Random } from '../random.ts';
import type { Conditions } from './conditions.ts';
import type { Plane } from './probe.ts';
import type { Tables } from './tables.ts';
import { Warp } from './warp.ts';

/** Where the pixels of a channel look: drift and creep, and channel 1's lag. */
export function scanWarp(
  rows: number,
  columns: number,
  { drift, creep, lag }: Conditions,
  channel: 0 | 1,
): Warp {
  const fading = (row: number) => creep.lines / (creep.lines + row);
  const late = channel === 1 ? lag : 0;
  return new Warp(
    rows,
    columns,
    (row, column) => {
      const q = column / (columns - 1);
      const still = drift.x * row * row + creep.x * fading(row);
      return still + late * (0.3 + 2.8 * q * (1 - q));
    },
    (row) => drift.y * row * row + creep.y * fading(row),
  );
}

/** The feedback overshoots behind what is tall: a dark shadow downstream. In place. */
export function addShadow(image: Plane, { shadow, backward }: Conditions, channel: 0 | 1): void {
  if (!(shadow.gain > 0)) return;
  const { values, rows, columns } = image;
  const keep = shadow.length / (1 + shadow.length);
  for (let row = 0; row < rows; row++) {
    let depth = 0;
    let before = values[row * columns + (backward && channel === 1 ? columns - 1 : 0)];
    for (let i = 0; i < columns; i++) {
      const at = row * columns + (backward && channel === 1 ? columns - 1 - i : i);
      const here = values[at];
      depth = keep * (depth + shadow.gain * (1 - keep) * Math.max(0, before - here) * 2);
      before = here;
      values[at] = here - depth;
    }
  }
}

/** Tilt, bow, hum and the jump of a tip change. In place. */
export function addBackground(
  tables: Tables,
  image: Plane,
  { tilt, bow, hum, tipChange }: Conditions,
): void {
  const { values, rows, columns } = image;
  for (let row = 0; row < rows; row++) {
    const q = row / rows - 0.5;
    const jump = tipChange && row >= tipChange.row ? tipChange.offset : 0;
    for (let column = 0; column < columns; column++) {
      const p = column / columns - 0.5;
      const plane = tilt.x * p + tilt.y * q + bow * (4 * p * p + 2 * q * q);
      const stripe = hum.height
        ? hum.height * tables.cosine(column / hum.period + row * hum.turnsPerLine)
        : 0;
      values[row * columns + column] += plane + stripe + jump;
    }
  }
}

/** What both channels of a line suffer alike; marked in `disturbed`. */
export function addDisturbances(
  tables: Tables,
  random: Random,
  images: readonly Plane[],
  conditions: Conditions,
  disturbed: Uint8Array,
): void {
  const { rows, columns } = images[0];
  for (const image of images) {
    for (let n = 0; n < conditions.scars; n++) addScar(random, image, conditions.jump, disturbed);
  }
  for (let n = 0; n < conditions.noisyLines; n++) {
    const row = random.below(rows);
    for (const image of images) loseLine(tables, random, image, row, conditions.jump);
    disturbed.fill(1, row * columns, (row + 1) * columns);
  }
  const { tipChange, unfinished } = conditions;
  if (tipChange) {
    const from = random.below(columns >> 1);
    for (const image of images)
      loseLine(tables, random, image, tipChange.row, conditions.jump, from);
    disturbed.fill(1, tipChange.row * columns + from, (tipChange.row + 1) * columns);
  }
  if (unfinished) {
    for (const { values } of images) values.fill(unfinished.value, unfinished.row * columns);
    disturbed.fill(1, unfinished.row * columns);
  }
}

/** Part of a line, or of two or three, stands off for a while or to its end. */
function addScar(
  random: Random,
  { values, rows, columns }: Plane,
  jump: number,
  disturbed: Uint8Array,
): void {
  const lines = random.uniform() < 0.75 ? 1 : 2 + random.below(2);
  const first = random.below(rows);
  const start = random.below(columns);
  const toEnd = random.uniform() < 0.25;
  const length = toEnd ? columns : 3 + random.below(Math.max(1, columns >> 2));
  const height = jump * random.between(0.3, 1) * (random.uniform() < 0.65 ? 1 : -1);
  for (let row = first; row < Math.min(rows, first + lines); row++) {
    const from = Math.max(0, start + (row === first ? 0 : random.below(5) - 2));
    for (let column = from; column < Math.min(columns, from + length); column++) {
      const at = row * columns + column;
      values[at] += height * (1 - (0.5 * (column - from)) / length);
      disturbed[at] = 1;
    }
  }
}

/** From a column on, a line of an unstable tip: jumps that last some pixels. */
function loseLine(
  tables: Tables,
  random: Random,
  { values, columns }: Plane,
  row: number,
  jump: number,
  from = 0,
): void {
  let height = jump * tables.normal(random);
  for (let column = from; column < columns; column++) {
    if (random.uniform() < 0.15) height = 0.5 * jump * tables.normal(random);
    values[row * columns + column] += height;
  }
}

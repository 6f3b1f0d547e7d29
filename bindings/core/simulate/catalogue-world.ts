import type { Random } from '../random.ts';
import type { Entries, Entry } from './catalogue.ts';
import { type Lattice, latticeHeight, nearestSite, type Vector } from './lattice.ts';
import type { DefectClass } from './motif.ts';
import { placeOnLattice } from './place.ts';
import { chance, pick, type Tables } from './tables.ts';
import { randomTerraces, type World } from './world.ts';

/** Row spacings on the scan where its pixels' size is free, px: as of the random family. */
const NARROWEST = 3.5;
const WIDEST = 9;
/** Spreads (logarithmic) of a class's defects. */
const VARIETY = [0.04, 0.06, 0.1] as const;
/** Fewest and most classes of the catalogue on one scan. */
const FEWEST_CLASSES = 3;

/** A surface of the catalogue on a scan: in any direction, with some of its defects. */
export function catalogueWorld(
  tables: Tables,
  random: Random,
  entries: Entries,
  options: { rows: number; columns: number; pixelNm?: number; plain?: boolean },
): World {
  const { rows, columns, plain = false } = options;
  const { rotatedTerraces } = entries;
  const period = entries.alongNm / entries.rowNm;
  const spacing = options.pixelNm
    ? entries.rowNm / options.pixelNm
    : tables.logBetween(random, NARROWEST, WIDEST);
  const pixelNm = entries.rowNm / spacing;
  const heightNm = random.between(...entries.corrugationNm);
  const contrast = random.between(...entries.contrast);
  const lattice = latticeOf(tables, random, entries, spacing, contrast);
  const count = FEWEST_CLASSES + random.below(entries.defects.length - FEWEST_CLASSES + 1);
  const classes = random
    .shuffle([...entries.defects])
    .slice(0, count)
    .map((entry) => toClass(entry, heightNm, pick(random, VARIETY)));
  const stepped = !plain && chance(random, 0.7);
  const { a } = lattice;
  // Single-layer steps run along rows: straight where these are the upper terrace's, else ragged.
  const along = { cos: a.x / (period * spacing), sin: a.y / (period * spacing) };
  const terraces = stepped
    ? randomTerraces(tables, random, rows, columns, spacing, rotatedTerraces ? along : undefined)
    : undefined;
  const step = entries.stepNm / heightNm;
  /** Whether the rows of the terrace at (x, y) run across those of the first. */
  const isTurned = (x: number, y: number) =>
    rotatedTerraces && terraces !== undefined && Math.round(terraces.passed(x, y)) % 2 === 1;

  return {
    pixelNm,
    a,
    b: lattice.b,
    spacing,
    period,
    heightNm,
    typical: 1,
    contrast,
    classes,
    height(x, y, channel) {
      const passed = terraces ? terraces.passed(x, y) : 0;
      const at = isTurned(x, y) ? turnBack({ x, y }) : { x, y };
      return latticeHeight(tables, lattice, at.x, at.y, channel) - step * passed;
    },
    isStep: (x, y) => terraces?.isNear(x, y, 0.6 * spacing) ?? false,
    place(crowdRandom, crowd, warp) {
      const site = (x: number, y: number) => {
        if (terraces?.isNear(x, y, 1.2 * spacing)) return undefined;
        if (!isTurned(x, y)) return nearestSite(lattice, x, y);
        const there = turnBack({ x, y });
        return turn(nearestSite(lattice, there.x, there.y));
      };
      const turned = (x: number, y: number) => (isTurned(x, y) ? 0.25 : 0);
      const sites = { a, spacing, turns: [0, 0.5], site, turned };
      return placeOnLattice(tables, crowdRandom, sites, classes, crowd, warp);
    },
  };
}

function latticeOf(
  tables: Tables,
  random: Random,
  entries: Entries,
  spacing: number,
  contrast: number,
): Lattice {
  const { kind, rowNm, alongNm } = entries;
  const along = (spacing * alongNm) / rowNm;
  const direction = random.between(0, 2 * Math.PI);
  const [cos, sin] = [tables.cos(direction), tables.sin(direction)];
  const waves = entries.otherWaves && chance(random, 0.5) ? entries.otherWaves : entries.waves;
  return {
    kind,
    a: { x: along * cos, y: along * sin },
    b: { x: -spacing * sin, y: spacing * cos },
    spacing,
    contrast,
    harmonics: [
      { h: 0, k: 1, amplitude: [1, contrast], phase: [0, 0] },
      ...waves.map(({ h, k, part: [filled, empty] }) => ({
        h,
        k,
        amplitude: [filled, empty * contrast] as [number, number],
        phase: [0, 0] as [number, number],
      })),
    ],
  };
}

/** Heights in the scene's unit, the corrugation. */
function toClass(entry: Entry, corrugationNm: number, variety: number): DefectClass {
  const { name, lobes, ring, length, fixed, heightNm } = entry;
  return { name, lobes, ring, length, fixed, variety, height: heightNm / corrugationNm };
}

/** By a quarter turn, and back. */
function turn({ x, y }: Vector): Vector {
  return { x: -y, y: x };
}

function turnBack({ x, y }: Vector): Vector {
  return { x: y, y: -x };
}

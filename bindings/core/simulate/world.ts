import type { Random } from '../random.ts';
import { latticeHeight, nearestSite, randomLattice, type Vector } from './lattice.ts';
import { type DefectClass, equivalentTurns, randomClasses } from './motif.ts';
import { type Crowd, type Placed, placeOnLattice } from './place.ts';
import { chance, type Tables } from './tables.ts';
import { edgePlaces, randomDirection, Terraces } from './terraces.ts';
import type { Warp } from './warp.ts';

/**
 * A surface with its catalogue of defects. Lengths in px; heights in units of `heightNm`, about the
 * corrugation of channel 0.
 */
export interface World {
  /** Side of a pixel, nm; absent where the surface has no size of its own. */
  pixelNm?: number;
  a: Vector;
  b: Vector;
  /** Distance of rows: the unit of the motifs. */
  spacing: number;
  /** Offsets of lobes along a row count in this, in row spacings. */
  period: number;
  heightNm: number;
  /** Height of a typical defect. */
  typical: number;
  /** Factor on what channel 1 shows of a defect. */
  contrast: number;
  classes: DefectClass[];
  /** Height of the perfect surface with its steps at (x, y). */
  height(x: number, y: number, channel: 0 | 1): number;
  /** Whether (x, y) belongs to a step edge. */
  isStep(x: number, y: number): boolean;
  place(random: Random, crowd: Crowd, warp: Warp): Placed[];
}

/** A patch of surface that is charged from below: everything on it stands a little lower. */
interface Puddle extends Vector {
  radius: number;
  depth: [number, number];
}

/** A surface that nobody has seen: any lattice, any defects, on terraces unless it is plain. */
export function randomWorld(
  tables: Tables,
  random: Random,
  rows: number,
  columns: number,
  plain: boolean,
): World {
  const lattice = randomLattice(tables, random);
  const { a, b, spacing, contrast, kind } = lattice;
  const heightNm = tables.logBetween(random, 0.008, 0.06);
  const typical = tables.logBetween(random, 0.8, 9);
  const turns = kind === 'flat' ? [0, 0.5] : equivalentTurns(kind);
  const classes = randomClasses(tables, random, 4 + random.below(5), turns);
  const period = kind === 'flat' ? 1 : Math.sqrt(a.x * a.x + a.y * a.y) / spacing;
  const flat = plain || chance(random, 0.55);
  const terraces = flat ? undefined : randomTerraces(tables, random, rows, columns, spacing);
  const step = Math.max(1, typical) * random.between(0.4, 4);
  const shift = { x: random.between(0, spacing), y: random.between(0, spacing) };
  const puddles = plain ? [] : randomPuddles(tables, random, rows, columns, spacing, typical);

  return {
    a,
    b,
    spacing,
    period,
    heightNm,
    typical,
    contrast,
    classes,
    height(x, y, channel) {
      const passed = terraces ? terraces.passed(x, y) : 0;
      // The next layer's sites lie elsewhere.
      const layer = Math.round(passed) % 2;
      const height = latticeHeight(
        tables,
        lattice,
        x + layer * shift.x,
        y + layer * shift.y,
        channel,
      );
      return height - step * passed + puddleDepth(tables, puddles, x, y, channel);
    },
    isStep: (x, y) => terraces?.isNear(x, y, 0.6 * spacing) ?? false,
    place(crowdRandom, crowd, warp) {
      const site = (x: number, y: number) => {
        if (terraces?.isNear(x, y, 1.2 * spacing)) return undefined;
        if (kind === 'flat') return { x, y };
        const layer = terraces ? Math.round(terraces.passed(x, y)) % 2 : 0;
        const at = nearestSite(lattice, x + layer * shift.x, y + layer * shift.y);
        return { x: at.x - layer * shift.x, y: at.y - layer * shift.y };
      };
      return placeOnLattice(
        tables,
        crowdRandom,
        { a, spacing, turns, site },
        classes,
        crowd,
        warp,
      ).map((defect) => ({ ...defect, height: defect.height * typical }));
    },
  };
}

export function randomTerraces(
  tables: Tables,
  random: Random,
  rows: number,
  columns: number,
  spacing: number,
  direction = randomDirection(tables, random),
): Terraces {
  const ragged = random.between(0.02, 0.7);
  const style = {
    ...direction,
    cell: spacing * random.between(0.5, 2),
    kinks: [ragged * random.uniform(), ragged] as const,
    softness: spacing * random.between(0.15, 0.9),
  };
  const n = 1 + random.below(3);
  return new Terraces(
    random,
    style,
    edgePlaces(random, n, rows, columns, direction),
    rows + columns,
  );
}

function randomPuddles(
  tables: Tables,
  random: Random,
  rows: number,
  columns: number,
  spacing: number,
  typical: number,
): Puddle[] {
  if (!chance(random, 0.3)) return [];
  return Array.from({ length: 1 + random.below(6) }, () => {
    const depth = -typical * random.between(0.1, 0.6);
    return {
      x: random.between(0, columns),
      y: random.between(0, rows),
      radius: spacing * tables.logBetween(random, 2, 7),
      depth: [depth, depth * random.between(-0.5, 1.2)],
    };
  });
}

function puddleDepth(
  tables: Tables,
  puddles: readonly Puddle[],
  x: number,
  y: number,
  channel: 0 | 1,
): number {
  let depth = 0;
  for (const puddle of puddles) {
    const dx = (x - puddle.x) / puddle.radius;
    const dy = (y - puddle.y) / puddle.radius;
    depth += puddle.depth[channel] * tables.bell(dx * dx + dy * dy);
  }
  return depth;
}

import type { Random } from '../random.ts';
import type { LatticeKind } from './lattice.ts';
import { motifDistance } from './motif-distance.ts';
import { chance, pick, pickWeighted, type Tables } from './tables.ts';

/**
 * One bell of a defect. Positions and widths in the lattice's row spacings: s along the row, t
 * across; heights in each channel relative to the defect's own.
 */
export interface Lobe {
  s: number;
  t: number;
  widthS: number;
  widthT: number;
  height: [number, number];
}

/** A wall around the centre: radius and width in row spacings. */
export interface Ring {
  radius: number;
  width: number;
  height: [number, number];
}

/** What all defects of one class have in common. */
export interface DefectClass {
  name: string;
  lobes: Lobe[];
  ring?: Ring | undefined;
  /** The lobes repeat along the row this many times, from shortest to longest. */
  length: [number, number];
  /** Always the same way round, or in any direction that the lattice does not tell apart. */
  fixed: boolean;
  /** Height relative to the scene's typical defect. */
  height: number;
  /** Spread (logarithmic) of the heights and of the widths of the class's defects. */
  variety: number;
  /** The class of which this one is a slight variant, and what differs. */
  twin?: { of: number; change: TwinChange };
}

export type TwinChange =
  | 'mirror'
  | 'drop'
  | 'add'
  | 'height'
  | 'length'
  | 'channel'
  | 'turn'
  | 'ring';

/** Chance that a class is a twin of one before it: near twins are what naming finds hard. */
const TWINS = 0.45;

/** Chance that a class's defects hardly differ, their spread then, and the spreads of other classes. */
const ALIKE = 0.5;
const LITTLE = 0.05;
const MOST = 0.22;
/** Chance that a class of vacancies holds double ones too. */
const DOUBLE = 0.35;

/** Classes closer than this (motifDistance) would not be two. */
const TOO_CLOSE = 0.22;

/** n classes without end: no two scenes share any. turns: directions that the lattice does not tell apart. */
export function randomClasses(
  tables: Tables,
  random: Random,
  n: number,
  turns: readonly number[],
): DefectClass[] {
  const classes: DefectClass[] = [];
  while (classes.length < n) {
    const made = nextClass(tables, random, classes);
    const distinct = classes.every(
      (other) => motifDistance(tables, made, other, turns) > TOO_CLOSE,
    );
    if (distinct) classes.push(made);
  }
  return classes;
}

function nextClass(tables: Tables, random: Random, before: readonly DefectClass[]): DefectClass {
  const number = before.length + 1;
  if (before.length === 0 || !chance(random, TWINS)) return newClass(tables, random, number);
  const of = random.below(before.length);
  const { made, change } = makeTwin(tables, random, before[of]);
  const original = before[of].name.split(' ')[0];
  return { ...made, name: `${change}-${number} ${original}`, twin: { of, change } };
}

function newClass(tables: Tables, random: Random, number: number): DefectClass {
  const kind = pickWeighted(random, {
    vacancy: 0.2,
    bump: 0.15,
    molecule: 0.25,
    ringed: 0.12,
    line: 0.18,
    faint: 0.1,
    halo: 0.08,
    blob: 0.05,
  });
  const made: DefectClass = {
    name: `${kind}-${number}`,
    lobes: [],
    length: [1, 1],
    fixed: chance(random, 0.6),
    height: tables.logNormal(random, 0.35),
    variety: chance(random, ALIKE) ? LITTLE : random.between(LITTLE, MOST),
  };
  if (kind === 'molecule') {
    const n = 2 + random.below(3);
    while (made.lobes.length < n) made.lobes.push(randomLobe(tables, random));
    return made;
  }
  const lobe = randomLobe(tables, random);
  made.lobes = [lobe];
  if (kind === 'vacancy' || kind === 'line') [lobe.s, lobe.t] = [0, 0];
  if (kind === 'vacancy') {
    setSign(lobe, -1);
    if (chance(random, DOUBLE)) made.length = [1, 2];
  }
  if (kind === 'bump' || kind === 'ringed') setSign(lobe, 1);
  if (kind === 'faint') made.height *= 0.4;
  if (kind === 'halo') made.lobes.push(broadLobe(tables, random, random.between(0.15, 0.8)));
  if (kind === 'blob') {
    made.lobes = [broadLobe(tables, random, 1)];
    made.height *= random.between(1, 4);
  }
  if (kind === 'line') {
    const shortest = 2 + random.below(2);
    made.length = [shortest, shortest + random.below(4)];
  }
  if (kind === 'ringed') {
    const darker = pick(random, [1, 1, 1, -1]);
    made.ring = {
      radius: random.between(0.7, 1.6),
      width: random.between(0.2, 0.4),
      height: [random.between(-0.6, -0.1) * darker, random.between(-0.6, 0.6)],
    };
  }
  return made;
}

function randomLobe(tables: Tables, random: Random): Lobe {
  const off = chance(random, 0.6);
  const s = off ? (random.below(5) - 2) * 0.5 : 0;
  const t = off ? (random.below(3) - 1) * 0.5 : 0;
  const widthS = tables.logBetween(random, 0.22, 0.6);
  const widthT = widthS * random.between(0.6, 1.4);
  const first = pick(random, [-1, 1]) * random.between(0.5, 1.3);
  const second = pick(random, [1, 1, 0.4, -0.7, 0, 1.6]) * random.between(0.6, 1.3);
  return { s, t, widthS, widthT, height: [first, first * second] };
}

/** The wide depression or hill about a charge, or an island or cluster that buries the lattice. */
function broadLobe(tables: Tables, random: Random, height: number): Lobe {
  const width = tables.logBetween(random, 0.7, 1.8);
  const first = height * pick(random, [-1, 1]) * random.between(0.7, 1.2);
  const second = first * pick(random, [1, 0.5, 0, -0.5]);
  return {
    s: 0,
    t: 0,
    widthS: width,
    widthT: width * random.between(0.8, 1.2),
    height: [first, second],
  };
}

function setSign(lobe: Lobe, sign: 1 | -1): void {
  if (lobe.height[0] * sign < 0) lobe.height = [-lobe.height[0], -lobe.height[1]];
}

/** A class that differs from the given one in one respect, which is named. */
function makeTwin(
  tables: Tables,
  random: Random,
  original: DefectClass,
): { made: DefectClass; change: TwinChange } {
  const made: DefectClass = {
    ...original,
    lobes: original.lobes.map((lobe) => ({ ...lobe, height: [...lobe.height] })),
  };
  const { lobes } = made;
  const chiral = lobes.some((lobe) => Math.abs(lobe.t) > 0.1) && (made.fixed || lobes.length > 1);
  const possible: TwinChange[] = ['add', 'height', 'length', 'channel', 'ring'];
  if (chiral) possible.push('mirror');
  if (lobes.length > 1) possible.push('drop');
  if (isElongated(made)) possible.push('turn');
  const change = pick(random, possible);
  switch (change) {
    case 'mirror':
      for (const lobe of lobes) lobe.t = -lobe.t;
      // Else a half turn would make one of the other.
      made.fixed = true;
      break;
    case 'drop':
      lobes.pop();
      break;
    case 'add': {
      const lobe = randomLobe(tables, random);
      lobe.s = pick(random, [-1, 1, -0.5, 0.5]);
      lobe.t = pick(random, [-0.5, 0, 0.5]);
      lobes.push(lobe);
      break;
    }
    case 'height':
      made.height *= pick(random, [0.45, 0.55, 1.8]);
      break;
    case 'length':
      made.length = made.length[1] === 1 ? [2, 5] : [1, 1];
      break;
    case 'channel':
      for (const { height } of lobes) {
        height[1] = Math.abs(height[1]) > 0.3 * Math.abs(height[0]) ? -height[1] : height[0];
      }
      break;
    case 'turn':
      made.fixed = true;
      for (const lobe of lobes) {
        [lobe.s, lobe.t] = [-lobe.t, lobe.s];
        [lobe.widthS, lobe.widthT] = [lobe.widthT, lobe.widthS];
      }
      break;
    case 'ring':
      made.ring = made.ring
        ? undefined
        : {
            radius: random.between(0.8, 1.5),
            width: random.between(0.2, 0.4),
            height: [random.between(-0.5, -0.2), random.between(-0.5, 0.3)],
          };
      break;
  }
  return { made, change };
}

/** The motif of a defect whose lobes are wider than the class's by a factor. */
export function widened(motif: DefectClass, factor: number): DefectClass {
  const { lobes, ring } = motif;
  return {
    ...motif,
    lobes: lobes.map((lobe) => ({
      ...lobe,
      widthS: factor * lobe.widthS,
      widthT: factor * lobe.widthT,
    })),
    ring: ring && { ...ring, width: factor * ring.width },
  };
}

/** Whether a quarter turn shows. */
function isElongated({ lobes, fixed }: DefectClass): boolean {
  if (!fixed) return false;
  return lobes.some(
    ({ s, t, widthS, widthT }) =>
      Math.abs(Math.abs(s) - Math.abs(t)) > 0.3 || Math.abs(widthS / widthT - 1) > 0.3,
  );
}

/** Directions that a lattice does not tell apart, in turns. */
export function equivalentTurns(kind: LatticeKind): readonly number[] {
  if (kind === 'hex') return [0, 1 / 3, 2 / 3];
  return kind === 'square' ? [0, 0.25, 0.5, 0.75] : [0, 0.5];
}

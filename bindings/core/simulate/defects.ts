import { OptionError } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import type { Random } from '../random.ts';
import { type Image, type Site, type Surface, smoothStep } from './surface.ts';

/**
 * 'vacancy': one missing dimer, sometimes two neighbours of one row; dark at both biases.
 * 'dangling-bond': one unsaturated atom, on one side of its dimer; bright and round, at the second
 * bias weaker and in a dark halo (charged).
 * 'fragment': half a molecule on two dimers of a row; bright and long, at the second bias dark.
 */
export const defectKinds = ['vacancy', 'dangling-bond', 'fragment'] as const;
export type DefectKind = (typeof defectKinds)[number];

/** A defect on its lattice site, with what distinguishes it from others of its kind. */
export interface PlacedDefect extends Site {
  kind: DefectKind;
  /** Missing dimers of a vacancy; 1 for other kinds. */
  length: number;
  /** Which side of the row, or which end, is the higher one: -1 or 1. */
  side: number;
  /** Factor on its height. */
  strength: number;
}

/** Nothing of a defect shows farther than this from its centre, nm. */
export const DEFECT_REACH = 2.4;
/** Distances kept between defects and from step edges and the frame's border, nm. */
const APART = 1.5;
const FROM_EDGE = 1.3;
export const FROM_BORDER = 1;

const DIMER = 0.384;
/** From the middle of a dimer to one of its atoms, nm. */
const HALF_DIMER = 0.12;

/** Draw sites at random until every kind has its count. Defects keep their distance. */
export function placeDefects(
  kernels: Kernels,
  random: Random,
  surface: Surface,
  sites: readonly Site[],
  counts: Readonly<Record<DefectKind, number>>,
): PlacedDefect[] {
  const wanted = random.shuffle(
    defectKinds.flatMap((kind) => new Array<DefectKind>(counts[kind]).fill(kind)),
  );
  const placed: PlacedDefect[] = [];
  for (const site of random.shuffle([...sites])) {
    if (placed.length === wanted.length) break;
    const defect = makeDefect(kernels, random, site, wanted[placed.length]);
    if (surface.edgeDistance(defect.x, defect.y) < FROM_EDGE) continue;
    if (placed.every((other) => distance(defect, other) >= APART)) placed.push(defect);
  }
  if (placed.length < wanted.length) {
    throw new OptionError(
      `simulate: expected room for ${wanted.length} defects, found room for ${placed.length}; ask for fewer or for a wider scan.`,
    );
  }
  return placed;
}

function makeDefect(kernels: Kernels, random: Random, site: Site, kind: DefectKind): PlacedDefect {
  const length = random.uniform() < 0.25 && kind === 'vacancy' ? 2 : 1;
  const side = random.uniform() < 0.5 ? -1 : 1;
  const strength = Math.max(0.7, 1 + 0.08 * kernels.normal(random));
  // What sits on two dimers has its centre half-way between them.
  const s = kind === 'fragment' || length === 2 ? DIMER / 2 : 0;
  const t = kind === 'dangling-bond' ? side * HALF_DIMER : 0;
  const { alongX, alongY } = site;
  const x = site.x + s * alongX - t * alongY;
  const y = site.y + s * alongY + t * alongX;
  return { x, y, alongX, alongY, kind, length, side, strength };
}

/** Change of height, nm, at (x, y) in the frame of Site. */
export function defectHeight(
  kernels: Kernels,
  defect: PlacedDefect,
  x: number,
  y: number,
  image: Image,
): number {
  const dx = x - defect.x;
  const dy = y - defect.y;
  const s = dx * defect.alongX + dy * defect.alongY;
  const t = dy * defect.alongX - dx * defect.alongY;
  const filled = image === 'filled';
  switch (defect.kind) {
    case 'vacancy':
      return (filled ? -0.085 : -0.065) * defect.strength * hole(s, t, defect.length);
    case 'dangling-bond': {
      const core = (filled ? 0.12 : 0.06) * gauss(kernels, s, t, 0.25, 0.27);
      const halo = filled ? 0 : 0.03 * gauss(kernels, s, t, 0.75, 0.75);
      return defect.strength * (core - halo);
    }
    case 'fragment': {
      const near = gauss(kernels, s - (defect.side * DIMER) / 2, t, 0.2, 0.2);
      const far = gauss(kernels, s + (defect.side * DIMER) / 2, t, 0.2, 0.2);
      return (filled ? 0.1 : -0.055) * defect.strength * (near + 0.8 * far);
    }
  }
}

/** The largest absolute height of a defect in the filled-states image, nm. */
export function defectPeak(kernels: Kernels, defect: PlacedDefect): number {
  let peak = 0;
  for (let step = -8; step <= 8; step++) {
    const s = (step / 8) * DIMER;
    const x = defect.x + s * defect.alongX;
    const y = defect.y + s * defect.alongY;
    peak = Math.max(peak, Math.abs(defectHeight(kernels, defect, x, y, 'filled')));
  }
  return peak;
}

/** A trough as long as the missing dimers and nearly as wide as a row, with soft walls. */
function hole(s: number, t: number, length: number): number {
  const along = smoothStep(0.5 + ((length * DIMER) / 2 + 0.06 - Math.abs(s)) / 0.32);
  const across = smoothStep(0.5 + (0.3 - Math.abs(t)) / 0.36);
  return along * across;
}

function gauss(kernels: Kernels, s: number, t: number, sigmaS: number, sigmaT: number): number {
  const a = s / sigmaS;
  const b = t / sigmaT;
  return kernels.exp(-0.5 * (a * a + b * b));
}

function distance(a: Site, b: Site): number {
  const dx = a.x - b.x;
  const dy = a.y - b.y;
  return Math.sqrt(dx * dx + dy * dy);
}

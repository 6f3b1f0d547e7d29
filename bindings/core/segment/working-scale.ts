import type { Kernels } from '../kernels.ts';
import { estimateLattices, type LatticeFit } from '../lattice/estimate.ts';
import type { Analysis } from '../lattice/spectrum.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { chooseScale } from './scale.ts';

/** Row spacings, levelled px, at which the network looks at a scan, and where they are from. */
export interface WorkingScale {
  spacings: number[];
  from: 'option' | 'lattice' | 'correlation length' | 'assumed';
  /** What the scan's spectrum shows, where the spacings are the lattice's. */
  lattices: readonly LatticeFit[];
  warnings: string[];
}

/**
 * Of a scale with a lattice the network also looks at twice and at four times its spacing, for what is too wide, or too
 * deep in noise, to be seen at once.
 */
const WIDER = [2, 4];
/** Fewer rows across the scan are too few to look for what departs from them. */
const FEWEST_ROWS = 10;
/** Where only the features' own width says how large a row would be: their parts must not come one by one. */
const GUESS = 0.4;
/** A row spacing of so many guesses (five correlation lengths) is that of no rows: 4.4 is the most on rows of atoms. */
const TOO_WIDE = 5 / (3 * GUESS);
/** Row spacings of fewer levelled pixels cannot be seen. */
const FINEST_PX = 2;
/**
 * Nor is a scan looked at again at fewer than these: dimers 4 px apart are as small defects as there are, and at half of that
 * noise is found everywhere.
 */
const FINEST_AGAIN_PX = 3;

/**
 * The scale asked for, alone, or that of the scan's lattice, each with twice and four times of it; after the lattice's, for
 * where it proves wrong, a guess and half of the lattice's (it may be a superstructure's); without a
 * lattice the guess. `analysis` of the scan, if there is one already, saves making it.
 */
export function workingScales(
  kernels: Kernels,
  levelled: Levelled,
  periodPx: number | undefined,
  analysis?: Analysis,
): WorkingScale[] {
  const at = (
    px: number,
    from: WorkingScale['from'],
    lattices: readonly LatticeFit[] = [],
  ): WorkingScale => ({
    spacings: [px, ...widerThan(px, levelled)],
    from,
    lattices,
    warnings: [],
  });
  if (periodPx !== undefined) return [at(periodPx, 'option')];
  const lattices = estimateLattices(kernels, levelled, analysis);
  const [fit] = lattices;
  const known = [levelled.rowSpacingPx ?? null, fit ? rowSpacing(fit) : null].filter(
    (spacing) => spacing !== null,
  );
  const guess = chooseScale({ ...levelled, rowSpacingPx: null }, undefined);
  const px = Math.max(FINEST_PX, GUESS * guess.periodPx);
  const why = known.length ? 'The lattice that was seen told nothing' : 'No lattice could be seen';
  const guessed: WorkingScale = {
    spacings: [px],
    from: guess.periodFrom,
    lattices: [],
    warnings: [
      `${why}: defects were looked for at an assumed row spacing of ${px.toPrecision(2)} pixels, check the outlines; naming the surface (--surface), where it is a known one, says what its rows are.`,
    ],
  };
  if (known.length === 0) return [guessed];
  // Of two, one is of a superstructure.
  const spacing = Math.max(FINEST_PX, Math.min(...known));
  const own = at(spacing, 'lattice', lattices);
  if (spacing > TOO_WIDE * guessed.spacings[0]) return [guessed, own];
  return spacing / 2 >= FINEST_PX
    ? [own, guessed, at(spacing / 2, 'lattice', lattices)]
    : [own, guessed];
}

/** Half the spacing of a scale that was too coarse; null where rows so narrow would be all noise. */
export function finerScale(scale: WorkingScale, levelled: Levelled): WorkingScale | null {
  const px = Math.min(...scale.spacings) / 2;
  return px >= FINEST_AGAIN_PX ? { ...scale, spacings: [px, ...widerThan(px, levelled)] } : null;
}

/** Twice the spacing always: it is what chains of atoms are seen by. */
function widerThan(px: number, { rows, columns }: Levelled): number[] {
  const most = Math.min(rows, columns) / FEWEST_ROWS;
  return WIDER.map((times) => times * px).filter((wide, i) => i === 0 || wide <= most);
}

/** Distance of the rows that run along the shorter vector. */
function rowSpacing({ a, b, lengthA }: LatticeFit): number {
  if (!b) return lengthA.value;
  return Math.abs(a.x * b.y - a.y * b.x) / lengthA.value;
}

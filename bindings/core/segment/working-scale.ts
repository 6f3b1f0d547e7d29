import type { Kernels } from '../kernels.ts';
import { estimateLattices, type LatticeFit } from '../lattice/estimate.ts';
import type { Levelled } from '../preprocess/levelled.ts';
import { chooseScale } from './scale.ts';

/** Row spacings, levelled px, at which the network looks at a scan, and where they are from. */
export interface WorkingScale {
  spacings: number[];
  from: 'option' | 'lattice' | 'correlation length' | 'assumed';
  warnings: string[];
}

/** Where only the features' own width says how large a row would be, the network looks at several scales. */
const AROUND_A_GUESS = [0.25, 0.4, 0.65];
const AROUND_A_LATTICE = ((globalThis as any).process?.env?.SCALES ?? '1,2').split(',').map(Number);
/** A working pixel of less than this part of a levelled one shows nothing new. */
const FINEST_PX = 2;

/**
 * The scale asked for, alone; else that of the scan's lattice, then, for where that proves wrong,
 * several about a guess and half of it (it may be a superstructure's); without a lattice the guess.
 */
export function workingScales(
  kernels: Kernels,
  levelled: Levelled,
  periodPx: number | undefined,
): WorkingScale[] {
  if (periodPx !== undefined)
    return [{ spacings: AROUND_A_LATTICE.map((f) => f * periodPx), from: 'option', warnings: [] }];
  const [fit] = estimateLattices(kernels, levelled);
  const known = [levelled.rowSpacingPx ?? null, fit ? rowSpacing(fit) : null].filter(
    (spacing) => spacing !== null,
  );
  const guess = chooseScale({ ...levelled, rowSpacingPx: null }, undefined);
  const guessed: WorkingScale = {
    spacings: AROUND_A_GUESS.map((factor) => Math.max(FINEST_PX, factor * guess.periodPx)),
    from: guess.periodFrom,
    warnings: guess.warnings,
  };
  if (known.length === 0) return [guessed];
  // Of two, one is of a superstructure.
  const spacing = Math.max(FINEST_PX, Math.min(...known));
  const at = (px: number): WorkingScale => ({
    spacings: AROUND_A_LATTICE.map((f) => f * px),
    from: 'lattice',
    warnings: [],
  });
  return spacing / 2 >= FINEST_PX
    ? [at(spacing), guessed, at(spacing / 2)]
    : [at(spacing), guessed];
}

/** Distance of the rows that run along the shorter vector. */
function rowSpacing({ a, b, lengthA }: LatticeFit): number {
  if (!b) return lengthA.value;
  return Math.abs(a.x * b.y - a.y * b.x) / lengthA.value;
}

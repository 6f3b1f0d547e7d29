import { OptionError } from '../errors.ts';

/** Nanometres per unit of length, by every spelling met in files. */
const NM: ReadonlyMap<string, number> = new Map([
  ['m', 1e9],
  ['mm', 1e6],
  ['um', 1e3],
  ['\u00b5m', 1e3], // micro sign
  ['\u03bcm', 1e3], // Greek mu
  ['nm', 1],
  ['\u00c5', 0.1], // A with ring
  ['\u212b', 0.1], // angstrom sign
  ['angstrom', 0.1],
  ['Angstrom', 0.1],
  ['pm', 1e-3],
]);

/** A surface never varies by a micrometre in nanometre units, nor by less in metres. */
const LARGEST_RANGE_M = 1e-6;

export interface HeightUnit {
  /** Multiply the file's values by this. */
  factor: number;
  heightUnit: 'nm' | 'arbitrary';
  /** The unit that was read from the file, the option or the guess. */
  unit: string;
  guessed: boolean;
}

/**
 * What to multiply heights by to get nm. unit: the file's, '' when it does not say; wanted: the
 * user's, which wins. range: robust range of the values, from which an unknown unit is guessed.
 * Throws OptionError when wanted is not a length ('' or 'arbitrary' keep the values).
 */
export function heightUnit(unit: string, wanted: string | undefined, range: number): HeightUnit {
  if (wanted !== undefined && wanted !== '' && wanted !== 'arbitrary') {
    const factor = NM.get(wanted);
    if (factor === undefined) {
      throw new OptionError(
        `unit: expected a length (m, um, nm, pm, angstrom) or arbitrary, got ${wanted}.`,
      );
    }
    return { factor, heightUnit: 'nm', unit: wanted, guessed: false };
  }
  const factor = NM.get(unit);
  if (wanted === undefined && factor !== undefined) {
    return { factor, heightUnit: 'nm', unit, guessed: false };
  }
  if (wanted === undefined && unit === '' && range < LARGEST_RANGE_M) {
    return { factor: 1e9, heightUnit: 'nm', unit: 'm', guessed: true };
  }
  return { factor: 1, heightUnit: 'arbitrary', unit, guessed: false };
}

// The words for what has no class of its own, the same in every file, picture and page.

/** The label of a point that resembles no labelled example. */
export const UNKNOWN = 'unknown';
/** The label of an example of what is no defect: lattice, or what only looks like one. */
export const NOT_A_DEFECT = 'not a defect';
/** The label of a region that is too large to be one defect. */
export const TOO_LARGE = 'too large';

/** A label as it is shown: 'defect' for the empty one, of what nobody has named. */
export function labelText(label: string): string {
  return label || 'defect';
}

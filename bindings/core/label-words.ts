// The words for what has no class of its own, the same in every file, picture and page. No class can have the
// name UNKNOWN, TOO_LARGE or NOT_A_DEFECT, and of these examples can only be called NOT_A_DEFECT: else a
// result would not say who called a defect that, a person or adatom. 'defect' is free: of a class it says
// what it says of the nameless, that it is a defect and nobody has told of what kind.

/** The label of a point that resembles no labelled example. */
export const UNKNOWN = 'unknown';
/** The label of an example of what is no defect: lattice, or what only looks like one. */
export const NOT_A_DEFECT = 'not a defect';
/** The label of a region that is too large to be one defect. */
export const TOO_LARGE = 'too large';

/** Whether only adatom can give this label, so that no example may have it. */
export function isReservedLabel(label: string): boolean {
  return label === UNKNOWN || label === TOO_LARGE;
}

/** A label as it is shown: 'defect' for the empty one, of what nobody has named. */
export function labelText(label: string): string {
  return label || 'defect';
}

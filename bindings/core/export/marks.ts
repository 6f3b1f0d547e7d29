// How the outline of a defect is drawn, by the viewer, in a figure and in a picture alike; lengths in CSS pixels.

import { NOT_A_DEFECT, TOO_LARGE, UNKNOWN } from '../label-words.ts';

/** Width of the line in the class's colour. */
export const LINE_WIDTH = 1.6;
/** Width of the dark line under it: white on the white of a scan must be seen too. */
export const CASING_WIDTH = 3.6;
/** Of the black that the casing is drawn in, 0..1. */
export const CASING_OPACITY = 0.85;
/** Lengths of line and gap for labels that are no class. */
export const DASH: readonly number[] = [4, 3];

/** The line around the defects of one label. */
export interface MarkStyle {
  /** '#rrggbb' */
  colour: string;
  dashed: boolean;
}

const UNNAMED: MarkStyle = { colour: '#ececec', dashed: false };
const NO_CLASS: ReadonlyMap<string, MarkStyle> = new Map([
  ['', UNNAMED],
  [UNKNOWN, { colour: '#ececec', dashed: true }],
  [TOO_LARGE, { colour: '#b8b8b8', dashed: true }],
  [NOT_A_DEFECT, { colour: '#808893', dashed: true }],
]);

/** The mark of a label: its class's colour, '#rrggbb', or what stands for a label that is no class. */
export function markStyle(
  { classes }: { classes: readonly { name: string; colour: string }[] },
  label: string,
): MarkStyle {
  const found = classes.find(({ name }) => name === label);
  return found ? { colour: found.colour, dashed: false } : (NO_CLASS.get(label) ?? UNNAMED);
}

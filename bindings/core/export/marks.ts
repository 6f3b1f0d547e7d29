// How the outline of a defect is drawn on a picture, by the viewer and in a figure alike; lengths in CSS pixels.

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

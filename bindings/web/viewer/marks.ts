import { CASING_OPACITY, type MarkStyle } from '../../core/export/marks.ts';
import { TOO_LARGE, UNKNOWN } from '../../core/index.ts';
import { type Labelling, NOT_A_DEFECT } from '../../core/session/index.ts';

/** Colour of what is drawn under every mark. */
export const CASING = `rgb(0 0 0 / ${CASING_OPACITY})`;

const UNNAMED: MarkStyle = { colour: '#ececec', dashed: false };
const STYLES: ReadonlyMap<string, MarkStyle> = new Map([
  ['', UNNAMED],
  [UNKNOWN, { colour: '#ececec', dashed: true }],
  [TOO_LARGE, { colour: '#b8b8b8', dashed: true }],
  [NOT_A_DEFECT, { colour: '#808893', dashed: true }],
]);

/** The mark of a label: its class's colour, or what stands for a label that is no class. */
export function markStyle({ classes }: Labelling, label: string): MarkStyle {
  const found = classes.find(({ name }) => name === label);
  return found ? { colour: found.colour, dashed: false } : (STYLES.get(label) ?? UNNAMED);
}

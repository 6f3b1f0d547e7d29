import { CASING_OPACITY } from '../../core/export/marks.ts';

export { markStyle } from '../../core/export/marks.ts';

/** Colour of what is drawn under every mark. */
export const CASING = `rgb(0 0 0 / ${CASING_OPACITY})`;

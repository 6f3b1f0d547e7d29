import { freeCorner, type Sides } from '../../core/export/free-corner.ts';
import { lengthText, scaleBarNm } from '../../core/export/svg.ts';
import type { Defect } from '../../core/index.ts';
import type { Control } from './control.ts';
import { fixed, readableUnit } from './format.ts';
import { gradientColours } from './picture.ts';
import type { View } from './view.ts';

const FONT = '11px system-ui, sans-serif';
const PAPER = 'rgb(0 0 0 / 0.6)';
const INK = '#fff';
const MARGIN = 10;
const BAR_HEIGHT = 150;

/**
 * The scale bar, in the corner where it hides the fewest defects and not the colour bar: a round length
 * of at most a quarter of the view.
 */
export function drawScaleBar(
  context: CanvasRenderingContext2D,
  control: Control,
  colourBar: Sides | undefined,
): void {
  const { view, bench } = control;
  const pixelNm = bench?.prepared?.pixelXNm;
  if (!pixelNm) return;
  const shown = Math.min(view.width, view.columns * view.scale);
  const nm = scaleBarNm((shown / view.scale) * pixelNm);
  const length = (nm / pixelNm) * view.scale;
  const plate = { plateWidth: length + 16, plateHeight: 28, margin: MARGIN };
  const marks = control.defects.map((defect) => sidesOf(defect, view));
  const free = freeCorner({ ...view, ...plate }, marks, colourBar && [colourBar]);
  if (!free) return;
  const [left, top] = free;
  context.fillStyle = PAPER;
  context.fillRect(left, top, length + 16, 28);
  context.fillStyle = INK;
  context.fillRect(left + 8, top + 19, length, 3);
  context.font = FONT;
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  context.fillText(lengthText(nm), left + 8 + length / 2, top + 14);
}

function sidesOf({ box }: Defect, view: View): Sides {
  const { x: left, y: top } = view.toCanvas({ x: box.left - 0.5, y: box.top - 0.5 });
  const { x: right, y: bottom } = view.toCanvas({ x: box.right + 0.5, y: box.bottom + 0.5 });
  return { left, top, right, bottom };
}

/** The colour bar, lower right, with values in a readable unit. Returns its place; undefined without room. */
export function drawColourBar(
  context: CanvasRenderingContext2D,
  control: Control,
): Sides | undefined {
  const { view, plane, settings, contrast } = control;
  if (!plane || view.height < BAR_HEIGHT + 60 || view.width < 240) return undefined;
  const { low, high } = contrast;
  const range = high - low;
  const { unit, factor } = readableUnit(plane.unit, range);
  const decimals = range > 0 ? Math.max(0, 2 - Math.floor(Math.log10(range * factor))) : 2;
  const texts = [1, 0.75, 0.5, 0.25, 0].map((part) =>
    fixed((low + part * range) * factor, Math.min(4, decimals)),
  );
  context.font = FONT;
  const wide = Math.max(
    ...texts.map((text) => context.measureText(text).width),
    context.measureText(unit).width,
  );
  const left = view.width - MARGIN - wide - 34;
  const top = view.height - MARGIN - BAR_HEIGHT - 34;
  context.fillStyle = PAPER;
  context.fillRect(left, top, wide + 34, BAR_HEIGHT + 34);
  const gradient = context.createLinearGradient(0, top + 24 + BAR_HEIGHT, 0, top + 24);
  const colours = gradientColours(settings.colormap, 24);
  colours.forEach((colour, i) => {
    gradient.addColorStop(i / (colours.length - 1), colour);
  });
  context.fillStyle = gradient;
  context.fillRect(left + 8, top + 24, 12, BAR_HEIGHT);
  context.fillStyle = INK;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(unit, left + 8, top + 12);
  texts.forEach((text, i) => {
    const y = top + 24 + (i / (texts.length - 1)) * BAR_HEIGHT;
    context.fillRect(left + 20, y - 0.5, 3, 1);
    context.fillText(text, left + 26, Math.min(top + 24 + BAR_HEIGHT - 4, Math.max(top + 29, y)));
  });
  return { left, top, right: left + wide + 34, bottom: top + BAR_HEIGHT + 34 };
}

import { lengthText, scaleBarNm } from '../../core/export/svg.ts';
import type { Control } from './control.ts';
import { fixed, readableUnit } from './format.ts';
import { gradientColours } from './picture.ts';

const FONT = '11px system-ui, sans-serif';
const PAPER = 'rgb(0 0 0 / 0.6)';
const INK = '#fff';
const MARGIN = 10;
const BAR_HEIGHT = 150;

/** The scale bar, lower left: a round length of at most a quarter of the view. */
export function drawScaleBar(context: CanvasRenderingContext2D, control: Control): void {
  const { view, bench } = control;
  const pixelNm = bench?.prepared?.pixelXNm;
  if (!pixelNm) return;
  const shown = Math.min(view.width, view.columns * view.scale);
  const nm = scaleBarNm((shown / view.scale) * pixelNm);
  const length = (nm / pixelNm) * view.scale;
  const top = view.height - MARGIN - 28;
  context.fillStyle = PAPER;
  context.fillRect(MARGIN, top, length + 16, 28);
  context.fillStyle = INK;
  context.fillRect(MARGIN + 8, top + 19, length, 3);
  context.font = FONT;
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  context.fillText(lengthText(nm), MARGIN + 8 + length / 2, top + 14);
}

/** The colour bar, lower right, with values in a readable unit. */
export function drawColourBar(context: CanvasRenderingContext2D, control: Control): void {
  const { view, plane, settings, contrast } = control;
  if (!plane || view.height < BAR_HEIGHT + 60 || view.width < 240) return;
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
}

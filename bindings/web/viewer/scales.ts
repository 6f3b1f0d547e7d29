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
const PLATE_HEIGHT = 28;

/**
 * The scale bar, in the corner where it hides the fewest defects and not the colour bar: a round length
 * of at most a quarter of the view. While the view moves it stays in its corner.
 */
export class ScaleBar {
  private isRight = false;
  private isLow = true;
  /** What the corner was chosen for. */
  private surroundings: readonly unknown[] = [];

  /** Choose the corner anew when it is drawn next. */
  release(): void {
    this.surroundings = [];
  }

  draw(context: CanvasRenderingContext2D, control: Control, colourBar: Sides | undefined): void {
    const { view, bench } = control;
    const pixelNm = bench?.prepared?.pixelXNm;
    if (!pixelNm) return;
    const shown = Math.min(view.width, view.columns * view.scale);
    const nm = scaleBarNm((shown / view.scale) * pixelNm);
    const length = (nm / pixelNm) * view.scale;
    const corner = this.corner(control, length + 16, colourBar);
    if (!corner) return;
    const [left, top] = corner;
    context.fillStyle = PAPER;
    context.fillRect(left, top, length + 16, PLATE_HEIGHT);
    context.fillStyle = INK;
    context.fillRect(left + 8, top + 19, length, 3);
    context.font = FONT;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    context.fillText(lengthText(nm), left + 8 + length / 2, top + 14);
  }

  /** Left and top of the plate; undefined without room for it. */
  private corner(
    { view, bench, defects }: Control,
    plateWidth: number,
    colourBar: Sides | undefined,
  ): [left: number, top: number] | undefined {
    const { width, height } = view;
    const plate = { plateWidth, plateHeight: PLATE_HEIGHT, margin: MARGIN };
    const right = width - plateWidth - MARGIN;
    const bottom = height - PLATE_HEIGHT - MARGIN;
    const now = [bench, defects, width, height, colourBar?.left, colourBar?.top];
    if (now.some((one, i) => one !== this.surroundings[i])) {
      const marks = defects.map((defect) => sidesOf(defect, view));
      const free = freeCorner({ width, height, ...plate }, marks, colourBar && [colourBar]);
      if (!free) return undefined;
      this.isRight = free[0] === right;
      this.isLow = free[1] === bottom;
      this.surroundings = now;
    }
    if (right < 0 || bottom < 0) return undefined;
    return [this.isRight ? right : MARGIN, this.isLow ? bottom : MARGIN];
  }
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

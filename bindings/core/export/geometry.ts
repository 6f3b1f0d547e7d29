import { GLYPH_ROWS, glyphsOf, textWidth } from './glyphs.ts';

export type Rgb = readonly [number, number, number];

/** A colour picture to draw on. rgb (rows, columns, 3); what falls outside is cut off. */
export interface Canvas {
  rgb: Uint8Array;
  rows: number;
  columns: number;
}

export function makeCanvas(rows: number, columns: number, [red, green, blue]: Rgb): Canvas {
  const rgb = new Uint8Array(rows * columns * 3);
  for (let at = 0; at < rgb.length; at += 3) {
    rgb[at] = red;
    rgb[at + 1] = green;
    rgb[at + 2] = blue;
  }
  return { rgb, rows, columns };
}

/** Mix a colour into one pixel; opacity 1 replaces it. */
export function paint(canvas: Canvas, x: number, y: number, colour: Rgb, opacity = 1): void {
  if (x < 0 || y < 0 || x >= canvas.columns || y >= canvas.rows) return;
  const at = (y * canvas.columns + x) * 3;
  for (let c = 0; c < 3; c++) {
    const below = canvas.rgb[at + c];
    canvas.rgb[at + c] = Math.round(below + (colour[c] - below) * opacity);
  }
}

export function fillRectangle(
  canvas: Canvas,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: Rgb,
  opacity = 1,
): void {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) paint(canvas, x, y, colour, opacity);
  }
}

/** A ring between two radii around (x, y), its edge smoothed over one pixel. */
export function drawRing(
  canvas: Canvas,
  x: number,
  y: number,
  inner: number,
  outer: number,
  colour: Rgb,
): void {
  const reach = Math.ceil(outer) + 1;
  for (let j = Math.floor(y) - reach; j <= Math.ceil(y) + reach; j++) {
    for (let i = Math.floor(x) - reach; i <= Math.ceil(x) + reach; i++) {
      const distance = Math.sqrt((i - x) * (i - x) + (j - y) * (j - y));
      const covered = Math.min(outer - distance, distance - inner) + 0.5;
      if (covered > 0) paint(canvas, i, j, colour, Math.min(1, covered));
    }
  }
}

/** Text with its top left corner at (left, top), each font pixel a square of `size` pixels. */
export function drawText(
  canvas: Canvas,
  text: string,
  left: number,
  top: number,
  size: number,
  colour: Rgb,
): void {
  let x = left;
  for (const glyph of glyphsOf(text)) {
    for (let row = 0; row < GLYPH_ROWS; row++) {
      for (let column = 0; column < glyph.width; column++) {
        if ((glyph.rows[row] >> (glyph.width - 1 - column)) & 1) {
          fillRectangle(canvas, x + column * size, top + row * size, size, size, colour);
        }
      }
    }
    x += (glyph.width + 1) * size;
  }
}

/** The text, or as much of it as fits into a width (in font pixels) with three dots after it. */
export function fitText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}…`) > width) characters.pop();
  return `${characters.join('')}…`;
}

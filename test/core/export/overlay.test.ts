import { describe, expect, it } from 'vitest';
import { OptionError, ShapeError } from '../../../bindings/core/errors.ts';
import { colormap } from '../../../bindings/core/export/colormap.ts';
import { GLYPH_ROWS, glyphsOf, textWidth } from '../../../bindings/core/export/glyphs.ts';
import {
  classColour,
  type OverlayInput,
  renderOverlay,
  scaleBar,
} from '../../../bindings/core/export/overlay.ts';

describe('colormap', () => {
  it('grey is grey', () => {
    expect(Array.from(colormap('grey'))).toEqual(
      Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
    );
  });

  it('afmhot is 2x, 2x - 0.5 and 2x - 1, cut and rounded down', () => {
    const map = colormap('afmhot');
    for (let i = 0; i < 256; i++) {
      for (let c = 0; c < 3; c++) {
        const exact = 255 * Math.min(1, Math.max(0, (2 * i) / 255 - c / 2));
        expect(exact - map[i * 3 + c]).toBeGreaterThan(-1e-9);
        expect(exact - map[i * 3 + c]).toBeLessThan(1 + 1e-9);
      }
    }
    expect(Array.from(map.subarray(0, 3))).toEqual([0, 0, 0]);
    expect(Array.from(map.subarray(765))).toEqual([255, 255, 255]);
  });
});

describe('glyphs', () => {
  const ascii = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));

  it('has a glyph of its own for every printable character and for µ, ², Å', () => {
    const drawn = [...ascii, 'µ', '²', 'Å'].map((character) => JSON.stringify(glyphsOf(character)));
    expect(drawn).not.toContain(JSON.stringify(glyphsOf('漢')));
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('is at most 5 wide and 9 high, with nothing below the baseline of capitals and digits', () => {
    for (const character of ascii) {
      const [{ width, rows }] = glyphsOf(character);
      expect(width).toBeLessThanOrEqual(5);
      expect(rows).toHaveLength(GLYPH_ROWS);
      expect(rows.every((row) => row < 1 << width)).toBe(true);
      if (/[A-Z0-9]/.test(character)) expect(rows.slice(7)).toEqual([0, 0]);
    }
  });

  it('measures text with a pixel between characters, and drops accents it lacks', () => {
    expect(textWidth('')).toBe(0);
    expect(textWidth('AB')).toBe(textWidth('A') + 1 + textWidth('B'));
    expect(glyphsOf('é')).toEqual(glyphsOf('e'));
    expect(glyphsOf('A\u030A')).toEqual(glyphsOf('Å'));
  });
});

describe('scaleBar', () => {
  it.each([
    [320, 0.125, 80, '10 nm'],
    [512, 100 / 512, 102.4, '20 nm'],
    [512, 10 / 512, 102.4, '2 nm'],
    [512, 1 / 512, 102.4, '2 Å'],
    [100, 100, 20, '2 µm'],
    [512, null, 100, '100 px'],
    [2, null, 0.5, '0.5 px'],
  ])('for %i pixels of %d nm is %d pixels, %s', (columns, pixelNm, px, text) => {
    const bar = scaleBar(columns, pixelNm);
    expect(bar.px).toBeCloseTo(px, 9);
    expect(bar.text).toBe(text);
  });

  it('spans between a tenth and a quarter of any width', () => {
    for (let nm = 0.013; nm < 1e5; nm *= 1.37) {
      const { px } = scaleBar(100, nm / 100);
      expect(px).toBeLessThanOrEqual(25 + 1e-9);
      expect(px).toBeGreaterThan(9.99);
    }
  });
});

describe('renderOverlay', () => {
  const ROWS = 100;
  const COLUMNS = 128;
  const heights = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => i % COLUMNS);
  const regionLabels = new Int32Array(ROWS * COLUMNS);
  const draw = (id: number, top: number, left: number, size: number) => {
    for (let y = top; y < top + size; y++) {
      regionLabels.fill(id, y * COLUMNS + left, y * COLUMNS + left + size);
    }
  };
  draw(1, 10, 10, 4);
  draw(2, 30, 60, 3);
  // In the very corner, and touching each other.
  draw(3, 0, 125, 3);
  draw(4, 40, 40, 2);
  draw(5, 42, 42, 2);
  const input: OverlayInput = {
    heights,
    rows: ROWS,
    columns: COLUMNS,
    regionLabels,
    classOfRegion: (id) => [0, 1, 0, -1, 1][id - 1],
    classes: ['vacancy', 'dangling bond'],
    pixelNm: 0.2,
  };
  const SCALE = 6;

  const colourAt = (picture: { rgb: Uint8Array; columns: number }, x: number, y: number) =>
    Array.from(
      picture.rgb.subarray((y * picture.columns + x) * 3, (y * picture.columns + x) * 3 + 3),
    );

  it('enlarges small scans to 768 pixels or more by a whole factor, and adds a strip', () => {
    const picture = renderOverlay(input);
    expect(picture.columns).toBe(COLUMNS * SCALE);
    expect(picture.rows).toBeGreaterThan(ROWS * SCALE);
    expect(picture.rgb).toHaveLength(picture.rows * picture.columns * 3);
    const large = renderOverlay({
      heights: new Float32Array(900 * 10),
      rows: 10,
      columns: 900,
      pixelNm: 1,
    });
    expect([large.rows, large.columns]).toEqual([10, 900]);
  });

  it('leaves the inside of every region as it was, and rings it in the colour of its class', () => {
    const plain = renderOverlay({ heights, rows: ROWS, columns: COLUMNS, pixelNm: null });
    const picture = renderOverlay(input);
    for (let at = 0; at < regionLabels.length; at++) {
      const id = regionLabels[at];
      // 4 and 5 touch at a corner, where each one's outline lies on the other.
      if (id === 0 || id > 3) continue;
      const x = at % COLUMNS;
      const y = Math.floor(at / COLUMNS);
      for (const corner of [0, SCALE - 1]) {
        const [px, py] = [x * SCALE + corner, y * SCALE + corner];
        expect(colourAt(picture, px, py)).toEqual(colourAt(plain, px, py));
      }
      const colour = Array.from(classColour(input.classOfRegion!(id)));
      if (regionLabels[at - 1] !== id) {
        expect(colourAt(picture, x * SCALE - 1, y * SCALE)).toEqual(colour);
        expect(colourAt(picture, x * SCALE - 2, y * SCALE)).toEqual(colour);
      }
    }
  });

  it('has the marks that are given: their colours, and gaps in what is dashed', () => {
    const styles = [
      { colour: '#102030', dashed: false },
      { colour: '#ececec', dashed: true },
    ];
    const picture = renderOverlay({ ...input, styles });
    // The rows of the outline above a region, from its left to its right.
    const above = (left: number, top: number, size: number) =>
      Array.from({ length: size * SCALE }, (_, i) =>
        String(colourAt(picture, left * SCALE + i, top * SCALE - 1)),
      );
    expect(new Set(above(10, 10, 4))).toEqual(new Set(['16,32,48']));
    const dashed = above(60, 30, 3).map((colour) => colour === '236,236,236');
    expect(dashed.filter(Boolean).length).toBeGreaterThan(5);
    expect(dashed.filter((isOn) => !isOn).length).toBeGreaterThan(5);
  });

  it('darkens what lies around an outline, also on a scan that is not enlarged', () => {
    const [rows, columns] = [20, 800];
    const flat = { heights: new Float32Array(rows * columns), rows, columns, pixelNm: null };
    const labels = new Int32Array(rows * columns);
    labels[10 * columns + 400] = 1;
    const plain = renderOverlay(flat);
    const picture = renderOverlay({ ...flat, regionLabels: labels });
    const [ground] = colourAt(plain, 398, 10);
    expect(colourAt(picture, 398, 10)[0]).toBeLessThan(0.6 * ground);
    expect(colourAt(picture, 397, 10)[0]).toBe(ground);
  });

  it('cuts the heights at the first and the last percentile', () => {
    const picture = renderOverlay({ ...input, regionLabels: new Int32Array(heights.length) });
    // Of 0..127 in equal numbers: 1 and below are black, 126 and above white.
    expect(colourAt(picture, 1 * SCALE, 300)).toEqual([0, 0, 0]);
    expect(colourAt(picture, 3 * SCALE, 300)).not.toEqual([0, 0, 0]);
    expect(colourAt(picture, 126 * SCALE, 300)).toEqual([255, 255, 255]);
    expect(colourAt(picture, 120 * SCALE, 300)).not.toEqual([255, 255, 255]);
  });

  it('shows what was not measured in a colour of its own, and does without contrast', () => {
    const holes = heights.map((z, i) => (i % COLUMNS < 64 ? Number.NaN : z));
    const picture = renderOverlay({ ...input, heights: holes });
    const [red, , blue] = colourAt(picture, 200, 300);
    expect(red).not.toBe(blue);
    for (const value of [Number.NaN, 5, Infinity]) {
      const flat = renderOverlay({
        ...input,
        heights: new Float32Array(heights.length).fill(value),
      });
      expect(flat.columns).toBe(COLUMNS * SCALE);
    }
  });

  it('counts every class in the strip, which grows when the classes need more lines', () => {
    const strip = (picture: { rgb: Uint8Array; columns: number }) =>
      picture.rgb.subarray(ROWS * SCALE * picture.columns * 3);
    const one = renderOverlay(input);
    const other = renderOverlay({ ...input, classOfRegion: () => 1 });
    expect(Buffer.compare(strip(one), strip(other))).not.toBe(0);
    const many = Array.from({ length: 30 }, (_, i) => `class number ${i}`);
    expect(renderOverlay({ ...input, classes: many }).rows).toBeGreaterThan(one.rows);
    const long = renderOverlay({ ...input, classes: ['x'.repeat(500), 'b'] });
    expect(long.columns).toBe(one.columns);
  });

  it('needs no classes: regions are then defects', () => {
    const { classes: _, classOfRegion: __, ...rest } = input;
    const picture = renderOverlay(rest);
    expect(colourAt(picture, 10 * SCALE - 1, 10 * SCALE)).toEqual(Array.from(classColour(0)));
    expect(colourAt(picture, 60 * SCALE - 1, 30 * SCALE)).toEqual(Array.from(classColour(0)));
    const asSegmented = renderOverlay({ ...rest, classes: [], classOfRegion: () => -1 });
    expect(Buffer.compare(asSegmented.rgb, picture.rgb)).toBe(0);
  });

  it('rings points, also at the border, and leaves its input alone', () => {
    const before = heights.slice();
    const points = [
      { x: 80, y: 50, classIndex: 1 },
      { x: 0, y: 99, classIndex: 0 },
      { x: -50, y: 4000, classIndex: -1 },
    ];
    const picture = renderOverlay({ ...input, points });
    const green = Array.from(classColour(1));
    // The ring's radius is 8 to 9 units of text size (2) from the pixel's centre.
    const found = [15, 16, 17, 18].some(
      (r) => `${colourAt(picture, 80.5 * SCALE + r, 50.5 * SCALE)}` === `${green}`,
    );
    expect(found).toBe(true);
    expect(heights).toEqual(before);
  });

  it('moves the scale bar off the defects', () => {
    const marked = new Int32Array(heights.length);
    marked[(ROWS - 8) * COLUMNS + 10] = 1;
    const rest = { ...input, regionLabels: marked };
    const picture = renderOverlay(rest);
    expect(colourAt(picture, 10 * SCALE - 1, (ROWS - 8) * SCALE)).toEqual(
      Array.from(classColour(0)),
    );
  });

  it('refuses shapes and sizes that make no sense', () => {
    expect(() => renderOverlay({ ...input, rows: 99 })).toThrow(ShapeError);
    expect(() => renderOverlay({ ...input, regionLabels: new Int32Array(3) })).toThrow(ShapeError);
    expect(() => renderOverlay({ ...input, pixelNm: 0 })).toThrow(OptionError);
    expect(() =>
      renderOverlay({ heights: new Float32Array(0), rows: 0, columns: 0, pixelNm: null }),
    ).toThrow(ShapeError);
  });
});

import { describe, expect, test } from 'vitest';
import { type SvgInput, writeSvg } from '../../../bindings/core/export/svg.ts';

const at = (id: number, column: number) => ({
  id,
  x: column,
  y: 1,
  areaPx: 1,
  areaNm2: null,
  box: { left: column, top: 1, right: column, bottom: 1 },
  touchesBorder: false,
  tooLarge: false,
});

const input: SvgInput = {
  file: 'a & b.npy',
  rows: 3,
  columns: 5,
  regionIds: Int32Array.from([0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0]),
  defects: [at(1, 1), at(2, 3)],
  labels: ['hole', 'unknown'],
  classes: ['hole'],
  png: new Uint8Array(4),
  pixelXNm: null,
  pixelYNm: null,
  styleOf: (label) => ({ colour: '#ffffff', dashed: label === 'unknown' }),
};

/** What an element with this id holds. */
function inside(svg: string, id: string): string {
  return new RegExp(`<g id="${id}"[^>]*>(.*?)</g>\n(?:<g|\n)`, 's').exec(svg)?.[1] ?? '';
}

describe('writeSvg', () => {
  const svg = writeSvg(input);

  test('lays a wider dark line under the outline of every defect', () => {
    const [before, after] = svg.split('<g id="defects"');
    const casing = inside(svg, 'casing');
    for (const { id } of input.defects) {
      expect(after).toContain(`<path id="defect-${id}"`);
      expect(casing).toContain(`xlink:href="#defect-${id}"`);
    }
    const width = (text: string | undefined) => Number(/stroke-width="([\d.]+)"/.exec(text!)?.[1]);
    expect(before).toContain('stroke="#000"');
    expect(width(before)).toBeGreaterThan(width(after) + 1);
  });

  test('draws what is no class dashed, as the viewer does', () => {
    const groups = svg.match(/<g data-class="[^>]*>/g);
    expect(groups).toHaveLength(2);
    expect(groups![0]).not.toContain('stroke-dasharray');
    expect(groups![1]).toContain('stroke-dasharray');
  });

  test('moves the scale bar off the defects', () => {
    const plate = (column: number) => {
      const defects = [{ ...at(1, column), box: { ...at(1, column).box, bottom: 2 } }];
      const figure = writeSvg({ ...input, defects, labels: ['hole'], pixelXNm: 1, pixelYNm: 1 });
      return /<g id="scale-bar"><rect x="([\d.]+)" y="([\d.]+)"/.exec(figure)!.slice(1).map(Number);
    };
    expect(plate(2)).toEqual([10, 436]);
    expect(plate(0)).toEqual([614, 436]);
  });

  test('escapes names', () => {
    expect(svg).toContain('<title>a &amp; b.npy: 2 defects</title>');
  });
});

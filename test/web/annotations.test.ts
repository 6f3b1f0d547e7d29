import { describe, expect, test } from 'vitest';
import { FormatError } from '../../bindings/core/errors.ts';
import { contoursOf } from '../../bindings/core/export/contours.ts';
import type { Defect } from '../../bindings/core/index.ts';
import { findRegions } from '../../bindings/core/regions.ts';
import { fromWebAnnotations, toWebAnnotations } from '../../bindings/web/annotations.ts';

/** A mask drawn with '#'. */
function regions(...lines: string[]) {
  const columns = lines[0].length;
  const mask = Uint8Array.from(lines.join(''), (mark) => (mark === '#' ? 1 : 0));
  const { labels, regions } = findRegions(mask, lines.length, columns, { minArea: 1 });
  const defects = regions.map((region): Defect => ({ ...region, areaNm2: null, tooLarge: false }));
  return { regionIds: labels, defects, columns, rows: lines.length };
}

/** Twice the signed area of closed polygons. */
function area(polygons: readonly (readonly number[])[]): number {
  return polygons.reduce((sum, corners) => {
    for (let i = 0; i < corners.length; i += 2) {
      const j = (i + 2) % corners.length;
      sum += corners[i] * corners[j + 1] - corners[j] * corners[i + 1];
    }
    return sum;
  }, 0);
}

describe('outlines', () => {
  const random = regions(
    '.##..#..##',
    '##.#.##.#.',
    '.#.#..#...',
    '.###.#.#.#',
    '.....##..#',
    '##########',
    '#..#.#...#',
    '###..#####',
  );

  test('hold the area of their region, holes taken off', () => {
    expect(random.defects.length).toBeGreaterThan(1);
    for (const defect of random.defects) {
      const polygons = contoursOf(random.regionIds, random.columns, defect);
      expect(area(polygons) / 2).toBe(defect.areaPx);
    }
  });
});

describe('Web Annotations', () => {
  const { regionIds, defects, columns, rows } = regions('##....', '##.###', '...#.#', '...###');
  const written = toWebAnnotations(
    { regionIds, defects, labels: ['vacancy', ''], columns },
    'a.png',
  );

  test('carry the outline in pixel corners and the label as a tag', () => {
    expect(written[0]).toEqual({
      '@context': 'http://www.w3.org/ns/anno.jsonld',
      id: '#defect-1',
      type: 'Annotation',
      body: [{ type: 'TextualBody', purpose: 'tagging', value: 'vacancy' }],
      target: {
        source: 'a.png',
        selector: {
          type: 'SvgSelector',
          value: '<svg><polygon points="2,0 2,2 0,2 0,0" /></svg>',
        },
      },
    });
    expect(written[1].body).toEqual([]);
    expect(written[1].target.selector.value).toMatch(/<path .*M .*Z M .*Z/);
  });

  test('come back to where the defects are', () => {
    expect(fromWebAnnotations(written, { rows, columns })).toEqual([
      { id: '#defect-1', x: 0.5, y: 0.5, label: 'vacancy' },
      { id: '#defect-2', x: 4, y: 2, label: '' },
    ]);
  });

  test.each([
    ['FragmentSelector', 'xywh=pixel:10,20,30,40', 24.5, 39.5],
    ['FragmentSelector', 'xywh=1,2,3,4', 2, 3.5],
    ['FragmentSelector', 'xywh=percent:50,25,10,10', 109.5, 29.5],
    ['SvgSelector', "<svg><circle cx='7' cy='8.5' r='3' /></svg>", 6.5, 8],
    ['SvgSelector', '<svg><ellipse cx="7" cy="8" rx="3" ry="1"/></svg>', 6.5, 7.5],
    ['SvgSelector', '<svg><rect x="1" y="2" width="4" height="6"/></svg>', 2.5, 4.5],
    ['SvgSelector', '<svg><polygon points="0,0 4,0 4,2 0,2"/></svg>', 1.5, 0.5],
    ['SvgSelector', '<svg><path d="M 0 0 L 6 0 L 6 6 L 0 6 Z"/></svg>', 2.5, 2.5],
  ])('of the kind %s %s are read', (type, value, x, y) => {
    const body = [
      { type: 'TextualBody', purpose: 'commenting', value: 'odd' },
      { type: 'TextualBody', purpose: 'tagging', value: ' adatom ' },
    ];
    const annotation = { id: 'a', body, target: [{ selector: [{ type, value }] }] };
    const [mark] = fromWebAnnotations([annotation], { rows: 100, columns: 200 });
    expect(mark).toEqual({ id: 'a', x, y, label: 'adatom' });
  });

  test.each([
    [{ id: 'b', target: 'a.png' }],
    [{ id: 'b', target: { selector: { type: 'SvgSelector', value: '<svg></svg>' } } }],
    [{ id: 'b', target: { selector: { type: 'FragmentSelector', value: 't=10' } } }],
    [null],
  ])('without a place are refused: %j', (annotation) => {
    expect(() => fromWebAnnotations([annotation], { rows: 9, columns: 9 })).toThrow(FormatError);
  });
});

import { expect, test } from 'vitest';
import { surfaceSeen, surfaceWarnings } from '../../../bindings/core/session/index.ts';

const seen = (source: string, rowSpacingNm: number | null) => ({ source, rowSpacingNm });
const warned = (theirs: number | null, own: number | null) =>
  surfaceWarnings({ surfaces: [seen('a.sxm', theirs)] }, seen('b.sxm', own));

test('examples of another surface are told of with what both scans show', () => {
  expect(warned(0.649, 0.7681)).toEqual([
    'Examples may be of another surface: a.sxm has rows 0.649 nm apart, this scan has rows 0.768 nm apart. Look at the names before you trust them.',
  ]);
  expect(warned(0.77, null)[0]).toContain('this scan shows no lattice.');
  expect(warned(null, 0.77)[0]).toContain('a.sxm shows no lattice, this scan has rows');
});

test('rows that differ by less than a tenth are of one surface, and where nothing shows nothing is said', () => {
  expect(warned(1, 1.09)).toEqual([]);
  expect(warned(1, 0.91)).toEqual([]);
  expect(warned(1, 1.11)).toHaveLength(1);
  expect(warned(1, 0.89)).toHaveLength(1);
  expect(warned(null, null)).toEqual([]);
});

test('of several sources those that differ are named', () => {
  const surfaces = [seen('a.sxm', 0.77), seen('b.sxm', 0.4), seen('c.sxm', null)];
  const [text] = surfaceWarnings({ surfaces }, seen('d.sxm', 0.77));
  expect(text).toContain('b.sxm has rows 0.4 nm apart, c.sxm shows no lattice, this scan');
  expect(text).not.toContain('a.sxm');
});

test('without a length, or of a library that does not say, nothing is compared', () => {
  expect(surfaceSeen('a', { rowSpacingPx: 6, pixelNm: null })).toBeUndefined();
  expect(surfaceSeen('a', { rowSpacingPx: null, pixelNm: null })).toEqual(seen('a', null));
  expect(surfaceSeen('a', { rowSpacingPx: 6, pixelNm: 0.125 })).toEqual(seen('a', 0.75));
  expect(surfaceWarnings({}, seen('b', 1))).toEqual([]);
  expect(surfaceWarnings({ surfaces: [seen('a', 1)] }, undefined)).toEqual([]);
});

import { expect, test } from 'vitest';
import { describeDefects, latticeLine } from '../../bindings/core/describe.ts';
import { corrugation, kernels, picture, polar } from './lattice/pictures.ts';

const size = 200;
const pixelNm = 0.1;
const [a, b] = [polar(6, 10), polar(8, 95)];
const waves = [
  [1, 1, 0],
  [1, 0, 1],
  [0.4, 1, 1],
] as const;
const origin = [100, 100] as const;
/** A bump 4 px wide and 5 high, on a site and two steps beside it. */
const sites = [0, 2].map((i) => [origin[0] + i * a[0] * 5, origin[1] + i * a[1] * 5] as const);

function scanOf(known: boolean) {
  const lattice = corrugation(a, b, waves, origin);
  const bumps = (x: number, y: number) =>
    sites.reduce((sum, [u, v]) => sum + 8 * Math.exp(-((x - u) ** 2 + (y - v) ** 2) / 32), 0);
  const levelled = picture(size, size, [(x, y) => lattice(x, y) + bumps(x, y)], 0.2, 3);
  const regionIds = Int32Array.from({ length: size * size }, (_, i) => {
    const near = sites.findIndex(
      ([u, v]) => ((i % size) - u) ** 2 + (Math.floor(i / size) - v) ** 2 < 121,
    );
    return near + 1;
  });
  const pixel = known ? pixelNm : null;
  return {
    regionIds,
    scan: {
      rows: size,
      columns: size,
      pixelXNm: pixel,
      pixelYNm: pixel,
      levelled: { ...levelled, heightUnit: 'nm' as const, pixelNm: pixel, scaleX: 1, scaleY: 1 },
    },
    defects: sites.map(([x, y], k) => ({
      id: k + 1,
      x,
      y,
      box: {
        left: Math.floor(x - 11),
        right: Math.ceil(x + 11),
        top: Math.floor(y - 11),
        bottom: Math.ceil(y + 11),
      },
    })),
  };
}

test('lattice, sites and shapes of a scan, in nm', () => {
  const { scan, regionIds, defects } = scanOf(true);
  const found = describeDefects(kernels, scan, defects, regionIds);
  expect(found.lattices).toHaveLength(1);
  const [lattice] = found.lattices;
  expect(lattice.unit).toBe('nm');
  expect(lattice.a.value).toBeCloseTo(0.6, 2);
  expect(lattice.b?.value).toBeCloseTo(0.8, 2);
  expect(lattice.betweenDeg?.value).toBeCloseTo(85, 0);
  expect(latticeLine(lattice)).toMatch(/^a 0\.60\d\d ± 0\.0\d+ nm, b 0\.[78]\d+ ± .* between/);
  const [first, second] = found.defects;
  expect(second.site!.i - first.site!.i).toBe(10);
  expect(second.site!.j! - first.site!.j!).toBe(0);
  expect(Math.abs(first.site!.u)).toBeLessThan(0.1);
  // Half as high 4 sqrt(2 ln 2) px from the middle.
  const area = Math.PI * 32 * Math.LN2 * pixelNm * pixelNm;
  expect(Math.abs(first.shape!.areaNm2! / area - 1)).toBeLessThan(0.15);
  expect(Math.abs(first.shape!.heightNm! / 8 - 1)).toBeLessThan(0.15);
});

test('in pixels, and without shapes, where size and regions are not known', () => {
  const { scan, defects } = scanOf(false);
  const found = describeDefects(kernels, scan, defects);
  expect(found.lattices[0].unit).toBe('px');
  expect(found.lattices[0].a.value).toBeCloseTo(6, 1);
  expect(found.defects.map(({ shape }) => shape)).toEqual([null, null]);
});

import { describe, expect, test } from 'vitest';
import { toScan } from '../../../bench/accuracy/scans.ts';
import { estimateLattices } from '../../../bindings/core/lattice/estimate.ts';
import { locator } from '../../../bindings/core/lattice/sites.ts';
import { prepare } from '../../../bindings/core/pipeline.ts';
import { preprocess } from '../../../bindings/core/preprocess/index.ts';
import { makeChannel } from '../../../bindings/core/scan.ts';
import { simulateScene } from '../../../bindings/core/simulate/scene.ts';
import { corrugation, kernels, picture, polar } from './pictures.ts';

const cases = [
  {
    name: 'square',
    a: 6.2,
    b: 6.2,
    between: 90,
    turned: 12,
    waves: [
      [1, 1, 0],
      [1, 0, 1],
      [0.3, 1, 1],
    ],
  },
  {
    name: 'hexagonal',
    a: 5.1,
    b: 5.1,
    between: 60,
    turned: -17,
    waves: [
      [1, 1, 0],
      [1, 0, 1],
      [1, 1, 1],
    ],
  },
  {
    name: 'oblique',
    a: 7.4,
    b: 9.9,
    between: 78,
    turned: 31,
    waves: [
      [1, 0, 1],
      [0.5, 1, 0],
      [0.4, 1, 1],
    ],
  },
  {
    name: 'centred',
    a: 5.6,
    b: 11.3,
    between: 90,
    turned: 40,
    waves: [
      [1, 0, 1],
      [0.3, 1, 0],
      [0.2, 1, 1],
      [0.3, 0, 2],
    ],
  },
] as const;

describe('estimateLattices', () => {
  test.each(cases)('finds a $name lattice', ({ a, b, between, turned, waves }) => {
    const height = corrugation(polar(a, turned), polar(b, turned + between), waves);
    for (const [rows, columns] of [
      [256, 256],
      [210, 300],
    ]) {
      const [fit, ...others] = estimateLattices(kernels, picture(rows, columns, [height], 1, 5));
      expect(others).toEqual([]);
      expect(Math.abs(fit.lengthA.value / a - 1)).toBeLessThan(0.002);
      expect(Math.abs(fit.lengthB!.value / b - 1)).toBeLessThan(0.002);
      expect(Math.abs(fit.between!.value - between)).toBeLessThan(0.2);
      expect(fit.lengthA.error / a).toBeLessThan(0.005);
      expect(fit.confidence).toBeGreaterThan(0.8);
    }
  });

  test('a wave far below the roughness is hum, whatever it stands out of the spectrum', () => {
    const wave = (height: number) =>
      picture(384, 384, [corrugation(polar(7, 33), polar(9, 123), [[height, 1, 0]])], 1, 3);
    expect(estimateLattices(kernels, wave(0.042))).toEqual([]);
    expect(estimateLattices(kernels, wave(0.1))[0].lengthA.value).toBeCloseTo(7, 1);
  });

  test.each([
    ['on one terrace', 1, (x: number) => (x < 192 ? 0.13 : 0), () => 0],
    [
      'on slow undulations',
      0.005,
      () => 0.03,
      (x: number, y: number) => Math.sin(x / 40) * Math.cos(y / 50),
    ],
  ])('low rows %s are rows', (_, noise, height, ground) => {
    const row = corrugation(polar(7, 33), polar(9, 123), [[1, 1, 0]]);
    const scan = picture(384, 384, [(x, y) => height(x) * row(x, y) + ground(x, y)], noise, 3);
    const [fit] = estimateLattices(kernels, scan);
    expect(fit.lengthA.value).toBeCloseTo(7, 1);
  });

  test('what is lower than a microscope shows is no lattice where heights have a unit', () => {
    const [{ a, b, between, turned, waves }] = cases;
    const lattice = corrugation(polar(a, turned), polar(b, turned + between), waves);
    const low = picture(256, 256, [(x, y) => 5e-5 * lattice(x, y)], 5e-5, 5);
    expect(estimateLattices(kernels, low)).toHaveLength(1);
    expect(estimateLattices(kernels, { ...low, heightUnit: 'arbitrary' })).toHaveLength(1);
    expect(estimateLattices(kernels, { ...low, heightUnit: 'nm' })).toEqual([]);
    const [higher] = low.planes.map((plane) => plane.map((height) => 3 * height));
    const shown = { ...low, planes: [higher], heightUnit: 'nm' as const };
    expect(estimateLattices(kernels, shown)).toHaveLength(1);
  });

  test('a superstructure of which one wave is left does not hide the rows', () => {
    const scene = simulateScene(kernels, {
      surface: 'si001',
      seed: 77_000_004,
      rows: 512,
      columns: 512,
      pixelNm: 100 / 512,
    });
    const { levelled } = prepare(kernels, toScan({ ...scene, name: 'si001' }));
    const [{ lengthA }] = estimateLattices(kernels, levelled);
    expect(lengthA.value).toBeCloseTo(levelled.rowSpacingPx!, 1);
  });

  test('rows alone have a spacing and a direction', () => {
    const height = corrugation(polar(4, 33), polar(9.3, 123), [
      [1, 0, 1],
      [0.2, 0, 2],
    ]);
    const [fit] = estimateLattices(kernels, picture(240, 240, [height], 1, 6));
    expect(fit.b).toBeNull();
    expect(fit.second).toBeNull();
    expect(Math.abs(fit.lengthA.value / 9.3 - 1)).toBeLessThan(0.002);
    expect(Math.abs(fit.direction.value + 57)).toBeLessThan(0.2);
  });

  test('hum, which two images to and fro show mirrored, is no lattice; mirror-symmetric waves of both are', () => {
    const size = 256;
    const wave = (kx: number, ky: number) => (x: number, y: number) =>
      Math.cos((2 * Math.PI * (kx * x + ky * y)) / size);
    const rows = wave(14, 23);
    const [to, fro] = [wave(5.3, 74), wave(-5.3, 74)];
    const hums = [to, fro].map(
      (hum) => (x: number, y: number) => 0.02 * rows(x, y) + 0.06 * hum(x, y),
    );
    const [lattice, ...others] = estimateLattices(kernels, picture(size, size, hums, 0.01));
    expect(lattice.lengthA.value).toBeCloseTo(size / Math.hypot(14, 23), 1);
    expect(lattice.b).toBeNull();
    expect(others).toEqual([]);
    const [one, other, sum] = [wave(20, 34), wave(20, -34), wave(40, 0)];
    const both = (x: number, y: number) => one(x, y) + 0.8 * other(x, y) + 0.4 * sum(x, y);
    const weaker = (x: number, y: number) => 0.3 * both(x, y);
    const [centred] = estimateLattices(kernels, picture(size, size, [both, weaker], 0.05));
    expect(centred.b).not.toBeNull();
  });

  test('terraces with rows at right angles are two lattices, not a square one', () => {
    const one = corrugation(polar(4, 41), polar(8, 131), [[1, 0, 1]]);
    const other = corrugation(polar(4, 131), polar(8, 221), [[1, 0, 1]]);
    const height = (x: number, y: number) => (x + 0.3 * y < 160 ? one(x, y) : other(x, y));
    const fits = estimateLattices(kernels, picture(256, 256, [height], 0.5, 8));
    expect(fits).toHaveLength(2);
    for (const fit of fits) {
      expect(fit.b).toBeNull();
      expect(Math.abs(fit.lengthA.value / 8 - 1)).toBeLessThan(0.005);
    }
    const turn = Math.abs(fits[0].direction.value - fits[1].direction.value);
    expect(Math.abs(turn - 90)).toBeLessThan(1);
    expect(fits[0].coverage + fits[1].coverage).toBeGreaterThan(0.7);
  });

  test('patches of c(4x2) do not double the cell', () => {
    const a = polar(4.4, 48);
    const b = polar(8.8, 138);
    const rows = corrugation(a, b, [[1, 0, 1]]);
    const buckled = corrugation(a, b, [
      [0.8, 0.5, 0.5],
      [0.8, 0.5, -0.5],
    ]);
    const frozen = (x: number, y: number) =>
      Math.sin(x / 23) + Math.sin(y / 31 + 1) > 0.3 ? 1 : 0;
    const scan = picture(256, 256, [(x, y) => rows(x, y) + frozen(x, y) * buckled(x, y)], 0.5, 9);
    const [fit] = estimateLattices(kernels, scan);
    expect(fit.inferred).toBe(true);
    expect(Math.abs(fit.lengthA.value / 4.4 - 1)).toBeLessThan(0.01);
    expect(Math.abs(fit.lengthB!.value / 8.8 - 1)).toBeLessThan(0.01);
  });

  test('a picture of which a part was not measured has the lattice of the rest', () => {
    const rows = corrugation(polar(4.4, 48), polar(8.8, 138), [[1, 0, 1]]);
    for (const part of [0.2, 0.4, 0.6]) {
      const scan = picture(256, 256, [rows], 0.5, 12);
      scan.valid.fill(0, Math.round((1 - part) * 256) * 256);
      const [fit, ...others] = estimateLattices(kernels, scan);
      expect(Math.abs(fit.lengthA.value / 8.8 - 1)).toBeLessThan(0.005);
      expect(others).toEqual([]);
    }
  });

  test('noise, bumps and small pictures have none', () => {
    const bumps = (x: number, y: number) => {
      let sum = 0;
      for (let n = 0; n < 40; n++) {
        const [px, py] = [(n * 73.7) % 256, (n * n * 31.3) % 256];
        sum += 5 * Math.exp(-((x - px) ** 2 + (y - py) ** 2) / 20);
      }
      return sum;
    };
    expect(estimateLattices(kernels, picture(256, 256, [() => 0], 1, 10))).toEqual([]);
    expect(estimateLattices(kernels, picture(256, 256, [bumps], 1, 11))).toEqual([]);
    expect(estimateLattices(kernels, picture(256, 256, [() => 0.4]))).toEqual([]);
    expect(estimateLattices(kernels, picture(20, 20, [(x) => Math.cos(x)]))).toEqual([]);
  });

  test('the error covers the scatter of noise', () => {
    const height = corrugation(polar(6, 10), polar(8, 95), [
      [1, 1, 0],
      [1, 0, 1],
      [0.5, 1, 1],
    ]);
    let squares = 0;
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const seed of seeds) {
      const [fit] = estimateLattices(kernels, picture(160, 160, [height], 3, seed));
      squares += ((fit.lengthA.value - 6) / fit.lengthA.error) ** 2 / seeds.length;
    }
    expect(Math.sqrt(squares)).toBeLessThan(2);
  });
});

describe('locator', () => {
  const [a, b] = [polar(7.3, 17), polar(9.8, 99)];
  const waves = [
    [1, 1, 0],
    [0.8, 0, 1],
    [0.3, 1, 1],
  ] as const;
  const origin = [3.2, 5.9] as const;

  test('tells the site and the place in its cell', () => {
    const scan = picture(240, 256, [corrugation(a, b, waves, origin)], 0.3, 4);
    const [fit] = estimateLattices(kernels, scan);
    const locate = locator(kernels, fit);
    const place = (i: number, j: number) =>
      locate(origin[0] + i * a[0] + j * b[0], origin[1] + i * a[1] + j * b[1]);
    const home = place(10, 8);
    expect(Math.abs(home.u)).toBeLessThan(0.04);
    expect(Math.abs(home.v!)).toBeLessThan(0.04);
    // The shorter vector is the first and points right: both as here.
    for (const [i, j] of [
      [11, 8],
      [10, 9],
      [20, 3],
      [7, 19],
    ]) {
      const site = place(i, j);
      expect([site.i - home.i, site.j! - home.j!]).toEqual([i - 10, j - 8]);
      expect(Math.abs(site.u) + Math.abs(site.v!)).toBeLessThan(0.08);
    }
    const between = place(12.3, 9.25);
    expect(between.u - home.u).toBeCloseTo(0.3, 1);
    expect(between.v! - home.v!).toBeCloseTo(0.25, 1);
  });

  test('follows a lattice that drift has bent by more than a cell', () => {
    const straight = corrugation(a, b, waves, origin);
    const bend = (y: number) => 14 * ((y - 128) / 128) ** 2;
    const scan = picture(256, 256, [(x, y) => straight(x - bend(y), y)], 0.2, 4);
    const [fit] = estimateLattices(kernels, scan);
    const locate = locator(kernels, fit);
    const home = locate(128, 128);
    for (const [i, j] of [
      [-6, -9],
      [8, 7],
      [0, 10],
    ]) {
      const y = 128 + i * a[1] + j * b[1];
      const site = locate(128 + i * a[0] + j * b[0] + bend(y), y);
      expect(site.i + site.u - home.i - home.u - i).toBeCloseTo(0, 0);
      expect(site.j! + site.v! - home.j! - home.v! - j).toBeCloseTo(0, 0);
    }
  });

  test('overtones of rows that creep has split are not fitted with a second vector that fits none', () => {
    const size = 384;
    const scene = simulateScene(kernels, {
      surface: 'tio2-110',
      seed: 990_001,
      rows: size,
      columns: size,
    });
    const channels = scene.planes.map((plane) =>
      makeChannel('Z', Float64Array.from(plane), size, size, { unit: 'nm' }),
    );
    const levelled = preprocess(kernels, channels);
    const valid = levelled.valid.map((measured, i) => measured & ~levelled.stepEdges![i]);
    const [fit] = estimateLattices(kernels, { ...levelled, valid });
    expect(fit.b).toBeNull();
    expect(Math.abs(fit.lengthA.value / scene.rowSpacingPx - 1)).toBeLessThan(0.15);
  });
});

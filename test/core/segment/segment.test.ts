import { describe, expect, test } from 'vitest';
import {
  CancelledError,
  EmptyScanError,
  OptionError,
  ShapeError,
} from '../../../bindings/core/errors.ts';
import type { ConvLayer } from '../../../bindings/core/kernels.ts';
import { CLUSTER_METHODS, segment } from '../../../bindings/core/segment/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { dice, fractionOf, makeLevelled, makeScene } from './scene.ts';

const kernels = createKernels();

describe.each(CLUSTER_METHODS)('segment by %s', (method) => {
  const least = 0.7;

  test.each([
    ['bright', [5]],
    ['dark', [-5]],
    ['both bright and dark', [5, -5]],
  ])('finds %s defects', (_, heights) => {
    const { levelled, truth } = makeScene({ heights });
    const { mask, clusters } = segment(kernels, levelled, { method });
    expect(dice(mask, truth)).toBeGreaterThan(least);
    const signs = clusters.filter(({ isDefect }) => isDefect).map(({ sign }) => sign);
    expect(signs).toEqual(expect.arrayContaining(heights.map((h) => (h > 0 ? 'bright' : 'dark'))));
  });

  test.each([4, 11, 27])('finds them at a lattice period of %i pixels', (period) => {
    const size = 16 * period;
    const scene = { rows: size, columns: size, period, heights: [5, -5], count: 10 };
    const { levelled, truth } = makeScene(scene);
    const { mask, steps } = segment(kernels, levelled, { method });
    expect(steps[0]['periodPx']).toBeCloseTo(period, 0);
    // An outline at half a defect's height, instead of at the lattice's amplitude, scores 0.6; with the
    // bright or the dark ones missed it would be below 0.4.
    expect(dice(mask, truth)).toBeGreaterThan(0.5);
  });

  test.each([
    ['rows', {}],
    ['faint rows', { noise: 1.5 }],
    ['a hexagonal lattice', { hexagonal: true }],
    ['coarse rows', { period: 25, rows: 256, columns: 256 }],
  ])('finds nothing to speak of in %s without defects', (_, scene) => {
    const { levelled } = makeScene(scene);
    expect(fractionOf(segment(kernels, levelled, { method }).mask)).toBeLessThan(0.01);
  });

  test('uses two channels: defects that only the second shows are found', () => {
    const { levelled, truth } = makeScene({ heights: [5] });
    const { levelled: plain } = makeScene({ seed: 8 });
    const both = { ...levelled, planes: [plain.planes[0], levelled.planes[0]] };
    expect(dice(segment(kernels, both, { method }).mask, truth)).toBeGreaterThan(least);
  });

  test('shows no seams: a shifted scene gives a shifted mask', () => {
    const shift = 13;
    const a = makeScene({ heights: [5, -5], noise: 0 });
    const b = makeScene({ heights: [5, -5], noise: 0, shift });
    const { rows, columns } = a.levelled;
    const maskA = segment(kernels, a.levelled, { method, periodPx: 6 }).mask;
    const maskB = segment(kernels, b.levelled, { method, periodPx: 6 }).mask;
    const crop = (mask: Uint8Array, offset: number) =>
      Uint8Array.from({ length: (rows - 3 * shift) * (columns - 3 * shift) }, (_, i) => {
        const y = Math.floor(i / (columns - 3 * shift)) + shift + offset;
        const x = (i % (columns - 3 * shift)) + shift + offset;
        return mask[y * columns + x];
      });
    expect(dice(crop(maskA, 0), crop(maskB, shift))).toBeGreaterThan(0.85);
  });

  test('gives the same bits whatever the height of the strips', () => {
    const { levelled } = makeScene({ rows: 150, columns: 99, heights: [5, -5] });
    const whole = segment(kernels, levelled, { method, stripRows: 1000 });
    for (const stripRows of [1, 16, 64]) {
      const strips = segment(kernels, levelled, { method, stripRows });
      expect(strips.clusterMap).toEqual(whole.clusterMap);
      expect(strips.clusters).toEqual(whole.clusters);
    }
  });

  test('is determined by its seed and leaves its input alone', () => {
    const { levelled } = makeScene({ heights: [4], noise: 0.8 });
    const plane = levelled.planes[0].slice();
    const first = segment(kernels, levelled, { method, seed: 4 });
    expect(segment(kernels, levelled, { method, seed: 4 })).toEqual(first);
    expect(levelled.planes[0]).toEqual(plane);
  });

  test('takes the clusters that the caller names', () => {
    const { levelled } = makeScene({ heights: [5] });
    const automatic = segment(kernels, levelled, { method, k: 3 });
    const named = segment(kernels, levelled, { method, k: 3, clusters: [0] });
    expect(named.clusterMap).toEqual(automatic.clusterMap);
    expect(named.clusters.map(({ isDefect }) => isDefect)).toEqual([true, false, false]);
    expect(fractionOf(named.mask)).toBeGreaterThan(0.3);
    expect(fractionOf(segment(kernels, levelled, { method, clusters: [] }).mask)).toBe(0);
    expect(() => segment(kernels, levelled, { method, k: 3, clusters: [3] })).toThrow(OptionError);
  });

  test('never calls a pixel that was not measured a defect', () => {
    const { levelled } = makeScene({ heights: [5, -5] });
    const { rows, columns } = levelled;
    const valid = Uint8Array.from({ length: rows * columns }, (_, i) =>
      i < 60 * columns || i % columns === 7 ? 0 : 1,
    );
    const planes = levelled.planes.map((plane) => plane.map((h, i) => (valid[i] ? h : 0)));
    const { mask } = segment(kernels, { ...levelled, planes, valid }, { method });
    expect(mask.filter((_, i) => !valid[i]).includes(1)).toBe(false);
    expect(fractionOf(mask)).toBeGreaterThan(0.01);
  });

  test.each([
    [1, 1],
    [1, 9],
    [2, 3],
    [7, 5],
    [33, 17],
    [64, 51],
  ])('a picture of %i x %i pixels gives a mask of its size', (rows, columns) => {
    const { levelled } = makeScene({ rows, columns });
    const { mask, clusterMap, clusters } = segment(kernels, levelled, { method });
    expect(mask).toHaveLength(rows * columns);
    expect(clusterMap.every((label) => label < clusters.length)).toBe(true);
    expect(clusters.reduce((sum, { fraction }) => sum + fraction, 0)).toBeCloseTo(1, 5);
  });

  test('a constant picture has no defects', () => {
    const { mask } = segment(kernels, makeLevelled([new Float32Array(400).fill(3)], 20, 20), {
      method,
    });
    expect(mask.includes(1)).toBe(false);
  });

  test('a flat picture without noise still shows what stands on it', () => {
    const plane = new Float32Array(96 * 96).fill(7);
    const truth = new Uint8Array(96 * 96);
    for (let y = 40; y < 52; y++) {
      for (let x = 60; x < 74; x++) {
        plane[y * 96 + x] = 9;
        truth[y * 96 + x] = 1;
      }
    }
    const { mask } = segment(kernels, makeLevelled([plane], 96, 96), { method });
    expect(dice(mask, truth)).toBeGreaterThan(0.6);
  });

  test('can be cancelled', () => {
    const { levelled } = makeScene();
    expect(() => segment(kernels, levelled, { method }, { signal: { aborted: true } })).toThrow(
      CancelledError,
    );
  });
});

describe('segment', () => {
  test('takes features from a given network, pooled or not, and needs channels that fit', () => {
    const layer = (inChannels: number, outChannels: number, pool: boolean): ConvLayer => ({
      inChannels,
      outChannels,
      // Each filter answers to one channel's height.
      weights: Float32Array.from({ length: outChannels * inChannels * 9 }, (_, i) =>
        Math.floor(i / 9) % inChannels === 0 ? 1 / 9 : 0,
      ),
      pool,
    });
    const network = [layer(2, 3, true), layer(3, 2, true)];
    const { levelled, truth } = makeScene({ heights: [5] });
    for (const method of ['features', 'upsampled'] as const) {
      const { mask, steps } = segment(kernels, levelled, { method, network });
      expect(dice(mask, truth)).toBeGreaterThan(0.5);
      expect(steps[0]['network']).toBe('given');
    }
    const three = { ...levelled, planes: Array.from({ length: 3 }, () => levelled.planes[0]) };
    expect(() => segment(kernels, three, { method: 'features', network })).toThrow(OptionError);
  });

  test('samples a large picture in bands, or wherever it was measured, whatever the strips', () => {
    const size = 728;
    const { levelled } = makeScene({ rows: size, columns: size, heights: [5, -5], count: 300 });
    const find = (valid: Uint8Array, stripRows: number) =>
      segment(kernels, { ...levelled, valid }, { method: 'features', stripRows, k: 4 });
    const whole = find(levelled.valid, 128);
    expect(find(levelled.valid, size).clusterMap).toEqual(whole.clusterMap);
    expect(fractionOf(whole.mask)).toBeGreaterThan(0.005);
    const unfinished = levelled.valid.map((_, i) => (i < 100 * size ? 1 : 0));
    const { mask } = find(unfinished, size);
    expect(fractionOf(mask.subarray(0, 100 * size))).toBeGreaterThan(0.005);
  });

  test('does not keep weights in the module’s memory', () => {
    const { levelled } = makeScene();
    segment(kernels, levelled, { method: 'features' });
    const { used } = kernels.memory();
    segment(kernels, levelled, { method: 'features' });
    segment(kernels, levelled, { method: 'upsampled' });
    expect(kernels.memory().used).toBe(used);
  });

  test('refuses what it cannot work with, and says why', () => {
    const { levelled } = makeScene({ rows: 20, columns: 20 });
    const nothing = { ...levelled, valid: new Uint8Array(400) };
    expect(() => segment(kernels, nothing)).toThrow(EmptyScanError);
    expect(() => segment(kernels, { ...levelled, planes: [] })).toThrow(ShapeError);
    expect(() => segment(kernels, { ...levelled, rows: 21 })).toThrow(/21 x 20 = 420.*got 400/);
    for (const bad of [
      { k: 1 },
      { k: 2.5 },
      { seed: 0.5 },
      { periodPx: 1 },
      { periodPx: 21 },
      { stripRows: 0 },
    ]) {
      expect(() => segment(kernels, levelled, bad)).toThrow(OptionError);
    }
    // @ts-expect-error: a text, as a form gives it
    expect(() => segment(kernels, levelled, { periodPx: '6' })).toThrow(OptionError);
    // @ts-expect-error: an unknown method
    expect(() => segment(kernels, levelled, { method: 'magic' })).toThrow(/pixels, features/);
    expect(() => segment(kernels, levelled, { network: [] })).toThrow(OptionError);
  });
});

import { describe, expect, test } from 'vitest';
import { preprocess } from '../../../bindings/core/preprocess/index.ts';
import { makeChannel } from '../../../bindings/core/scan.ts';
import { blur } from '../../../bindings/core/simulate/probe.ts';
import { Tables } from '../../../bindings/core/simulate/tables.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { type Made, make, noisy, withDefects } from './images.ts';

const kernels = createKernels();
const tables = new Tables(kernels);
const SIZE = 256;
const CHANGE = 140;

/** A square lattice, or rows in another direction, with defects; nm. */
function surface(seed: number, defects = 60, turned = 0): Made {
  const wave = 0.9;
  const [cosine, sine] = [kernels.cos(turned), kernels.sin(turned)];
  const lattice = make(SIZE, SIZE, (x, y) => {
    const [u, v] = [cosine * x + sine * y, cosine * y - sine * x];
    return 0.02 * (kernels.sin(wave * u) + kernels.sin(wave * v));
  });
  return withDefects(lattice, defects, 3, 0.1, seed);
}

function blurred(made: Made, sigma: number): Made {
  const { rows, columns } = made;
  const values = new Float32Array(made.heights);
  return {
    ...made,
    heights: Float64Array.from(blur(tables, { values, rows, columns }, sigma, sigma)),
  };
}

/** The upper lines of one image and, from each line on by this share of it, the lower ones of another. */
function joined(above: Made, below: Made, share: (y: number) => number): Made {
  const heights = above.heights.map((h, i) => {
    const part = share(Math.floor(i / SIZE));
    return (1 - part) * h + part * below.heights[i];
  });
  return { ...above, heights };
}

const atOnce = (line: number) => (y: number) => (y < line ? 0 : 1);

/** Blunter from line CHANGE on. */
const changed = (seed: number, defects?: number) => {
  const sharp = surface(seed, defects);
  return joined(sharp, blurred(sharp, 1.2), atOnce(CHANGE));
};

/** Lines found by preprocessing images with noise of 4 pm. */
function found(images: readonly Made[], known = {}) {
  const channels = images.map((made, k) => {
    const { heights } = noisy(kernels, made, 0.004, 50 + k);
    return makeChannel('Z', heights, SIZE, SIZE, {
      unit: 'nm',
      widthNm: 50,
      heightNm: 50,
      ...known,
    });
  });
  const { steps, warnings } = preprocess(kernels, channels);
  const changes = steps.find(({ name }) => name === 'tip')?.['changes'] as number[];
  const told = warnings.filter((warning) => warning.includes('tip changed'));
  expect(told).toHaveLength(changes.length > 0 ? 1 : 0);
  return { changes, told };
}

function expectAbout(changes: readonly number[], lines: readonly number[]): void {
  expect(changes).toHaveLength(lines.length);
  for (const [i, line] of lines.entries())
    expect(Math.abs(changes[i] - line)).toBeLessThanOrEqual(3);
}

describe('a tip that changed', () => {
  test.each([1, 2, 3])('is found in one channel and told, scene %i', (seed) => {
    const { changes, told } = found([changed(seed)]);
    expectAbout(changes, [CHANGE]);
    expect(told[0]).toContain(`at line ${changes[0] + 1} (of ${SIZE})`);
  });

  test('is found in two channels, also where only one of them shows it', () => {
    expectAbout(found([changed(4), changed(5)]).changes, [CHANGE]);
    expectAbout(found([surface(4), changed(4)]).changes, [CHANGE]);
  });

  test('is found when it becomes double', () => {
    const single = surface(6);
    const double = make(SIZE, SIZE, (x, y) => {
      const [at, ghost] = [y * SIZE + x, y * SIZE + Math.max(0, x - 3)];
      return Math.max(single.heights[at], single.heights[ghost] - 0.005);
    });
    expectAbout(found([joined(single, double, atOnce(CHANGE))]).changes, [CHANGE]);
  });

  test('and changed back is found twice', () => {
    const sharp = surface(7);
    const between = (y: number) => (y >= 80 && y < 170 ? 1 : 0);
    const { changes, told } = found([joined(sharp, blurred(sharp, 1.2), between)]);
    expectAbout(changes, [80, 170]);
    expect(told[0]).toContain(`at lines ${changes[0] + 1} and ${changes[1] + 1} (of ${SIZE})`);
  });

  test('is told in lines of the scan, whatever the working grid', () => {
    const channel = makeChannel('Z', noisy(kernels, changed(1), 0.004, 50).heights, SIZE, SIZE, {
      ...{ unit: 'nm', widthNm: 50, heightNm: 50 },
    });
    const { steps, rows } = preprocess(kernels, [channel], { pixelNm: 0.3 });
    expect(rows).toBeLessThan(SIZE);
    expectAbout(steps.find(({ name }) => name === 'tip')?.['changes'] as number[], [CHANGE]);
  });

  test('is found in the measured part of an unfinished scan', () => {
    const made = changed(8);
    made.heights.fill(NaN, 220 * SIZE);
    expectAbout(found([made]).changes, [CHANGE]);
  });
});

describe('no change of the tip', () => {
  const none = (name: string, images: () => Made[]) =>
    test(name, () => expect(found(images()).changes).toEqual([]));

  none('on a lattice, with defects and without', () => [surface(1), surface(2, 0)]);
  none('in white noise', () => [make(SIZE, SIZE, () => 0)]);
  none('where the tip becomes blunter bit by bit', () => {
    const sharp = surface(3);
    return [joined(sharp, blurred(sharp, 1.2), (y) => y / SIZE)];
  });
  test.each([16, 24, 64])('where it does so over %i lines', (lines) => {
    const sharp = surface(3);
    const share = (y: number) => Math.max(0, Math.min(1, (y - 128) / lines));
    expect(found([joined(sharp, blurred(sharp, 1.2), share)]).changes).toEqual([]);
  });
  test.each([4, 16, 20])('where it is blunt for %i lines only', (lines) => {
    const sharp = surface(3);
    const share = (y: number) => (y >= 128 && y < 128 + lines ? 1 : 0);
    expect(found([joined(sharp, blurred(sharp, 1.2), share)]).changes).toEqual([]);
  });
  /** One image above a slanting line, another one below. */
  const slanting = (above: Made, below: Made, slope: number, drop = 0) =>
    make(SIZE, SIZE, (x, y) => {
      const isBelow = y > 130 + slope * (x - 128);
      return isBelow ? below.heights[y * SIZE + x] - drop : above.heights[y * SIZE + x];
    });
  describe.each([0.08, 0.2, 0.4])('at a border that falls by %f lines per pixel', (slope) => {
    none('of terraces with other rows', () => [
      slanting(surface(14), surface(14, 60, 0.6), slope, 0.3),
    ]);
    none('of a crowd of defects', () => [slanting(surface(8, 20), surface(8, 500), slope)]);
  });
  none('at lines that are lost', () => {
    const made = surface(5);
    const lost = noisy(
      kernels,
      make(SIZE, SIZE, () => 0),
      0.1,
      9,
    ).heights;
    for (const line of [60, 61, CHANGE]) {
      for (let i = line * SIZE; i < (line + 1) * SIZE; i++) made.heights[i] += lost[i];
    }
    return [made];
  });
  none('where the scan ends', () => {
    const [empty, constant] = [surface(6), surface(7)];
    empty.heights.fill(NaN, CHANGE * SIZE);
    constant.heights.fill(0, CHANGE * SIZE);
    return [empty, constant];
  });
});

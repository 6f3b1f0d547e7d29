import { describe, expect, test } from 'vitest';
import { matchPositions } from '../../../bindings/core/matching.ts';
import { findDefects, prepare } from '../../../bindings/core/pipeline.ts';
import type { Levelled } from '../../../bindings/core/preprocess/levelled.ts';
import { CLUSTER_METHODS, segment } from '../../../bindings/core/segment/index.ts';
import { simulateDimerRows } from '../../../bindings/core/simulate/index.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { dice, fractionOf, makeScene } from './scene.ts';

const kernels = createKernels();

/** The scene with heights added to its first plane. */
function withAdded(levelled: Levelled, height: (x: number, y: number) => number): Levelled {
  const { columns } = levelled;
  const plane = levelled.planes[0].map(
    (value, i) => value + height(i % columns, Math.floor(i / columns)),
  );
  return { ...levelled, planes: [plane, ...levelled.planes.slice(1)] };
}

function bump(x0: number, y0: number, peak: number, sigma: number) {
  return (x: number, y: number) =>
    peak * Math.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * sigma * sigma));
}

describe.each(CLUSTER_METHODS)('few defects by %s', (method) => {
  // 60 pixels of 100 000 are worth no cluster to k-means.
  test.each([1, 2, 3, 5])('%i on simulated dimer rows are found, and nothing else', (n) => {
    const { scan, defects } = simulateDimerRows(kernels, {
      seed: n,
      steps: 0,
      counts: { vacancy: n >> 1, 'dangling-bond': n - (n >> 1), fragment: 0 },
    });
    // Without correcting hysteresis, which on a lattice this perfect can slip by whole rows.
    const found = findDefects(kernels, prepare(kernels, scan, { hysteresis: 'off' }), { method });
    // Half a row spacing, 3 pixels.
    const { pairs } = matchPositions(found.defects, defects, 3);
    expect(pairs).toHaveLength(n);
    expect(found.defects).toHaveLength(n);
  });

  test.each([
    ['bright', 15],
    ['dark', -15],
  ])('one %s spot on a noisy lattice is found and outlined', (_, peak) => {
    // In units of the rows' amplitude: 0.15 nm on rows of 0.02 nm with 3 pm of noise.
    const { levelled } = makeScene({ rows: 320, columns: 320 });
    const spot = bump(140.3, 77.8, peak, 3.6);
    const { mask, steps } = segment(kernels, withAdded(levelled, spot), { method });
    const truth = Uint8Array.from(mask, (_, i) =>
      Math.abs(spot(i % 320, Math.floor(i / 320))) > Math.abs(peak) / 3 ? 1 : 0,
    );
    expect(dice(mask, truth)).toBeGreaterThan(0.7);
    expect(steps[0]['rareDefects']).toBeLessThanOrEqual(1);
  });
});

describe('strong departures that are no defects', () => {
  test.each([0.05, 0.3, 1, 3])('none in lattices with %f of noise, 20 seeds', (noise) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { levelled } = makeScene({ rows: 128, columns: 128, noise, seed });
      expect(fractionOf(segment(kernels, levelled).mask)).toBe(0);
    }
  });

  test('none in simulated scans with much noise and many scars', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { scan } = simulateDimerRows(kernels, {
        seed,
        rows: 192,
        columns: 192,
        widthNm: 24,
        steps: 0,
        counts: { vacancy: 0, 'dangling-bond': 0, fragment: 0 },
        instrument: { scars: 10, whiteNoise: 0.01 },
      });
      expect(findDefects(kernels, prepare(kernels, scan)).defects).toEqual([]);
    }
  });

  test('a scar: a piece of one line', () => {
    const { levelled } = makeScene({ rows: 320, columns: 320 });
    const scarred = withAdded(levelled, (x, y) => (y === 90 && x > 60 && x < 95 ? 15 : 0));
    const { mask, steps } = segment(kernels, scarred);
    expect(fractionOf(mask)).toBe(0);
    expect(steps[0]).toMatchObject({ scarsIgnored: 1, rareDefects: 0 });
  });

  test('what is left of a step edge beside the part set aside', () => {
    const { levelled } = makeScene({ rows: 320, columns: 320 });
    const { columns } = levelled;
    // 6 pixels set aside; the rounded edge reaches 2 pixels farther.
    const valid = levelled.valid.map((_, i) => (Math.abs((i % columns) - 100) <= 3 ? 0 : 1));
    const stepped = withAdded({ ...levelled, valid }, (x, y) =>
      x >= 104 && x < 106 && y % 80 < 8 ? 8 : 0,
    );
    const { mask, steps } = segment(kernels, stepped);
    expect(fractionOf(mask)).toBe(0);
    expect(steps[0]['besideStepsIgnored']).toBeGreaterThan(0);
  });

  test('but with the clusters named by the caller nothing is added to them', () => {
    const { levelled } = makeScene({ rows: 320, columns: 320 });
    const spotted = withAdded(levelled, bump(140, 77, 15, 3.6));
    expect(fractionOf(segment(kernels, spotted, { clusters: [] }).mask)).toBe(0);
    expect(fractionOf(segment(kernels, spotted).mask)).toBeGreaterThan(0);
  });
});

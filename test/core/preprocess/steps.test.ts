import { describe, expect, test } from 'vitest';
import { preprocess } from '../../../bindings/core/preprocess/index.ts';
import { makeChannel } from '../../../bindings/core/scan.ts';
import { simulateDimerRows } from '../../../bindings/core/simulate/index.ts';
import { simulateScene } from '../../../bindings/core/simulate/scene.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { make, noisy, withDefects } from './images.ts';

const kernels = createKernels();
/** Single-layer step of Si(001), nm, as the simulator makes it. */
const STEP = 0.136;

interface Scene {
  seed: number;
  px: number;
  steps: number;
  defects: number;
  angleDeg?: number;
  widthNm?: number;
}

function levelled({ seed, px, steps, defects, angleDeg = 28, widthNm = 40 }: Scene) {
  const counts = { vacancy: defects, 'dangling-bond': defects >> 1, fragment: defects >> 2 };
  const { scan } = simulateDimerRows(kernels, {
    ...{ seed, rows: px, columns: px, widthNm, steps, angleDeg, counts },
  });
  const result = preprocess(kernels, [scan.channels[0]]);
  const found = result.steps.find(({ name }) => name === 'level');
  return {
    ...result,
    terraces: found?.['terraces'] as number,
    stepHeights: found?.['stepHeights'] as number[],
  };
}

function expectTruth(scene: Scene): void {
  const { terraces, stepHeights, warnings, planes, stepEdges = [] } = levelled(scene);
  expect(terraces).toBe(scene.steps + 1);
  expect(stepHeights).toHaveLength(scene.steps);
  // What lines lose or gain in aligning is noise of some pm; half a step would be 68.
  for (const height of stepHeights) expect(Math.abs(height - STEP)).toBeLessThan(0.01);
  expect(warnings).toEqual([]);
  // Corrugation reaches 19 pm, noise has a spread of 7: a step left in would put a terrace above.
  const high = planes[0].filter((h, i) => !stepEdges[i] && Math.abs(h) > 0.06);
  expect(high.length / planes[0].length).toBeLessThan(0.05);
}

describe('terraces of simulated scans', () => {
  const pixels = [256, 384, 512];
  const scenes = [4, 5, 8].flatMap((seed, i) =>
    [0, 1, 2].map((steps) => ({
      seed,
      steps,
      px: pixels[(i + steps) % 3],
      defects: steps === 1 ? 3 : 26,
    })),
  );
  test.each(scenes)('seed $seed, $steps steps, $px px, $defects vacancies', expectTruth);

  test.each([
    { seed: 5, px: 1024, steps: 2, defects: 26 }, // few blocks, 30 px wide
    { seed: 4, px: 320, steps: 2, defects: 3 },
    { seed: 4, px: 320, steps: 2, defects: 70 },
    { seed: 12, px: 384, steps: 3, defects: 80, angleDeg: 60, widthNm: 100 },
    { seed: 13, px: 400, steps: 2, defects: 30, angleDeg: 45, widthNm: 60 },
  ])('where steps once tilted the lines: %o', expectTruth);
});

describe('heights that stay at two levels', () => {
  const size = 256;
  const warned = (height: (x: number, y: number) => number, smallestTerrace = 0.02) => {
    const made = withDefects(noisy(kernels, make(size, size, height), 0.006, 3), 40, 4, 0.15, 5);
    const channel = makeChannel('Z', made.heights, size, size, { unit: 'nm', widthNm: 50 });
    const { warnings } = preprocess(kernels, [channel], { smallestTerrace, level: 1 });
    return warnings.some((w) => w.includes('probably missed'));
  };
  const plateau = (x: number, y: number) => (x > 100 && x < 150 && y > 90 && y < 170 ? 0.136 : 0);

  test('are told', () => {
    // A table hill whose slopes are too gentle for steps, so that nothing is taken off.
    const distance = (x: number, y: number) => Math.sqrt((x - 128) ** 2 + (y - 128) ** 2);
    const hill = (x: number, y: number) =>
      0.3 * Math.max(0, Math.min(1, (110 - distance(x, y)) / 60));
    expect(warned(hill)).toBe(true);
  });

  test('are not told of defects, nor of a terrace that was found or is too small for one', () => {
    expect(warned(() => 0)).toBe(false);
    expect(warned(plateau)).toBe(false);
    expect(warned(plateau, 0.1)).toBe(false);
  });
});

describe('rows and steps of one scan', () => {
  /** Three single-layer steps, rows that turn from terrace to terrace, hundreds of defects. */
  function stepped(seed: number) {
    const size = 512;
    const scene = simulateScene(kernels, { surface: 'ge001', seed, rows: size, columns: size });
    const known = { unit: 'nm', widthNm: size * scene.pixelNm, heightNm: size * scene.pixelNm };
    const channel = makeChannel('Z', Float64Array.from(scene.planes[0]), size, size, known);
    const levelled = preprocess(kernels, [channel]);
    const found = (name: string) => levelled.steps.find((step) => step.name === name);
    return { scene, levelled, found };
  }

  test('a staircase is not taken for the lattice, and what lies beside its steps is searched', () => {
    const { scene, levelled, found } = stepped(990_004);
    expect(found('level')?.['terraces']).toBeGreaterThanOrEqual(4);
    expect(Math.abs(levelled.rowSpacingPx! / scene.rowSpacingPx - 1)).toBeLessThan(0.15);
    const atSteps = levelled.stepEdges!.filter((edge) => edge === 1).length;
    expect(atSteps / levelled.stepEdges!.length).toBeLessThan(0.15);
  });

  test('steps are found where no lattice can be seen', () => {
    const { levelled, found } = stepped(990_005);
    expect(levelled.rowSpacingPx).toBeNull();
    expect(found('level')?.['terraces']).toBeGreaterThanOrEqual(4);
  });

  /** A step of 0.3 nm where x + y / 5 is 260 px, noise, and what else there is. */
  function terracesOf(other: (x: number, y: number) => number, recorded = 512, width = 0.1) {
    const edge = (d: number) =>
      d > 40 * width ? 1 : d < -40 * width ? 0 : 1 / (1 + kernels.exp(-d / width));
    const height = (x: number, y: number) => 0.3 * edge(x + y / 5 - 260) + other(x, y);
    const made = noisy(kernels, make(512, 512, height), 0.005, 4);
    const heights = Float64Array.from(made.heights).fill(NaN, 512 * recorded);
    const channel = makeChannel('Z', heights, 512, 512, { unit: 'nm' });
    const { steps, columns } = preprocess(kernels, [channel]);
    const found: Record<string, unknown> = {
      ...steps.find(({ name }) => name === 'level'),
      columns,
    };
    return found;
  }

  test('a step of an unfinished, tilted scan is one: what was filled in does not decide', () => {
    const tilted = terracesOf((x, y) => 0.003 * (x + y), 154);
    expect(tilted['terraces']).toBe(2);
  });

  test('a slope elsewhere takes no step away, and no gap beside a step is a lattice', () => {
    const slope = (x: number, y: number) =>
      0.3 * Math.max(0, Math.min(1, (y + 0.2 * x - 300) / 120)) * (x > 330 ? 1 : 0);
    expect(terracesOf((x, y) => 0.3 * slope(x, y))['terraces']).toBe(2);
    expect(terracesOf(() => 0, 512, 4)).toMatchObject({
      terraces: 2,
      columns: 512,
      stepEdgePx: 4,
      roundedStepPx: 4,
    });
  });
});

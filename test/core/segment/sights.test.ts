import { expect, test } from 'vitest';
import { ANSWERS } from '../../../bindings/core/segment/answers.ts';
import type { FeatureMaps, Field } from '../../../bindings/core/segment/field.ts';
import type { Segmenter } from '../../../bindings/core/segment/segmenter.ts';
import { expectedDice, sightsOf } from '../../../bindings/core/segment/sights.ts';
import { createKernels } from '../../../bindings/node/index.ts';

const kernels = createKernels();
const SIDE = 16;
const head = { inChannels: 1, outChannels: 1, weights: new Float32Array(1) };
const segmenter: Segmenter = { name: 'none', sha256: '', trunk: [], head };

/** One channel at one scale that answers +8 for a mask at the pixels given, else -8. */
function maps(
  side: number,
  yes: Partial<Record<(typeof ANSWERS)[number], [x: number, y: number][]>>,
) {
  const n = side * side;
  const answers = new Float32Array(ANSWERS.length * n).fill(-8);
  ANSWERS.forEach((mask, m) => {
    for (const [x, y] of yes[mask] ?? []) answers[m * n + y * side + x] = 8;
  });
  const planes = new Float32Array(2 * n);
  const valid = new Uint8Array(n).fill(1);
  const features = new Float32Array(0);
  return { rows: side, columns: side, answers, dimension: 1, features, planes, valid };
}

function look(...scales: FeatureMaps[]): Field {
  return {
    spacings: scales.map(({ rows }) => (6 * SIDE) / rows),
    maps: scales.map((each) => [each]),
  };
}
const sights = (field: Field) =>
  sightsOf(kernels, field, segmenter, [], { rows: SIDE, columns: SIDE });

test('what is seen at a coarse scale is looked at, what is seen at the finest is likely', () => {
  const fine = maps(SIDE, { defect: [[2, 3]], extent: [[2, 4]] });
  const coarse = maps(SIDE / 2, {
    defect: [
      [6, 6],
      [7, 6],
      [6, 7],
      [7, 7],
    ],
  });
  const { sure, around } = sights(look(fine, coarse));
  expect(sure[3 * SIDE + 2]).toBe(1);
  expect(sure[4 * SIDE + 2]).toBe(0);
  expect(around[4 * SIDE + 2]).toBe(1);
  expect(sure[13 * SIDE + 13]).toBe(0);
  expect(around[13 * SIDE + 13]).toBe(1);
  expect(around[8 * SIDE + 8]).toBe(0);
});

test('a middle seen at a coarse scale gives way to those of a finer one, whatever the order of the scales', () => {
  const fine = maps(SIDE, {
    centre: [
      [5, 5],
      [9, 4],
    ],
  });
  const coarse = maps(SIDE / 2, {
    centre: [
      [2, 2],
      [3, 2],
      [6, 6],
      [7, 6],
      [6, 7],
      [7, 7],
    ],
  });
  for (const field of [look(fine, coarse), look(coarse, fine)]) {
    const { centres } = sights(field);
    expect(centres[5 * SIDE + 5]).toBe(1);
    expect(centres[4 * SIDE + 9]).toBe(1);
    expect(centres[5 * SIDE + 6]).toBe(0);
    expect(centres[13 * SIDE + 13]).toBe(1);
  }
});

test('what is a defect for certain needs no middle, unless a person rejected it', () => {
  const defect: [number, number][] = [
    [5, 5],
    [6, 5],
  ];
  const field = look(maps(SIDE, { defect, extent: defect }));
  expect(sights(field).centres[5 * SIDE + 5]).toBe(1);
  expect(sights(look(maps(SIDE, { extent: defect }))).centres[5 * SIDE + 5]).toBe(0);
  const rejected = [{ x: 6, y: 5, isDefect: false }];
  const size = { rows: SIDE, columns: SIDE };
  expect(sightsOf(kernels, field, segmenter, rejected, size).centres[5 * SIDE + 5]).toBe(0);
});

test('but not where it is a long edge, nor beside a middle in one piece with it', () => {
  const line = Array.from({ length: 12 }, (_, i): [number, number] => [i + 2, 8]);
  const long = { ...look(maps(SIDE, { defect: line })), spacings: [2] };
  expect(sights(long).centres.some((one) => one)).toBe(false);
  const { centres } = sights(look(maps(SIDE, { defect: line, centre: [[2, 8]] })));
  expect(centres.reduce((sum, one) => sum + one, 0)).toBe(1);
});

test('a guess at the lattice is judged by its two finest scales', () => {
  const nothing = [maps(SIDE, {}), maps(SIDE / 2, {})];
  const wide = maps(SIDE / 4, { defect: [[2, 2]] });
  wide.answers.forEach((value, i) => {
    if (value > 0) wide.answers[i] = 0.1;
  });
  expect(expectedDice(kernels, look(...nothing, wide))).toBe(1);
  expect(expectedDice(kernels, look(nothing[0], wide))).toBeLessThan(0.9);
});

test('what a person called no defect has no middle, what lies apart from it keeps its own', () => {
  const fine = maps(SIDE, {
    extent: [
      [3, 3],
      [4, 3],
    ],
    centre: [
      [3, 3],
      [10, 10],
    ],
  });
  const clicks = [{ x: 4, y: 3, isDefect: false }];
  const { centres } = sightsOf(kernels, look(fine), segmenter, clicks, {
    rows: SIDE,
    columns: SIDE,
  });
  expect(centres[3 * SIDE + 3]).toBe(0);
  expect(centres[10 * SIDE + 10]).toBe(1);
});

test('the expected Dice is near 1 where the network is sure, and 1 where it sees nothing', () => {
  expect(expectedDice(kernels, look(maps(SIDE, { defect: [[5, 5]] })))).toBeGreaterThan(0.9);
  expect(expectedDice(kernels, look(maps(SIDE, {})))).toBe(1);
  const unsure = maps(SIDE, { defect: [[5, 5]] });
  for (let i = 0; i < unsure.answers.length; i++) unsure.answers[i] *= 0.05;
  expect(expectedDice(kernels, look(unsure))).toBeLessThan(0.1);
});

test('the expected Dice does not fall with the size of a lattice that is beyond doubt', () => {
  const large = maps(128, { defect: [[5, 5]] });
  for (let i = 0; i < large.answers.length; i++) if (large.answers[i] < 0) large.answers[i] = -5;
  expect(expectedDice(kernels, look(large))).toBeGreaterThan(0.9);
});

import { expect, test } from 'vitest';
import { type PrepareOptions, prepare, simulateDimerRows } from '../../bindings/core/index.ts';
import { measuredPlane } from '../../bindings/core/measured-plane.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';

const kernels = createKernels();
const counts = { vacancy: 2, 'dangling-bond': 1, fragment: 1 };
const { scan } = simulateDimerRows(kernels, { rows: 96, columns: 96, widthNm: 12, counts });
const FINISHED = 70;
const unfinished = {
  ...scan,
  channels: scan.channels.map((channel) => ({
    ...channel,
    pixels: channel.pixels.slice().fill(Number.NaN, FINISHED * 96),
  })),
};

test('a whole scan is shown as it was levelled', () => {
  const prepared = prepare(kernels, scan);
  expect(measuredPlane(prepared.levelled, 0)).toEqual(prepared.levelled.planes[0]);
  expect(measuredPlane(prepared.levelled, 0)).not.toBe(prepared.levelled.planes[0]);
});

test.each<PrepareOptions>([{}, { pixelNm: 0.2 }])('rows not measured are NaN, %o', (options) => {
  const prepared = prepare(kernels, unfinished, options);
  const { rows, columns } = prepared.levelled;
  const plane = measuredPlane(prepared.levelled, 0);
  const measured = Array.from({ length: rows }, (_, y) =>
    plane.subarray(y * columns, (y + 1) * columns).every(Number.isFinite),
  );
  const finished = Math.round((FINISHED / 96) * rows);
  expect(measured.lastIndexOf(true)).toBeGreaterThanOrEqual(finished - 1);
  expect(measured.lastIndexOf(true)).toBeLessThanOrEqual(finished);
  expect(plane.subarray((finished + 1) * columns).every(Number.isNaN)).toBe(true);
});

test('two channels that lack the same are told of once', () => {
  const { warnings } = prepare(kernels, unfinished);
  expect(new Set(warnings).size).toBe(warnings.length);
});

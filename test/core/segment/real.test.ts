import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadSegmenter } from '../../../bindings/core/index.ts';
import { matchPositions } from '../../../bindings/core/matching.ts';
import { preprocess } from '../../../bindings/core/preprocess/index.ts';
import { findRegions } from '../../../bindings/core/regions.ts';
import { makeChannel } from '../../../bindings/core/scan.ts';
import { CLUSTER_METHODS, segment } from '../../../bindings/core/segment/index.ts';
import { without } from '../../../bindings/core/share.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { readNpy } from '../../npy.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { dice, fractionOf } from './scene.ts';

function level(kernels: ReturnType<typeof createKernels>, names: string[], widthNm: number) {
  const channels = names.map((name) => {
    const { shape, values } = readNpy(readShared(`real/${name}.npy`));
    return makeChannel(name, values, shape[0], shape[1], { widthNm, heightNm: widthNm });
  });
  return preprocess(kernels, channels);
}

/** The authors' mask, stored as 64-bit integers. */
function readMask(path: string): Uint8Array {
  const bytes = readShared(path);
  const start = 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  return bytes.slice(start).filter((_, i) => i % 8 === 0);
}

describe.skipIf(!hasShared)(sharedTitle('segment on real scans'), () => {
  const kernels = createKernels();

  // A threshold chosen with the truth in hand reaches 0.77; the untrained bank's luck is worth 0.03.
  test.each([
    ['pixels', 0.735],
    ['features', 0.71],
    ['upsampled', 0.715],
  ] as const)('TiO2(110) by %s comes near the best threshold’s Dice', (method, least) => {
    const levelled = level(kernels, ['tio2-110-m235.channel0'], 10);
    const { mask } = segment(kernels, levelled, { method });
    const soft = kernels.resizeBilinear(
      Float32Array.from(mask),
      1,
      levelled.rows,
      levelled.columns,
      512,
      512,
    );
    const onFileGrid = Uint8Array.from(soft, (value) => (value >= 0.5 ? 1 : 0));
    expect(dice(onFileGrid, readMask('real/tio2-110-m235.mask.npy'))).toBeGreaterThan(least);
  });

  // One region each: neither a mask of everything nor one of specks finds 39 centres while it leaves
  // most of the scan's clean right half alone.
  test.each([
    ['pixels', 36, 0.14],
    ['features', 32, 0.15],
    ['upsampled', 32, 0.17],
  ] as const)('Si(001) by %s: features labelled by eye are regions', (method, least, most) => {
    const name = 'si001-h-ph3-paddington-31_1';
    const levelled = level(kernels, [`${name}.channel0`, `${name}.channel1`], 100);
    const { rows, columns } = levelled;
    const { mask } = segment(kernels, levelled, { method });
    const lines = new TextDecoder()
      .decode(readShared(`real/${name}.labels.csv`))
      .trim()
      .split('\n');
    const points = lines.slice(1).map((line) => {
      const [x, y] = line.split(',').map(Number);
      return { x, y };
    });
    const { regions } = findRegions(mask, rows, columns);
    // One row spacing.
    expect(matchPositions(regions, points, 4).pairs.length).toBeGreaterThanOrEqual(least);
    expect(fractionOf(mask.filter((_, i) => i % columns >= columns / 2))).toBeLessThan(most);
  });

  test.each(CLUSTER_METHODS)('Si(001) by %s: a step edge is no defect', (method) => {
    const levelled = level(kernels, ['si001-h-brockley-23_2.channel0'], 100);
    const { mask } = segment(kernels, levelled, { method });
    // Defects cover some 8 % of that scan; the step's margins before levelling, another 5 %.
    expect(fractionOf(mask)).toBeGreaterThan(0.04);
    expect(fractionOf(mask)).toBeLessThan(0.12);
  });

  test('Si(001) by the network: at rows 4 px apart noise is no defect, nor is the step edge', async () => {
    const levelled = level(kernels, ['si001-h-brockley-23_2.channel0'], 100);
    const { rows, columns, valid, stepEdges, roundedSteps } = levelled;
    const bytes = readFileSync(new URL('../../../models/segment.safetensors', import.meta.url));
    const segmenter = loadSegmenter(bytes, 'segment.safetensors');
    const searched = { ...levelled, valid: without(valid, stepEdges) };
    const { mask, steps } = segment(kernels, searched, { method: 'network', segmenter });
    expect((steps[0]['periodPx'] as number[])[0]).toBeCloseTo(4.2, 1);
    // Looked at by eye: nearly all are defects; the network alone sees 460.
    const { regions } = findRegions(mask, rows, columns, { minArea: 4 });
    expect(regions.length).toBeGreaterThan(475);
    expect(regions.length).toBeLessThan(520);
    // Dark clusters with echoes beside them, in which the network alone sees nothing.
    for (const [x, y] of [
      [151, 88],
      [389, 156],
      [168, 386],
    ]) {
      const near = regions.filter((region) => Math.hypot(region.x - x, region.y - y) < 4);
      expect(near, `${x}, ${y}`).not.toHaveLength(0);
    }
    expect(steps[0]['missed']).toBeGreaterThan(25);
    const beside = roundedSteps!.map((rounded, i) => rounded & (1 - stepEdges![i]));
    expect(fractionOf(mask.filter((_, i) => beside[i]))).toBeLessThan(2 * fractionOf(mask));
  });
});

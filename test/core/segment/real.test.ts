import { describe, expect, test } from 'vitest';
import { preprocess } from '../../../bindings/core/preprocess/index.ts';
import { makeChannel } from '../../../bindings/core/scan.ts';
import { SEGMENT_METHODS, segment } from '../../../bindings/core/segment/index.ts';
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

  test.each(SEGMENT_METHODS)('TiO2(110) by %s comes near the best threshold’s Dice', (method) => {
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
    // A threshold chosen with the truth in hand reaches 0.77.
    expect(dice(onFileGrid, readMask('real/tio2-110-m235.mask.npy'))).toBeGreaterThan(0.69);
  });

  test.each(SEGMENT_METHODS)('Si(001) by %s: every feature labelled by eye is found', (method) => {
    const name = 'si001-h-ph3-paddington-31_1';
    const levelled = level(kernels, [`${name}.channel0`, `${name}.channel1`], 100);
    const { mask } = segment(kernels, levelled, { method });
    const lines = new TextDecoder()
      .decode(readShared(`real/${name}.labels.csv`))
      .trim()
      .split('\n');
    const points = lines.slice(1).map((line) => line.split(',').slice(0, 2).map(Number));
    const found = points.filter(([x, y]) => {
      for (let v = y - 3; v <= y + 3; v++) {
        for (let u = x - 3; u <= x + 3; u++) if (mask[v * levelled.columns + u]) return true;
      }
      return false;
    });
    expect(found.length).toBeGreaterThanOrEqual(0.95 * points.length);
    expect(fractionOf(mask)).toBeLessThan(0.4);
  });

  test.each(SEGMENT_METHODS)('Si(001) by %s: a step edge is no defect', (method) => {
    const levelled = level(kernels, ['si001-h-brockley-23_2.channel0'], 100);
    const { mask } = segment(kernels, levelled, { method });
    // Defects cover some 8 % of that scan; the step's margins before levelling, another 5 %.
    expect(fractionOf(mask)).toBeGreaterThan(0.04);
    expect(fractionOf(mask)).toBeLessThan(0.12);
  });
});

import { describe, expect, test } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { estimateLattices } from '../../../bindings/core/lattice/estimate.ts';
import { prepare } from '../../../bindings/core/pipeline.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { kernels } from './pictures.ts';

/** Lattices of a real scan whose width is as its manifest assumes, lengths in nm. */
function latticesOf(name: string, widthNm: number) {
  const scan = readScan(readShared(`real/${name}.npy`), `${name}.npy`);
  for (const channel of scan.channels) {
    channel.widthNm = widthNm;
    channel.heightNm = widthNm;
  }
  const { levelled } = prepare(kernels, scan);
  return estimateLattices(kernels, levelled).map((fit) => ({
    spacing: fit.lengthA.value * levelled.pixelNm!,
    direction: fit.direction.value,
    rowsOnly: fit.b === null,
  }));
}

describe.skipIf(!hasShared)(sharedTitle('lattices of real scans'), () => {
  // Widths are nominal and drift shears: a tenth is what such scans are good for.
  test('two terraces of Si(001) have their rows at right angles', () => {
    const fits = latticesOf('si001-h-brockley-23_2.channel0', 100);
    expect(fits).toHaveLength(2);
    for (const { spacing, rowsOnly } of fits) {
      expect(Math.abs(spacing / 0.768 - 1)).toBeLessThan(0.1);
      expect(rowsOnly).toBe(true);
    }
    expect(Math.abs(Math.abs(fits[0].direction - fits[1].direction) - 90)).toBeLessThan(10);
  });

  test.each([
    ['si001-h-neasden-9_2.channel0', 100, 0.768],
    ['si001-h-ph3-paddington-31_1.channel0', 100, 0.768],
    ['tio2-110-m235.channel0', 10, 0.649],
  ])('rows of %s', (name, widthNm, expected) => {
    const [{ spacing }] = latticesOf(name, widthNm);
    expect(Math.abs(spacing / expected - 1)).toBeLessThan(0.1);
  });
});

import { describe, expect, test } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { estimateLattices } from '../../../bindings/core/lattice/estimate.ts';
import { analyse } from '../../../bindings/core/lattice/spectrum.ts';
import { unseenPart } from '../../../bindings/core/lattice/unseen.ts';
import { prepare } from '../../../bindings/core/pipeline.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { kernels } from './pictures.ts';

/** A real scan whose width is as its manifest assumes. */
function levelledScan(name: string, widthNm: number) {
  const scan = readScan(readShared(`real/${name}.npy`), `${name}.npy`);
  for (const channel of scan.channels) {
    channel.widthNm = widthNm;
    channel.heightNm = widthNm;
  }
  return prepare(kernels, scan).levelled;
}

/** Its lattices, lengths in nm. */
function latticesOf(name: string, widthNm: number) {
  const levelled = levelledScan(name, widthNm);
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

  test.each([
    ['createc_scan_molecular_30nm_pos.dat', 'hum of a metal'],
    ['createc_scan_atomic_11nm.dat', 'hum of a metal'],
    ['A250407.141806.dat', 'a few lines'],
  ])('none in %s: %s', (name) => {
    const { levelled } = prepare(kernels, readScan(readShared(`vendor/${name}`), name));
    expect(estimateLattices(kernels, levelled)).toEqual([]);
  });

  // Its left third was scanned with a blunt tip.
  test.each([
    ['si001-h-ph3-paddington-31_1.channel0', 100, 'left'],
    ['si001-h-neasden-9_2.channel0', 100, undefined],
    ['si001-h-brockley-23_2.channel0', 100, undefined],
    ['tio2-110-m235.channel0', 10, undefined],
  ])('where none shows in %s', (name, widthNm, where) => {
    const levelled = levelledScan(name, widthNm);
    const analysis = analyse(kernels, levelled);
    const lattices = estimateLattices(kernels, levelled, analysis);
    expect(unseenPart(kernels, levelled, analysis, lattices)?.where).toBe(where);
  });
});

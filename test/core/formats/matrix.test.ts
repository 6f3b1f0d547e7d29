import { describe, expect, it } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { counting, folder, type MatrixSession, matrixImage, matrixParameters } from './builders.ts';

const image = '20260101--4_1.Z_mtrx';
const parameterFile = '20260101_0001.mtrx';
const session: MatrixSession = { points: 3, lines: 2, xRetrace: true, yRetrace: true, image };

function read(raw: number[], change: Partial<MatrixSession> = {}, name = image) {
  const siblings = folder({
    'other_0001.mtrx': matrixParameters({ ...session, image: 'other--1_1.Z_mtrx' }),
    [parameterFile]: matrixParameters({ ...session, ...change }),
  });
  return readScan(matrixImage(raw), name, { siblings });
}

/** Raw value -> value of TFF_Linear1D with offset 10 and factor 4. */
const linear = (values: number[]) => values.map((raw) => (raw - 10) / 4);

describe('matrix', () => {
  it('splits the stream into forward and backward, up and down', () => {
    const { channels, warnings } = read(counting(24));
    expect(warnings).toEqual([]);
    expect(channels.map(({ direction, slow }) => `${direction} ${slow}`)).toEqual([
      'forward up',
      'backward up',
      'forward down',
      'backward down',
    ]);
    // Lines of three: 1-3 forward, 4-6 backward, ... Upward images begin at the bottom.
    const rows = [
      [7, 8, 9, 1, 2, 3],
      [12, 11, 10, 6, 5, 4],
      [13, 14, 15, 19, 20, 21],
      [18, 17, 16, 24, 23, 22],
    ];
    channels.forEach((channel, i) => {
      expect([...channel.pixels]).toEqual(linear(rows[i]!));
      expect(channel.name).toBe('Z');
      expect(channel.unit).toBe('m');
      expect([channel.widthNm, channel.heightNm, channel.angleDeg]).toEqual([100, 50, 30]);
      // Changed before the image was written; the change after it does not count.
      expect([channel.biasV, channel.setpointA]).toEqual([-2.5, 2e-10]);
    });
  });

  it('reads forward only, up only', () => {
    const { channels } = read(counting(6), { xRetrace: false, yRetrace: false });
    expect(channels.length).toBe(1);
    expect([...channels[0]!.pixels]).toEqual(linear([4, 5, 6, 1, 2, 3]));
  });

  it('applies a multi-linear transfer function', () => {
    const constants = { NeutralFactor: 8, Offset: 3, PreFactor: 2, PreOffset: 1, Raw_1: 5 };
    const transfer = { name: 'TFF_MultiLinear1D', constants };
    const { channels } = read(counting(6), { xRetrace: false, yRetrace: false, transfer });
    const expected = [4, 5, 6, 1, 2, 3].map((raw) => ((5 - 1) * (raw - 3)) / (8 * 2));
    expect([...channels[0]!.pixels]).toEqual(expected);
  });

  it('marks what an unfinished scan did not record as NaN, and says so', () => {
    // One line forward, and one of its two backward lines' pixels.
    const { channels, warnings } = read(counting(5));
    expect(channels.length).toBe(1);
    expect([...channels[0]!.pixels.subarray(3)]).toEqual(linear([1, 2, 3]));
    expect(channels[0]!.pixels.subarray(0, 3).every(Number.isNaN)).toBe(true);
    expect(warnings).toEqual(["'Z' forward: unfinished, 1 of 2 rows measured."]);

    // Up complete, down begun: its first line is the top one.
    const down = read(counting(15)).channels[2]!;
    expect([...down.pixels.subarray(0, 3)]).toEqual(linear([13, 14, 15]));
    expect(down.pixels.subarray(3).every(Number.isNaN)).toBe(true);
  });

  it('finds its parameters in any parameter file that lists it, such as a later one', () => {
    const siblings = folder({
      '20260101_0001.mtrx': matrixParameters({ ...session, image: 'x--1_1.Z_mtrx', points: 99 }),
      '20260101_0002.mtrx': matrixParameters(session),
    });
    const { header } = readScan(matrixImage(counting(24)), image, { siblings });
    expect(header['parameterFile']).toBe('20260101_0002.mtrx');
  });

  it('takes the parameters of its time when no file lists it', () => {
    const { channels, warnings } = read(counting(24), { image: '20260101--5_1.Z_mtrx' });
    expect(channels[0]!.biasV).toBe(-2.5);
    expect(warnings.join()).toContain('20260101_0001.mtrx does not list this image');
  });

  it.each([
    ['without siblings', undefined],
    [
      'without the parameter file',
      folder({ 'other_0001.mtrx': matrixParameters({ ...session, image: 'a' }) }),
    ],
  ])('names the missing parameter file %s', (_, siblings) => {
    const options = siblings ? { siblings } : {};
    expect(() => readScan(matrixImage(counting(24)), image, options)).toThrow(
      `${image}: at byte 0, found no parameter file beside it, expected 20260101_0001.mtrx`,
    );
  });

  it('refuses a parameter file, a curve, and sizes that do not fit', () => {
    expect(() => readScan(matrixParameters(session), parameterFile)).toThrow(
      'at byte 12, found a Matrix parameter file, expected a Matrix image',
    );
    expect(() => read(counting(25))).toThrow('found 25 pixels');
    expect(() => read(counting(2))).toThrow('found 2 pixels');
    expect(() => read(counting(24), { points: 0 })).toThrow('XYScanner.Points = 0');
    expect(() => read(counting(24), { points: 1e6, lines: 1e6 })).toThrow('1000000 x 1000000');
    const transfer = { name: 'TFF_Cubic', constants: {} };
    expect(() => read(counting(24), { transfer })).toThrow("transfer function 'TFF_Cubic'");
    const noFactor = { name: 'TFF_Linear1D', constants: { Offset: 1 } };
    expect(() => read(counting(24), { transfer: noFactor })).toThrow('no Factor in TFF_Linear1D');
  });
});

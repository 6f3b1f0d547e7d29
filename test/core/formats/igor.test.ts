import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AdatomError } from '../../../bindings/core/errors.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { counting, type IgorWave, igor } from './builders.ts';

const read = (wave: IgorWave = {}, values = counting(6)) => readScan(igor(values, wave), 'a.ibw');
const pixels = (wave: IgorWave = {}) => [...read(wave).channels[0]!.pixels];

test('columns of a wave are lines, the last at the top', () => {
  const { channels, format, header, warnings } = read({ note: 'ScanRate: 2\rno key\rA: b: c' });
  expect([channels.length, format, warnings]).toEqual([1, 'igor', []]);
  const [channel] = channels;
  expect(channel).toMatchObject({
    ...{ name: 'wave7', unit: 'm', direction: 'backward', slow: 'down' },
    ...{ rows: 2, columns: 3, widthNm: 3, heightNm: 2, biasV: null },
  });
  expect([...channel!.pixels]).toEqual([4, 5, 6, 1, 2, 3]);
  expect(header).toMatchObject({ wave: 'wave7 Backward Down', ScanRate: '2', A: 'b: c' });
});

test('scales say which way x and y point', () => {
  expect(pixels({ steps: [1e-9, -1e-9] })).toEqual([1, 2, 3, 4, 5, 6]);
  expect(pixels({ steps: [-1e-9, 1e-9] })).toEqual([6, 5, 4, 3, 2, 1]);
  const [channel] = read({ steps: [-2e-9, -1e-9] }).channels;
  expect([channel!.widthNm, channel!.heightNm]).toEqual([6, 2]);
});

test('every type of number, in either byte order', () => {
  const wanted = [4, 5, 6, 1, 2, 3];
  for (const type of [2, 4, 8, 16, 32, 72, 80, 96]) {
    for (const little of [true, false]) expect(pixels({ type, little })).toEqual(wanted);
  }
  const signed = readScan(igor([-1, -2], { type: 16, sizes: [2, 1, 0] }), 'a.ibw');
  expect([...signed.channels[0]!.pixels]).toEqual([-1, -2]);
  const unsigned = readScan(igor([-1, -2], { type: 80, sizes: [2, 1, 0] }), 'a.ibw');
  expect([...unsigned.channels[0]!.pixels]).toEqual([65535, 65534]);
});

test('units have no prefix; without one there is no size', () => {
  const [channel] = read({ unit: 'pA', stepUnit: 'nm', steps: [2, 2] }).channels;
  expect([channel!.unit, channel!.widthNm, channel!.heightNm]).toEqual(['A', 6, 4]);
  expect(channel!.pixels[0]).toBeCloseTo(4e-12, 24);
  const [unknown] = read({ unit: '', stepUnit: '' }).channels;
  expect([unknown!.unit, unknown!.widthNm, unknown!.heightNm]).toEqual(['', null, null]);
});

test('images one behind the other have the names of their labels', () => {
  const wave: IgorWave = { sizes: [3, 2, 2], formula: 'x=1', note: 'n', stepUnit: 'm' };
  const values = counting(12);
  const named = read({ ...wave, labels: ['HeightTrace', 'HeightRetrace'] }, values).channels;
  expect(named.map(({ name, direction }) => [name, direction])).toEqual([
    ['HeightTrace', 'forward'],
    ['HeightRetrace', 'backward'],
  ]);
  expect([...named[1]!.pixels]).toEqual([10, 11, 12, 7, 8, 9]);
  expect(read(wave, values).channels.map(({ name }) => name)).toEqual(['wave7 0', 'wave7 1']);
});

test('what is wrong is named', () => {
  expect(() => read({ type: 5 })).toThrow(
    'at byte 80, found type 5, complex numbers, expected real numbers of 8, 16, 32 or 64 bits',
  );
  expect(() => read({ type: 0 })).toThrow('found type 0, expected real numbers');
  expect(() => read({ sizes: [6, 0, 0] })).toThrow(
    'at byte 132, found a wave of 6 x 0 x 0 x 0 points, expected one image or several of one size',
  );
  expect(() => read({ sizes: [3, 3, 0] })).toThrow('expected the numbers (72 bytes)');
  expect(() => read({ checksum: 1 })).toThrow('as its name says Igor .ibw');
});

test('a header that adds up, whatever it says, is read or refused', () => {
  const change = fc.record({ at: fc.integer({ min: 8, max: 383 }), byte: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const file = igor(counting(6));
      for (const { at, byte } of changes) file[at] = byte;
      const view = new DataView(file.buffer);
      view.setUint16(2, 0);
      let sum = 0;
      for (let i = 0; i < 384; i += 2) sum += view.getUint16(i, true);
      view.setUint16(2, -sum & 0xffff, true);
      try {
        for (const { pixels, rows, columns } of readScan(file, 'a.ibw').channels) {
          expect(pixels.length).toBe(rows * columns);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(AdatomError);
      }
    }),
    { numRuns: 1000 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseChannels } from '../../../bindings/core/channels.ts';
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
  const unknown = read({ unit: '', stepUnit: '' });
  const [first] = unknown.channels;
  expect([first!.unit, first!.widthNm, first!.heightNm]).toEqual(['', null, null]);
  expect(unknown.warnings).toEqual(['the file does not say how many metres wide it is.']);
});

test('whole numbers that float32 cannot hold stay what they are', () => {
  const { channels } = readScan(igor([16777217, 0], { type: 32, sizes: [2, 1, 0] }), 'a.ibw');
  expect(channels[0]!.pixels[0]).toBe(16777217);
});

test('images one behind the other have the names of their labels', () => {
  const wave: IgorWave = { sizes: [3, 2, 2], formula: 'x=1', note: 'n', stepUnit: 'm' };
  const values = counting(12);
  const labels = ['HeightTrace', 'HeightRetrace'];
  // Gwyddion names the images alone, others their dimension too.
  for (const named of [true, false]) {
    const { channels } = read({ ...wave, labels, named }, values);
    expect(channels.map(({ name, direction }) => [name, direction])).toEqual([
      ['Height', 'forward'],
      ['Height', 'backward'],
    ]);
    expect([...channels[1]!.pixels]).toEqual([10, 11, 12, 7, 8, 9]);
    expect(chooseChannels({ ...read({ ...wave, labels }, values) })).toHaveLength(2);
  }
  expect(read(wave, values).channels.map(({ name }) => name)).toEqual(['wave7 0', 'wave7 1']);
});

test('a long note takes no time to speak of', () => {
  const { header } = read({ note: `a: x${' '.repeat(300_000)}x` });
  expect(header['a']).toHaveLength(300_002);
});

test('what Asylum says in the note', () => {
  const labels = [
    'HeightTrace',
    'PhaseRetrace',
    'CurrentTraceMod0',
    'UserIn0Trace',
    'DACCapacitanceTrace',
  ];
  const note = 'ScanSize: 2e-08\rScanAngle: 90\rScanDown: 1\rwave: no';
  const wave: IgorWave = { sizes: [3, 2, 5], labels, note };
  const { channels, header } = read(wave, counting(30));
  expect(channels.map(({ name, unit }) => [name, unit])).toEqual([
    ['Height', 'm'],
    ['Phase', 'deg'],
    ['Current', 'A'],
    ['UserIn0', 'V'],
    ['DACCapacitance', 'F'],
  ]);
  expect(channels[0]).toMatchObject({ angleDeg: 90, slow: 'down', direction: 'forward' });
  expect(header).toMatchObject({ wave: 'wave7 Backward Down', ScanDown: '1', note });
});

test('what is wrong is named', () => {
  expect(() => read({ type: 5 })).toThrow(
    'at byte 80, found a wave of complex numbers, expected integers of 8 to 32 bits, or floats',
  );
  expect(() => read({ type: 128 })).toThrow('found a wave of type 128');
  for (const sizes of [
    [6, 0, 0],
    [3, 2, 65],
    [1, 2, 3, 1],
    [1, 2, 3, -1],
  ] as const) {
    const [x, y, images, more = 0] = sizes;
    expect(() => read({ sizes: [x, y, images, more] })).toThrow(
      `at byte 132, found a wave of ${x} x ${y} x ${images} x ${more} points, expected images, at most 64 of one size`,
    );
  }
  expect(() => read({ sizes: [3, 3, 0] })).toThrow('expected the numbers (72 bytes)');
  expect(() => read({ curves: ['Raw', 'Defl'] })).toThrow(
    'at byte 432, found names of the columns of the wave, which then are curves, expected images',
  );
  expect(() => read({ checksum: 1 })).toThrow(
    'and a header with the right checksum, as its name says Igor .ibw',
  );
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

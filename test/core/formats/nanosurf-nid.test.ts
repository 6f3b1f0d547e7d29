import { expect, test } from 'vitest';
import { FormatError } from '../../../bindings/core/errors.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { bytes, counting, type NidBlock, nid } from './builders.ts';

const { ascii, i16, join, u16 } = bytes;
type Lines = NonNullable<NidBlock['lines']>;
const numbers = i16(...counting(6));
const read = (...file: Parameters<typeof nid>) => readScan(nid(...file), 'a.nid');
const readOne = (block: Partial<NidBlock> = {}, more: Parameters<typeof nid>[1] = {}) => {
  const scan = read([[{ numbers, ...block }]], more);
  return { ...scan, channel: scan.channels[0]! };
};
const inNm = (values: Iterable<number>) => [...values].map((z) => Number((z * 1e9).toPrecision(6)));

test('an image, the bottom row first, in SI units', () => {
  const { channels, format, header, warnings, channel } = readOne();
  expect([channels.length, format, warnings]).toEqual([1, 'nanosurf-nid', []]);
  const { pixels, ...known } = channel;
  expect(known).toEqual({
    name: 'Z-Axis',
    unit: 'm',
    direction: 'forward',
    rows: 2,
    columns: 3,
    widthNm: 30,
    heightNm: 20,
    angleDeg: 30,
    biasV: null,
    setpointA: 1.5e-9,
    slow: 'up',
  });
  expect(inNm(pixels)).toEqual([4, 5, 6, 1, 2, 3]);
  expect(header).toMatchObject({ 'DataSet-Info: Tip voltage': '50mV', 'DataSet-0:0: Points': '3' });
});

test('numbers of every kind span the range', () => {
  const kind = (SaveBits: string, SaveSign: string, SaveOrder = 'Intel') => ({
    ...{ SaveBits, SaveSign, SaveOrder, Points: '2', Lines: '1', CurLine: '0' },
    ...{ Dim2Min: '-1', Dim2Range: '2' },
  });
  const values = (lines: Lines, stored: Uint8Array | number[]) =>
    inNm(readOne({ lines, numbers: Uint8Array.from(stored) }).channel.pixels);
  expect(values(kind('8', 'Signed'), [0x80, 0x40])).toEqual([-1, 0.5]);
  expect(values(kind('8', 'Unsigned'), [0x80, 0xc0])).toEqual([0, 0.5]);
  expect(values(kind('16', 'Signed'), i16(-32768, 16384))).toEqual([-1, 0.5]);
  expect(values(kind('16', 'Unsigned'), join(u16(0), u16(49152)))).toEqual([-1, 0.5]);
  expect(values(kind('16', 'Signed', 'Motorola'), [0x80, 0, 0x40, 0])).toEqual([-1, 0.5]);
  expect(values(kind('32', 'Signed'), [0, 0, 0, 0x80, 0, 0, 0, 0x40])).toEqual([-1, 0.5]);
  const [channel] = read([[{ lines: kind('32', 'Signed'), numbers: new Uint8Array(8) }]]).channels;
  expect(channel!.pixels).toBeInstanceOf(Float64Array);
});

test('groups follow each other, and spectra are stepped over', () => {
  const spectra = { Frame: 'Spec forward', Points: '4', Lines: '1', SaveBits: '32' };
  const none = { Frame: 'Spec backward', Points: '0', Lines: '0' };
  const { channels, warnings } = read([
    [
      { numbers },
      { numbers: i16(1, 1, 1, 2, 2, 2), lines: { Dim2Name: 'Tip current', Dim2Unit: 'A' } },
    ],
    [
      { numbers: new Uint8Array(16), lines: spectra },
      { numbers: i16(), lines: none },
    ],
    [{ numbers: i16(7, 8, 9, 10, 11, 12), lines: { Frame: 'Scan backward' } }],
    [{ numbers, lines: { Frame: '2nd scan backward' } }],
  ]);
  expect(channels.map(({ name, direction, unit }) => [name, direction, unit])).toEqual([
    ['Z-Axis', 'forward', 'm'],
    ['Tip current', 'forward', 'A'],
    ['Z-Axis', 'backward', 'm'],
    ['Z-Axis (2nd scan)', 'backward', 'm'],
  ]);
  expect([...channels[1]!.pixels]).toEqual([2, 2, 2, 1, 1, 1]);
  // Backward lines are stored from left to right too.
  expect(inNm(channels[2]!.pixels)).toEqual([10, 11, 12, 7, 8, 9]);
  expect(warnings).toEqual([
    "the file also holds spectra ('Spec forward', 'Spec backward'): not read.",
  ]);
});

test('rows that an unfinished scan did not reach', () => {
  const lines = { Lines: '4', Dim1Range: '4e-08', CurLine: '1' };
  const stored = i16(0, 0, 0, ...counting(6), 5, 5, 5);
  const { channel, warnings } = readOne({ lines, numbers: stored });
  const nan = [Number.NaN, Number.NaN, Number.NaN];
  expect(inNm(channel.pixels)).toEqual([...nan, 4, 5, 6, 1, 2, 3, ...nan]);
  expect(warnings).toEqual(["'Z-Axis' forward: unfinished, 2 of 4 rows measured."]);
  // Of a finished scan, or a height that was held, all is measured.
  expect(readOne({ lines: { ...lines, CurLine: '3' }, numbers: stored }).warnings).toEqual([]);
  expect(readOne({ lines, numbers: new Uint8Array(24) }).warnings).toEqual([]);
});

test('what the header does not say is not known', () => {
  const info = { 'Scan direction': 'Continuous', Rotation: '--', Setpoint: '10nN' };
  const none = { Dim1Unit: null, SaveSign: null, SaveOrder: null, CurLine: null, Dim2Name: null };
  const { channel } = readOne({ lines: none }, { info });
  expect(channel).toMatchObject({ slow: 'unknown', angleDeg: null, setpointA: null });
  expect(channel).toMatchObject({ name: 'DataSet-0:0', widthNm: 30, heightNm: 20 });
  expect(inNm(channel.pixels)).toEqual([4, 5, 6, 1, 2, 3]);
  expect(readOne({}, { info: { Rotation: '-374m\xb0' } }).channel.angleDeg).toBe(-0.374);
  const unknown = readOne({ lines: { Dim0Unit: 's' }, numbers: join(numbers, [0, 0]) });
  expect(unknown.channel.widthNm).toBe(null);
  expect(unknown.warnings).toEqual([
    'the file does not say how many metres wide it is.',
    '2 bytes after the pixels: not read.',
  ]);
  // The mark counts at the beginning of a line, and a name in its own section.
  expect(readOne({}, { more: '[View]\r\nPoints=9\r\nText=#! and more' }).channel.columns).toBe(3);
});

test('what is wrong is named', () => {
  const wrong = (lines: Lines) => () => readOne({ lines });
  expect(wrong({ Points: null })).toThrow(
    'found no such line in the header, expected Points= in [DataSet-0:0]',
  );
  expect(wrong({ Points: '2.5' })).toThrow("found Points='2.5', expected a whole number");
  expect(wrong({ Points: '99999999999' })).toThrow('expected a whole number');
  expect(wrong({ Points: '0' })).toThrow('found 0 x 2 pixels, expected at least one');
  expect(wrong({ Lines: '0' })).toThrow('found 3 x 0 pixels, expected at least one');
  expect(wrong({ Points: '2000000000', Lines: '2000000000' })).toThrow(
    'found the end of the file after 12 bytes, expected the pixels of [DataSet-0:0] (8000000000000000000 bytes)',
  );
  expect(wrong({ Frame: 'Spec forward', Points: '9' })).toThrow(
    "found a Nanosurf .nid file that holds no image but spectra ('Spec forward'), which adatom does not read yet",
  );
  expect(wrong({ SaveBits: '64' })).toThrow("found SaveBits='64', expected 8, 16, 32");
  expect(wrong({ SaveBits: 'constructor' })).toThrow('expected 8, 16, 32');
  expect(wrong({ SaveMode: 'Text' })).toThrow("found SaveMode='Text', expected Binary");
  expect(wrong({ SaveSign: 'Float' })).toThrow('expected Signed or Unsigned');
  expect(wrong({ SaveOrder: 'PDP' })).toThrow('expected Intel or Motorola');
  expect(wrong({ Dim2Range: 'wide' })).toThrow("found Dim2Range='wide', expected a number");
  expect(() => read([])).toThrow('that holds no image, expected at least one image');
  const spectra = { Frame: 'Spec forward', Points: '7' };
  expect(() =>
    read([
      [
        { numbers, lines: {} },
        { numbers: i16(), lines: spectra },
      ],
    ]),
  ).toThrow('expected the spectra of [DataSet-0:2] (28 bytes)');
  expect(() => readScan(ascii('[DataSet]\r\nGr0-Ch0=DataSet-0:0\r\n#!'), 'a.nid')).toThrow(
    'expected Frame= in [DataSet-0:0]',
  );
  expect(() => readScan(ascii('[DataSet]\r\n'), 'a.nid')).toThrow(
    'at byte 11, found no end of the header, expected #!',
  );
});

test('a file cut anywhere is refused', () => {
  const file = nid([[{ numbers }], [{ numbers, lines: { Frame: 'Scan backward' } }]]);
  for (let end = 0; end < file.length; end++) {
    expect(() => readScan(file.subarray(0, end), 'a.nid'), `${end}`).toThrow(FormatError);
  }
});

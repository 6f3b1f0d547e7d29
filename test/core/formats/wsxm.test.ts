import { expect, test } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { bytes, counting, wsxm } from './builders.ts';

const { f32, f64, i16 } = bytes;
const doubles = f64(...counting(6));
const read = (...file: Parameters<typeof wsxm>) => {
  const scan = readScan(wsxm(...file), 'a.stp');
  return { ...scan, channel: scan.channels[0]! };
};
const general = (changes: Record<string, string | null>) => ({ 'General Info': changes });
const inNm = (values: Iterable<number>) => [...values].map((z) => Number((z * 1e9).toPrecision(6)));

test('one image, turned by half a turn, in SI units', () => {
  const { channels, format, header, warnings, channel } = read(doubles);
  expect([channels.length, format, warnings]).toEqual([1, 'wsxm', []]);
  const { pixels, ...known } = channel;
  expect(known).toEqual({
    name: 'Topography',
    unit: 'm',
    direction: 'backward',
    rows: 2,
    columns: 3,
    widthNm: 30,
    heightNm: 20,
    angleDeg: 12.5,
    biasV: -1.25,
    setpointA: 5e-11,
    slow: 'up',
  });
  expect(inNm(pixels)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(header).toMatchObject({ 'Control: Angle': '12.5', 'General Info: Number of rows': '2' });
});

test('floats are in the unit of the amplitude, integers span it', () => {
  const float = read(f32(...counting(6)), general({ 'Image Data Type': 'float' }));
  expect(inNm(float.channel.pixels)).toEqual([6, 5, 4, 3, 2, 1]);
  const counts = i16(-100, 0, 100, 300, 200, 400);
  for (const type of ['short', 'integer', null]) {
    const { channel } = read(counts, general({ 'Image Data Type': type }));
    expect(inNm(channel.pixels)).toEqual([4, 2, 3, 1, 0, -1]);
  }
  const flat = read(i16(7, 7, 7, 7, 7, 7), general({ 'Image Data Type': 'short' }));
  expect([...flat.channel.pixels]).toEqual([0, 0, 0, 0, 0, 0]);
});

test('the units that microscopes write', () => {
  const value = (text: string) => {
    const { channel } = read(doubles, general({ 'Z Amplitude': text }));
    return [channel.unit, Number(channel.pixels[0]!.toPrecision(6))];
  };
  expect(value('5 Å')).toEqual(['m', 6e-10]);
  expect(value('5 pA')).toEqual(['A', 6e-12]);
  expect(value('5 µm')).toEqual(['m', 6e-6]);
  expect(value('2.5e1 nm')).toEqual(['m', 6e-9]);
  expect(value('1,5eV')).toEqual(['eV', 6]);
  expect(value('3 a.u.')).toEqual(['', 6]);
  const unknown = read(doubles, general({ 'Z Amplitude': null }));
  expect([unknown.channel.unit, unknown.channel.pixels[0]]).toEqual(['', 6]);
  expect(unknown.warnings).toEqual(['the file does not say how high its values are.']);
});

test('integers of no amplitude, or a negative one, are counts', () => {
  for (const amplitude of ['0 nm', '-5 nm']) {
    const changes = general({ 'Image Data Type': 'short', 'Z Amplitude': amplitude });
    const { channel, warnings } = read(i16(1, 2, 3, 4, 5, 6), changes);
    expect([channel.unit, ...channel.pixels]).toEqual(['', 6, 5, 4, 3, 2, 1]);
    expect(warnings).toEqual(['the file does not say how high its values are.']);
  }
});

test('the header ends in its own line, and pixels begin right behind', () => {
  const short = general({ 'Image Data Type': 'short', 'Z Amplitude': null });
  const ofLineEnds = i16(...Array(6).fill(0x0a0d));
  for (const end of ['[Header end]\r\n', '[Header end]\n']) {
    expect(read(ofLineEnds, short, { end }).channel.pixels[5]).toBe(0x0a0d);
  }
  expect(read(doubles, { Control: { Comments: 'the [Header end] of it' } }).warnings).toEqual([]);
  // A name counts in its own section.
  expect(read(doubles, { Control: { 'Number of rows': '1' } }).channel.rows).toBe(2);
});

test('what the header does not say is not known', () => {
  const none = { Angle: null, 'Set Point': '-0.37 V', 'Topography Bias': null };
  const { channel } = read(doubles, { Control: { ...none, 'Y Amplitude': null } });
  expect(channel).toMatchObject({ angleDeg: null, setpointA: null, biasV: null, heightNm: 20 });
  const more = general({ 'X scanning direction': null, 'Y scanning direction': null });
  const size = { 'X Amplitude': null, 'Y Amplitude': null };
  const unknown = read(doubles, { ...more, Control: size });
  expect(unknown.channel).toMatchObject({
    direction: 'unknown',
    slow: 'unknown',
    widthNm: null,
    heightNm: null,
  });
  expect(unknown.warnings).toEqual(['the file does not say how many metres wide it is.']);
  expect(read(f64(...counting(8))).warnings).toEqual(['16 bytes after the pixels: not read.']);
});

test('what is wrong is named', () => {
  const curve = { kind: 'IV curve file' };
  expect(() => read(doubles, {}, curve)).toThrow(
    "found a WSxM file of another kind ('IV curve file'), expected 'SxM Image file'",
  );
  expect(() => read(doubles, {}, { end: '' })).toThrow('expected [Header end]');
  expect(read(doubles, general({ 'Number of Frames': '1' })).channel.rows).toBe(2);
  expect(read(doubles, { Control: { 'X Amplitude': '-30 nm' } }).channel.widthNm).toBe(30);
  expect(() => read(doubles, general({ 'Number of Frames': '9' }))).toThrow(
    "found Number of Frames: '9', expected one image",
  );
  expect(() => read(doubles, general({ 'Number of rows': '2.5' }))).toThrow(
    "found Number of rows: '2.5', expected a whole number from 1",
  );
  expect(() => read(doubles, general({ 'Number of rows': null }))).toThrow(
    'expected Number of rows:',
  );
  expect(() => read(doubles, general({ 'Image Data Type': 'complex' }))).toThrow(
    "found Image Data Type: 'complex', expected one of short, integer, float, double",
  );
  expect(() => read(doubles, general({ 'Number of rows': '3' }))).toThrow(
    'found the end of the file after 48 bytes, expected the pixels (72 bytes)',
  );
});

import { expect, test } from 'vitest';
import { chooseChannels } from '../../../bindings/core/channels.ts';
import { FormatError } from '../../../bindings/core/errors.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { bytes, counting, type Lines, nanoscope } from './builders.ts';

const { ascii, i16, join, u32 } = bytes;
const numbers = i16(...counting(6));
type Changes = Parameters<typeof nanoscope>[1];
const read = (lines: Lines = {}, changes: Changes = {}) => {
  const scan = readScan(nanoscope([{ lines, numbers }], changes), 'a.spm');
  return { ...scan, channel: scan.channels[0]! };
};
const inNm = (values: Iterable<number>) => [...values].map((z) => Number((z * 1e9).toPrecision(6)));

test('heights in metres, the last line at the top', () => {
  const { channels, format, header, warnings, channel } = read();
  expect([channels.length, format, warnings]).toEqual([1, 'nanoscope', []]);
  const { pixels, ...known } = channel;
  expect(known).toEqual({
    name: 'Height Sensor',
    unit: 'm',
    direction: 'forward',
    rows: 2,
    columns: 3,
    widthNm: 30,
    heightNm: 20,
    angleDeg: 12.5,
    biasV: -0.05,
    setpointA: 1e-9,
    slow: 'up',
  });
  expect(inNm(pixels)).toEqual([40, 50, 60, 10, 20, 30]);
  expect(header).toMatchObject({
    'File list: Version': '0x09010201',
    'Ciao image list 0: @2:Image Data': 'S [ZSensor] "Height Sensor"',
  });
});

test('trace and retrace are two sights of one area, another pass is not', () => {
  const back = { 'Line Direction': 'Retrace' };
  const lift = { ...back, 'Scan Line': 'Interleave', '@2:Image Data': null, '@2:Z scale': null };
  const pass = {
    '@3:Image Data': 'S [ZSensor] "Height Sensor"',
    '@3:Z scale': 'V [Sens. Zsens] (0.1 V/LSB) 32768.00 V',
  };
  const names = (...all: Lines[]) => {
    const images = all.map((lines) => ({ lines, numbers }));
    const scan = readScan(nanoscope(images), 'a.spm');
    return chooseChannels(scan).map(({ name, direction }) => `${name}:${direction}`);
  };
  expect(names({}, back)).toEqual(['Height Sensor:forward', 'Height Sensor:backward']);
  expect(names({}, { ...lift, ...pass })).toEqual(['Height Sensor:forward']);
  const { channels } = readScan(nanoscope([{ lines: { ...lift, ...pass }, numbers }]), 'a.spm');
  expect(channels[0]).toMatchObject({ name: 'Height Sensor (interleave)', unit: 'm' });
});

test('four bytes per pixel, whatever the header says; the header says what spans the range', () => {
  const four = join(...counting(6).map((n) => u32(n)));
  const first = (lines: Lines) =>
    readScan(nanoscope([{ lines, numbers: four }]), 'a.spm').channels[0]!.pixels[3]!;
  expect(inNm([first({})])).toEqual([10]);
  expect(first({ 'Bytes/pixel': '4' })).toBeCloseTo(1e-8 / 65536, 18);
  const negative = join(...counting(6).map((n) => u32(-n)));
  const { channels } = readScan(nanoscope([{ numbers: negative }]), 'a.spm');
  expect(inNm(channels[0]!.pixels)).toEqual([-40, -50, -60, -10, -20, -30]);
  expect(inNm(read({ 'Bytes/pixel': null }).channel.pixels.subarray(0, 1))).toEqual([40]);
});

test('the units that microscopes write', () => {
  const value = (scale: string, changes: Changes = {}) => {
    const { channel, warnings } = read({ '@2:Z scale': scale }, changes);
    return [channel.unit, Number(channel.pixels[3]!.toPrecision(6)), ...warnings];
  };
  expect(value('V [Sens. CurrentSens] (0.1 V/LSB) 65536 V')).toEqual(['A', 1e-8]);
  expect(value('V [Sens. Zsens] (0.1 mV/LSB) 65536 mV')).toEqual(['m', 2e-11]);
  expect(value('V [Sens. Phase] (0.1 \xba/LSB) 65536 \xba')).toEqual(['deg', 1]);
  expect(value('V [Sens. Phase] (0.1 mV/LSB) 65536 mV')).toEqual(['V', 0.001]);
  expect(value('V (0.1 mV/LSB) 65536 mV')).toEqual(['V', 0.001]);
  const logs = { 'Scanner list': { '@Sens. Log': 'V 2 log(Pa)/log(Arb)' } };
  const log = 'V [Sens. Log] (0.1 log(Arb)/LSB) 65536 log(Arb)';
  expect(value(log, logs)).toEqual(['log(Pa)', 2]);
  const bare = ['', 1, "the file does not say what a count of 'Height Sensor' is."];
  expect(value('V [Sens. Other] (0.1 V/LSB) 65536 V')).toEqual(bare);
  expect(value('V [Sens. Zsens] (0.1 Arb/LSB) 65536 Arb')).toEqual(bare);
  expect(value('S [] "no"')).toEqual(bare);
});

test('sizes, of images that are not square too', () => {
  const size = (lines: Lines, changes: Changes = {}) => {
    const { widthNm, heightNm } = read(lines, changes).channel;
    return [widthNm, heightNm];
  };
  expect(size({ 'Scan Size': '3 3 ~m' })).toEqual([3000, 3000]);
  expect(size({ 'Scan Size': '3 ~m' })).toEqual([3000, 3000]);
  expect(size({ 'Scan Size': null, 'Scan size': '3e+001 2.5 nm' })).toEqual([30, 2.5]);
  const wide = { 'Aspect Ratio': '3:2', 'Scan Size': '30 30 nm' };
  expect(size(wide, { 'Ciao scan list': { 'Aspect Ratio': '3:2' } })).toEqual([30, 20]);
  expect(size(wide, { 'Ciao scan list': { Lines: '8' } })).toEqual([30, 7.5]);
  expect(size({ ...wide, 'Scan Size': '30 20 nm' })).toEqual([30, 20]);
  for (const text of [null, '30 20', '30 V', 'nm', '0 0 nm']) {
    const { channel, warnings } = read({ 'Scan Size': text });
    expect([channel.widthNm, channel.heightNm]).toEqual([null, null]);
    expect(warnings).toEqual(['the file does not say how many metres wide it is.']);
  }
});

test('what the header does not say is not known', () => {
  const none = { 'Frame direction': null, 'Line Direction': null, '@2:Image Data': null };
  expect(read(none).channel).toMatchObject({
    ...{ name: 'channel 0', direction: 'unknown', slow: 'unknown' },
  });
  expect(read({ '@2:Image Data': 'S [ZSensor] ""' }).channel.name).toBe('ZSensor');
  const tapping = { 'Ciao scan list': { '@MicroscopeList': 'S [TMMode] "Tapping"' } };
  expect(read({}, tapping).channel).toMatchObject({ biasV: null, setpointA: null, angleDeg: 12.5 });
  const ground = { 'Ciao scan list': { '@2:Sample Bias': 'V (0.3 mV/LSB)       0 mV' } };
  expect(read({}, ground).channel).toMatchObject({ biasV: null, setpointA: 1e-9 });
});

test('what is wrong is named', () => {
  expect(() => read({ 'Number of lines': '0' })).toThrow(
    "found Number of lines: '0', expected a whole number from 1",
  );
  expect(() => read({ 'Samps/line': null })).toThrow(
    'found a Ciao image list without such a line, expected \\Samps/line:',
  );
  expect(() => read({ 'Samps/line': '99999999999' })).toThrow("found Samps/line: '99999999999'");
  expect(() => read({ 'Samps/line': '2147483647' })).toThrow(
    'found 12 bytes for 2147483647 x 2 pixels, expected 2 or 4 each',
  );
  expect(() => read({ 'Number of lines': '1000000', 'Data length': '6000000' })).toThrow(
    'found the end of the file after 12 bytes, expected the pixels (6000000 bytes)',
  );
  expect(() => read({ 'Data offset': '5000' })).toThrow(/found Data offset: 5000, expected from/);
  expect(() => read({ 'Data offset': '2' })).toThrow(/found Data offset: 2, expected from/);
  expect(() => read({ 'Bytes/pixel': '3' })).toThrow("found Bytes/pixel: '3', expected 2 or 4");
  const file = nanoscope([{ numbers }], {}, { lineEnd: '\n' });
  expect(() => readScan(file, 'a.spm')).toThrow(
    'at byte 11, found a file that was sent as text, which damages its pixels',
  );
});

test('images that share their pixels are refused before they fill the memory', () => {
  const images = Array.from({ length: 3 }, () => ({
    lines: {
      'Data offset': '4096',
      'Data length': '6000',
      'Samps/line': '1000',
      'Number of lines': '3',
    },
    numbers: new Uint8Array(2000),
  }));
  expect(() => readScan(nanoscope(images), 'a.spm')).toThrow(
    'found more pixels than the file has bytes, expected each of one image',
  );
});

test('force curves and old versions are refused', () => {
  const only = (more: string, version = '0x04020000') => {
    const file = nanoscope([], { 'File list': { Version: version } }, { more });
    return () => readScan(file, 'a.spm');
  };
  const expected = "expected '\\*Ciao image list', of images and version 4.3 or later";
  expect(only('\\*AFM image list\r\n')).toThrow(
    `found '\\*AFM image list' (version 0x04020000), ${expected}`,
  );
  expect(only('\\*Ciao force image list\r\n')).toThrow("found '\\*Ciao force image list'");
  expect(only('')).toThrow('found no list of images (version 0x04020000)');
  expect(() => readScan(ascii('\\*File list\r\n'), 'a.spm')).toThrow(
    'found no end of the header, expected \\*File list end',
  );
});

test('a file cut anywhere is refused', () => {
  const file = nanoscope([{ numbers }, { numbers }]);
  for (let end = 0; end < file.length; end++) {
    expect(() => readScan(file.subarray(0, end), 'a.spm')).toThrow(FormatError);
  }
});

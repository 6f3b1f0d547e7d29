import { expect, test } from 'vitest';
import { chooseChannels } from '../../../bindings/core/channels.ts';
import { FormatError } from '../../../bindings/core/errors.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { counting, grid, gridPoint } from './builders.ts';

const points = counting(6).map(gridPoint);
const read = (...file: Parameters<typeof grid>) => readScan(grid(...file), 'a.3ds');
const pixelsOf = (scan: ReturnType<typeof read>, name: string) => [
  ...scan.channels.find((channel) => channel.name === name)!.pixels,
];
const rounded = (values: Iterable<number>) => [...values].map((z) => Number(z.toPrecision(6)));
const empty = gridPoint(1).map(() => 0);

test('the topography first, the bottom left point first in the file', () => {
  const { channels, format, header, warnings } = read(points);
  expect([format, warnings, channels.length]).toEqual(['nanonis-3ds', [], 11]);
  const { pixels, ...known } = channels[0]!;
  expect(known).toEqual({
    name: 'Z',
    unit: 'm',
    direction: 'unknown',
    rows: 2,
    columns: 3,
    widthNm: 30,
    heightNm: 20,
    angleDeg: 45,
    biasV: 1.25,
    setpointA: 5e-11,
    slow: 'up',
  });
  expect(rounded(pixels)).toEqual([4e-9, 5e-9, 6e-9, 1e-9, 2e-9, 3e-9]);
  expect(header).toMatchObject({
    Points: '7',
    Comment: 'Points=9, a=b',
    'Sweep Signal': 'Bias (V)',
  });
  expect(chooseChannels(read(points)).map(({ name }) => name)).toEqual(['Z']);
});

test('five images of a channel, by the value of the sweep', () => {
  const scan = read(points);
  const current = scan.channels.slice(1, 6);
  expect(current.map(({ name, biasV, unit }) => [name, biasV, unit])).toEqual([
    ['Current at -0.3 V', -0.3, 'A'],
    ['Current at -0.1 V', -0.1, 'A'],
    ['Current at 0 V', 0, 'A'],
    ['Current at 0.2 V', 0.2, 'A'],
    ['Current at 0.3 V', 0.3, 'A'],
  ]);
  expect(pixelsOf(scan, 'Current at -0.1 V')).toEqual([42, 52, 62, 12, 22, 32]);
  expect(rounded(pixelsOf(scan, 'LockinX [bwd] at 0.3 V'))).toEqual(
    [-46, -56, -66, -16, -26, -36].map((mV) => mV / 1000),
  );
  expect(scan.channels.at(-1)!.unit).toBe('V');
  expect(chooseChannels(scan, ['Current at 0.2 V'])[0]!.biasV).toBe(0.2);
});

test('lines of a comment are no sections', () => {
  const [{ biasV, setpointA }] = read(points, { Comment: '"a\r\n[tip changed]\r\nb"' }).channels;
  expect([biasV, setpointA]).toEqual([1.25, 5e-11]);
});

test('sweeps of few points, of something else than the bias, or in segments', () => {
  const names = (header: Parameters<typeof grid>[1], numbers = points) =>
    read(numbers, header).channels.map(({ name, biasV }) => [name, biasV]);
  const one = { Points: '1', 'Experiment size (bytes)': '4', Channels: '"I (A)"' };
  const pointsOfOne = points.map((numbers) => numbers.slice(0, 7));
  expect(names(one, pointsOfOne)).toEqual([
    ['Z', 1.25],
    ['I at -0.3 V', -0.3],
  ]);
  const two = { Points: '2', 'Experiment size (bytes)': '8', Channels: '"Frequency"' };
  const pointsOfTwo = points.map((numbers) => numbers.slice(0, 8));
  expect(names({ ...two, 'Sweep Signal': '"Z rel (m)"' }, pointsOfTwo)).toEqual([
    ['Z', 1.25],
    ['Frequency at -0.3 m', 1.25],
    ['Frequency at 0.3 m', 1.25],
  ]);
  const unnamed = [
    ['Z', 1.25],
    ['Frequency at point 1 of 2', 1.25],
    ['Frequency at point 2 of 2', 1.25],
  ];
  expect(names({ ...two, Filetype: 'MLS' }, pointsOfTwo)).toEqual(unnamed);
  expect(names({ ...two, 'Fixed parameters': '"a;b"' }, pointsOfTwo)).toEqual(unnamed);
  const still = pointsOfTwo.map((numbers) => [1, 1, ...numbers.slice(2)]);
  expect(names(two, still)).toEqual(unnamed);
});

test('the topography of the scan goes before that of the spectra; without any there are the spectra', () => {
  const both = { 'Experiment parameters': '"X (m);Y (m);Z (m);Scan:Z (m)"' };
  expect([...read(points, both).channels[0]!.pixels]).toEqual([7, 7, 7, 7, 7, 7]);
  const none = read(points, { 'Experiment parameters': '"X (m)"' });
  expect([none.channels[0]!.name, none.channels.length]).toEqual(['Current at -0.3 V', 10]);
  const alone = { Channels: '', 'Experiment size (bytes)': '0' };
  const only = read(
    points.map((numbers) => numbers.slice(0, 6)),
    alone,
  );
  expect(only.channels.map(({ name }) => name)).toEqual(['Z']);
});

test('points not measured are NaN, whether they are not there or hold zeros', () => {
  const nan = Number.NaN;
  for (const numbers of [points.slice(0, 4), [...points.slice(0, 4), empty, empty]]) {
    const { channels, warnings } = read(numbers);
    expect(rounded(channels[0]!.pixels)).toEqual([4e-9, nan, nan, 1e-9, 2e-9, 3e-9]);
    expect(warnings).toEqual([
      'unfinished: 4 of 6 grid points measured.',
      "'Z' and 10 more: 2 of 6 pixels are NaN.",
    ]);
  }
  // The sweep is that of the first point measured.
  expect(read([empty, ...points.slice(1)]).channels[1]!.name).toBe('Current at -0.3 V');
  expect(read(points.map(() => empty)).warnings).toEqual([
    'unfinished: 0 of 6 grid points measured.',
    "'Z' and 10 more: every pixel is NaN, nothing was measured.",
  ]);
});

test('a line of points, and what the header does not say', () => {
  const line = { 'Grid settings': '0;0;3E-8;0;0', 'Z-Controller>Setpoint unit': 'Hz' };
  const { channels } = read(points, line, { dim: '6 x 1' });
  expect(channels[0]).toMatchObject({ rows: 1, columns: 6, widthNm: 30, heightNm: 5 });
  expect(channels[0]!.setpointA).toBe(null);
  expect(rounded(channels[0]!.pixels)).toEqual([1e-9, 2e-9, 3e-9, 4e-9, 5e-9, 6e-9]);
  const unknown = read([...points, [1]], { 'Grid settings': null, 'Bias>Bias (V)': null });
  expect(unknown.channels[0]).toMatchObject({ widthNm: null, heightNm: null, angleDeg: null });
  expect(unknown.channels[0]!.biasV).toBe(null);
  expect(unknown.warnings).toEqual([
    'the file does not say how many metres wide it is.',
    '4 bytes after the grid points: not read.',
  ]);
  // Numbers begin right behind the header's line end.
  const ofLineEnds = [2 ** -101, ...gridPoint(1).slice(1)];
  for (const end of [':HEADER_END:\n', ':HEADER_END:\r\n']) {
    expect(read([ofLineEnds, ...points.slice(1)], {}, { end }).warnings).toEqual([]);
  }
});

test('what is wrong is named', () => {
  const wrong = (header: Parameters<typeof grid>[1]) => () => read(points, header);
  const sized = (dim: string) => () => read(points, {}, { dim });
  expect(sized('0 x 2')).toThrow(
    "at byte 0, found a grid of '0 x 2', expected 1 to 67108864 points",
  );
  expect(sized('3')).toThrow("found a grid of '3'");
  expect(sized('100000 x 100000')).toThrow('expected 1 to 67108864 points');
  expect(sized('8000 x 8000')).toThrow(
    'found 11 images of 8000 x 8000 points, expected 1 to 67108864 pixels in all',
  );
  expect(wrong({ Points: null })).toThrow('found no such line in the header, expected Points=');
  expect(wrong({ Points: '0' })).toThrow("found Points='0', expected a whole number from 1");
  expect(wrong({ Points: '1e3' })).toThrow("found Points='1e3', expected a whole number from 1");
  expect(wrong({ Points: '8' })).toThrow(
    'found an experiment of 56 bytes, expected 2 channels of 8 points (float32)',
  );
  expect(wrong({ '# Parameters (4 byte)': '4' })).toThrow(
    'found 4 parameters, expected the 5 that have names',
  );
  expect(wrong({ '# Parameters (4 byte)': '2000000000' })).toThrow(
    'found the end of the file after 480 bytes, expected a grid point (8000000056 bytes)',
  );
  expect(wrong({ '# Parameters (4 byte)': '7' })).toThrow(
    'found 480 bytes of grid points, expected 504 (3 x 2 points of 84 bytes), or fewer whole points',
  );
  const nothing = { Channels: '', 'Experiment size (bytes)': '0', 'Experiment parameters': null };
  expect(wrong(nothing)).toThrow('found 0 images of 3 x 2 points');
  expect(() => read(points, {}, { end: '' })).toThrow('expected :HEADER_END:');
  expect(() => read([])).toThrow('found the end of the file after 0 bytes, expected a grid point');
});

test('a file cut anywhere is refused, or a grid of the points that are there', () => {
  const file = grid(points);
  const pointBytes = 4 * gridPoint(1).length;
  const start = file.length - points.length * pointBytes;
  for (let end = 0; end < file.length; end++) {
    const cut = () => readScan(file.subarray(0, end), 'a.3ds');
    const there = (end - start) / pointBytes;
    if (there >= 1 && Number.isInteger(there)) {
      expect(cut().warnings[0]).toBe(`unfinished: ${there} of 6 grid points measured.`);
    } else expect(cut, `${end}`).toThrow(FormatError);
  }
});

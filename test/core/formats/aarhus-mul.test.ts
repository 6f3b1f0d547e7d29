import { expect, test } from 'vitest';
import { chooseChannels } from '../../../bindings/core/channels.ts';
import { FormatError } from '../../../bindings/core/errors.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { counting, type MulImage, mul } from './builders.ts';

const read = (...images: MulImage[]) => readScan(mul(images), 'a.mul');
const counts = counting(6);
/** Places of words in a label. */
const [number, blocks, columns, rows] = [0, 1, 2, 3];
const [width, height, zScale, bias, current, mode, factor, points] = [
  ...[11, 12, 15, 18, 19],
  ...[43, 44, 45],
];

test('heights fall where counts rise, and the last line is the top', () => {
  const { channels, format, header, warnings } = read({ counts, title: 'terrace' });
  expect([channels.length, format, warnings]).toEqual([1, 'aarhus-mul', []]);
  const { pixels, ...known } = channels[0]!;
  expect(known).toEqual({
    name: 'Z 1',
    unit: 'm',
    direction: 'unknown',
    rows: 2,
    columns: 3,
    widthNm: 3,
    heightNm: 4,
    angleDeg: -15,
    biasV: 1.25,
    setpointA: 2.3e-10,
    slow: 'unknown',
  });
  const picometres = [...pixels].map((z) => Number((z * 1e12 * 1.36).toPrecision(6)));
  expect(picometres).toEqual([-4, -5, -6, -1, -2, -3]);
  expect(header).toMatchObject({ '1: bias': '-4096', '1: year': '2021', '1: title': 'terrace' });
});

test('every image is a scan of its own, and no second channel of another', () => {
  const scan = read({ counts }, { counts, words: { [bias]: 4096 } }, { counts });
  expect(scan.channels.map(({ name }) => name)).toEqual(['Z 1', 'Z 2', 'Z 3']);
  expect(scan.channels.map(({ biasV }) => biasV)).toEqual([1.25, -1.25, 1.25]);
  expect(scan.warnings).toEqual(['the file holds 3 scans, each as a channel of its own.']);
  const names = (...wanted: string[]) => chooseChannels(scan, wanted).map(({ name }) => name);
  expect(names()).toEqual(['Z 1']);
  expect(names('Z 3')).toEqual(['Z 3']);
  expect(names('1')).toEqual(['Z 2']);
});

test('images of different sizes, as many as the index holds', () => {
  const images = Array.from({ length: 64 }, (_, i) => ({
    counts: counting(i + 1),
    words: { [columns]: i + 1, [rows]: 1 },
  }));
  const { channels } = read(...images);
  expect(channels.map((channel) => channel.columns)).toEqual(counting(64));
});

test('currents and voltages', () => {
  const { channels } = read(
    { counts: counts.map((n) => (n * 32768) / 8), words: { [mode]: 1 } },
    { counts, words: { [mode]: 8 } },
  );
  expect(channels.map(({ name, unit }) => [name, unit])).toEqual([
    ['Current 1', 'A'],
    ['Voltage 2', 'V'],
  ]);
  expect(channels[0]!.pixels[3]).toBeCloseTo(1.25e-9, 16);
  expect(channels[1]!.pixels[3]).toBe(-10 / 32768);
});

test('what is not over the surface or has no scale is left out', () => {
  const { channels, warnings } = read(
    { counts, words: { [mode]: 4 } },
    { counts, words: { [zScale]: 0 } },
    { counts, words: { [points]: 2 } },
  );
  expect(channels.map(({ name }) => name)).toEqual(['Z 3']);
  expect(warnings).toEqual([
    'image 1 was left out: it is of mode 4.',
    'image 2 was left out: the file does not say what its counts are.',
    'image 3 has 2 point scans: not read.',
  ]);
  expect(() => read({ counts, words: { [mode]: 4 } })).toThrow(
    'a.mul: at byte 0, found no image of the surface (image 1 was left out: it is of mode 4.), expected an image of heights',
  );
});

test('what the label does not say is not known', () => {
  const { channels, warnings } = read({ counts, words: { [width]: 0, [height]: 0, [factor]: 5 } });
  expect(channels[0]).toMatchObject({ widthNm: null, heightNm: null, setpointA: null });
  expect(warnings).toEqual(['the file does not say how many metres wide image 1 is.']);
  expect(read({ counts, words: { [current]: 0 } }).channels[0]!.setpointA).toBeNull();
});

test('what is wrong is named', () => {
  expect(() => read({ counts }, { counts, words: { [number]: 7 } })).toThrow(
    'a.mul: at byte 640, found image 7, expected image 2, as the index says',
  );
  expect(() => read({ counts }, { counts, block: 4 })).toThrow(
    'at byte 6, found image 2 at block 4, expected a block from 5 to 6',
  );
  expect(() => read({ counts }, { counts, block: 0xffffffff })).toThrow('at block 4294967295');
  expect(() => read({ counts, words: { [rows]: 0 } })).toThrow(
    'at byte 386, found 3 x 0 pixels in 2 blocks, expected at least one pixel',
  );
  expect(() => read({ counts, words: { [rows]: -1, [columns]: -1 } })).toThrow(
    'found 65535 x 65535 pixels in 2 blocks, expected 67106818 blocks',
  );
  expect(() => read({ counts, words: { [blocks]: 3 } })).toThrow(
    'at byte 384, found the end of the file after 256 bytes, expected the blocks of image 1 (384 bytes)',
  );
});

test('a file cut anywhere is refused', () => {
  const file = mul([{ counts }, { counts }]);
  for (let end = 0; end < file.length; end++) {
    expect(() => readScan(file.subarray(0, end), 'a.mul')).toThrow(FormatError);
  }
  expect(() => readScan(file.subarray(0, -1), 'a.mul')).toThrow(
    'expected bytes 01 00 and blocks of 128 bytes with an index of images, as its name says Aarhus .mul',
  );
});

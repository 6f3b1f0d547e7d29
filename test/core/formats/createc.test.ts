import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../../bindings/core/errors.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import type { Channel } from '../../../bindings/core/scan.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { bytes, type CreatecFile, counting, createc } from './builders.ts';

const kinds = ['[Paramco32]', '[Paramet32]', '[Parameter]'] as const;
const numbers = counting(24);

const read = (file: Partial<CreatecFile> = {}) => readScan(createc({ numbers, ...file }), 'a.dat');
const first = (header: CreatecFile['header'], more: Partial<CreatecFile> = {}) =>
  read({ header: header!, ...more }).channels[0]!;

/** Metres (or amperes) per count in units of 10^-12: pixel 0 of Z holds the count 1. */
const scaleOf = ({ pixels }: Channel) => pixels[0]! * 1e12;

describe('createc', () => {
  it.each(kinds)('reads %s: top row first, left pixel first, both ways', (magic) => {
    for (const filled of [true, false]) {
      const { channels, format, warnings, header } = read({ magic, filled, spare: 77 });
      expect(format).toBe('createc');
      expect(warnings).toEqual([]);
      expect(channels.map(({ name, unit, direction }) => [name, unit, direction])).toEqual([
        ['Z', 'm', 'forward'],
        ['Current', 'A', 'forward'],
        ['Z', 'm', 'backward'],
        ['Current', 'A', 'backward'],
      ]);
      channels.forEach((channel, i) => {
        const scale = channel.name === 'Z' ? (19.2 * 10 * 20e-10) / 2 ** 20 : 20e-9 / 2 ** 20;
        const counts = [...channel.pixels].map((value) => value / scale);
        counts.forEach((n, k) => {
          expect(n).toBeCloseTo(1 + 6 * i + k, 5);
        });
        expect(channel).toMatchObject({
          rows: 2,
          columns: 3,
          widthNm: 30.00092,
          heightNm: 20,
          angleDeg: 12.5,
          biasV: 0.6538,
          setpointA: 1.56e-10,
          slow: 'down',
        });
      });
      expect(header).toMatchObject({
        'Num.X / Num.X': '3',
        'Drift_X / Drift_X[\xc5/sec]': '0.00000',
        YPiezoconst: '96.00',
      });
      expect(Object.keys(header)).not.toContain('/');
    }
  });

  it('takes heights from the piezo constant, and from Dacto[A]z where the two differ', () => {
    const exact = (19.2 * 10 * 20e2) / 2 ** 20;
    const none = { ZPiezoconst: null, 'Dacto[A]z': null };
    expect(scaleOf(first({}))).toBeCloseTo(exact, 6);
    expect(scaleOf(first({ 'Dacto[A]z': null }))).toBeCloseTo(exact, 6);
    expect(scaleOf(first({ ZPiezoconst: null }))).toBeCloseTo(0.37, 6);
    expect(scaleOf(first({ 'Dacto[A]z': '0.00074' }))).toBeCloseTo(0.74, 6);
    const { channels, warnings } = read({ header: none });
    expect(channels[0]).toMatchObject({ name: 'Z', unit: '' });
    expect(channels[0]!.pixels[0]).toBe(1);
    expect(warnings).toEqual(['the file does not say how high a count of Z is: not metres.']);
    expect(first({ 'GainZ / GainZ': '0' }).unit).toBe('');
  });

  it('finds the bits of converters that the header does not state', () => {
    const old = { 'DAC-Type': null, 'Length x[A]': null, 'Length y[A]': null };
    for (const [bits, printed] of [
      [16, '0.00586'],
      [18, '0.00146'],
      [20, '0.00037'],
    ] as const) {
      const scan = read({ magic: '[Parameter]', header: { ...old, 'Dacto[A]z': printed } });
      expect(scan.warnings).toEqual([]);
      expect((scaleOf(scan.channels[0]!) * 2 ** bits) / 3.84e5).toBeCloseTo(1, 6);
      expect((scaleOf(scan.channels[1]!) * 2 ** bits) / (7 * 20e3)).toBeCloseTo(1, 6);
      // Pixels apart by Delta steps of 96 Angstrom/V, gain 10.
      const stepNm = (96 * 10 * 20 * 0.1) / 2 ** bits;
      expect(scan.channels[0]!.widthNm).toBeCloseTo(3 * 32 * stepNm, 10);
      expect(scan.channels[0]!.heightNm).toBeCloseTo(2 * 16 * stepNm, 10);
    }
    for (const [magic, bits] of [
      ['[Parameter]', 16],
      ['[Paramet32]', 20],
    ] as const) {
      const { warnings } = read({ magic, header: { ...old, 'Dacto[A]z': null } });
      const told = `the file does not state the bits of its converters: ${bits} were taken.`;
      expect(warnings).toEqual([told]);
    }
  });

  it('takes the set-point of a current only', () => {
    expect(first({ SetPoint: null, 'Current[A]': '4.4E-10' }).setpointA).toBe(4.4e-10);
    expect(first({ SetPoint: null }).setpointA).toBeCloseTo(1.56e-10, 15);
    const gain = { SetPoint: null, 'Gainpreamp / GainPre 10^': '8' };
    expect(first(gain).setpointA).toBeCloseTo(1.56e-9, 15);
    expect(first({ SetPoint: null, FBLogIset: null }).setpointA).toBeNull();
    expect(first({ SetPoint: '7.000', FBChannel: '4' }).setpointA).toBeNull();
  });

  it('leaves currents as counts without a preamplifier gain', () => {
    for (const gain of [null, '', '99', '8.5']) {
      const { channels, warnings } = read({ header: { 'Gainpreamp / GainPre 10^': gain } });
      expect(channels[1]).toMatchObject({ name: 'Current', unit: '' });
      expect(channels[1]!.pixels[0]).toBe(7);
      expect(warnings).toEqual(['the file has no preamplifier gain: currents are counts.']);
    }
  });

  it('names images after the signals selected', () => {
    const names = (header: CreatecFile['header']) =>
      read({ header: header! }).channels.map(({ name, direction }) => `${name} ${direction}`);
    const one = { 'Channels / Channels': '2', 'Channelselectval / Channelselectval': '3' };
    expect(names(one)).toEqual(['Z forward', 'Current forward']);
    const inputs = { 'Channelselectval / Channelselectval': '129' };
    expect(names(inputs)).toEqual(['Z forward', 'Aux6 forward', 'Z backward', 'Aux6 backward']);
    const unsaid = { 'Channelselectval / Channelselectval': null, 'Channels / Channels': '3' };
    expect(names(unsaid)).toEqual(['Z unknown', 'channel 1 unknown', 'channel 2 unknown']);
    expect(read({ header: unsaid }).warnings).toEqual([
      'the file does not say what its images are: the first was taken for Z.',
    ]);
  });

  it('makes rows not reached NaN, below or above those measured', () => {
    const zeros = (...rows: number[]) =>
      numbers.map((n, i) => (rows.includes(Math.floor(i / 3) % 2) ? 0 : n));
    const nan = [Number.NaN, Number.NaN, Number.NaN];
    const mode = { 'ScanYMode / ScanYMode': null };
    const down = read({ header: mode, numbers: zeros(1) });
    expect([...down.channels[3]!.pixels.subarray(3)]).toEqual(nan);
    expect(down.channels[0]!.slow).toBe('down');
    expect(down.warnings[0]).toBe("'Z' forward: unfinished, 1 of 2 rows measured.");
    const up = read({ header: mode, numbers: zeros(0) });
    expect([...up.channels[0]!.pixels.subarray(0, 3)]).toEqual(nan);
    expect(up.channels[0]!.pixels[3]).toBeGreaterThan(0);
    expect(up.channels[0]!.slow).toBe('up');
    const nothing = read({ numbers: zeros(0, 1) });
    expect(nothing.warnings[0]).toBe("'Z' forward: every pixel is NaN, nothing was measured.");
    // Heights of exactly zero are measured where there is a current.
    const flat = read({ numbers: numbers.map((n, i) => (i % 12 < 6 ? 0 : n)) });
    expect(flat.warnings).toEqual([]);
    expect([...flat.channels[0]!.pixels]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('says what the header leaves open or what bends the picture', () => {
    expect(first({ 'ScanYMode / ScanYMode': '2' }).slow).toBe('up');
    const header = {
      'ScanYMode / ScanYMode': '3',
      'ScanmodeSine / ScanmodeSine': '1',
      'CHMode / CHMode': '1',
    };
    expect(read({ header }).warnings).toEqual([
      'the file does not say whether it was scanned up or down.',
      'the lines were scanned as a sine: distances along x are not to scale.',
      'scanned at constant height: its bias and gain may be those of CHMode.',
    ]);
  });

  it('does not need numbers behind the last pixel, nor mind them', () => {
    const more = [...numbers, ...new Array(12 + 32).fill(0)];
    for (const magic of kinds) {
      expect(read({ magic, numbers: more })).toEqual(read({ magic }));
    }
  });

  it.each([
    ['no width', { 'Num.X / Num.X': null }, 'no such line in the header'],
    ['no height', { 'Num.Y / Num.Y': null }, 'no such line in the header'],
    ['no number of images', { 'Channels / Channels': null, Channels: null }, 'no such line'],
    ['a width of words', { 'Num.X / Num.X': 'three' }, "Num.X='three'"],
    ['a width of none', { 'Num.X / Num.X': '0' }, "Num.X='0'"],
    ['a negative height', { 'Num.Y / Num.Y': '-2' }, "Num.Y='-2'"],
    ['half a pixel', { 'Num.X / Num.X': '2.5' }, "Num.X='2.5'"],
    ['10^12 pixels', { 'Num.X / Num.X': '1000000', 'Num.Y / Num.Y': '1000000' }, 'byte'],
    ['2 * 10^9 images', { 'Channels / Channels': '2000000000' }, 'byte'],
    ['a width beyond 32 bits', { 'Num.X / Num.X': '9e15' }, 'Num.X='],
    ['more pixels than there are', { 'Num.Y / Num.Y': '3' }, 'byte'],
  ])('refuses %s', (_, header: CreatecFile['header'], found) => {
    for (const magic of kinds) {
      expect(() => read({ magic, header: header! })).toThrow(
        expect.objectContaining({ name: 'FormatError', found: expect.stringContaining(found) }),
      );
    }
  });

  it('says where a header ends that has no pixels', () => {
    expect(() => readScan(bytes.ascii('[Paramco32]\nNum.X=2\n'), 'a.dat')).toThrow(
      'a.dat: at byte 20, found no end of the header, expected DATA before the pixels.',
    );
  });

  it('refuses or reports a damaged zlib stream', () => {
    const file = createc({ numbers });
    const start = file.indexOf(0x78, file.length - 150);
    expect([...file.subarray(start - 4, start)]).toEqual([...bytes.ascii('DATA')]);
    for (let at = start; at < file.length; at++) {
      for (const bit of [1, 8, 128]) {
        const changed = file.slice();
        changed[at]! ^= bit;
        try {
          const { warnings, channels } = readScan(changed, 'a.dat');
          // A few bits are of no consequence: the level of compression, for one.
          if (warnings.length === 0) expect(channels).toEqual(readScan(file, 'a.dat').channels);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }
    const random = fc.uint8Array({ minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(random, (rest) => {
        const damaged = bytes.join(file.subarray(0, start + 2), rest);
        try {
          readScan(damaged, 'a.dat');
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
    );
  });

  it('does not reserve memory for pixels that a few bytes cannot hold', () => {
    const header = { 'Num.X / Num.X': '30000', 'Num.Y / Num.Y': '30000' };
    const before = process.memoryUsage().arrayBuffers;
    for (const magic of kinds) expect(() => read({ magic, header })).toThrow(FormatError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e7);
  });
});

const real = [
  'createc_scan_step_20nm.dat',
  'createc_scan_molecular_30nm_pos.dat',
  'createc_scan_atomic_11nm.dat',
  'A250407.141806.dat',
];

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Median step between neighbours of columns a and b, over the rows measured. */
function stepBetween({ pixels, rows, columns }: Channel, a: number, b: number): number {
  const steps: number[] = [];
  for (let row = 0; row < rows; row++) {
    const step = Math.abs(pixels[row * columns + a]! - pixels[row * columns + b]!);
    if (!Number.isNaN(step)) steps.push(step);
  }
  return median(steps);
}

describe.skipIf(!hasShared)(sharedTitle('createc: what the real files themselves tell'), () => {
  it.each(real)('%s: the mean current is the set-point, with the sign of the bias', (file) => {
    const { channels } = readScan(readShared(`vendor/${file}`), file);
    const { pixels, setpointA, biasV } = channels[1]!;
    const measured = [...pixels].filter((value) => !Number.isNaN(value));
    const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
    expect(Math.abs(mean / (Math.sign(biasV!) * setpointA!) - 1)).toBeLessThan(0.05);
  });

  it.each(real)('%s: lines begin with their own first pixel', (file) => {
    const [z] = readScan(readShared(`vendor/${file}`), file).channels;
    const inside = stepBetween(z!, 2, 3);
    const jump = stepBetween(z!, 0, z!.columns - 1);
    expect(stepBetween(z!, 0, 1)).toBeLessThan(Math.max(5 * inside, 0.05 * jump));
  });
});

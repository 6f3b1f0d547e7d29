import { describe, expect, it } from 'vitest';
import { writeSxm } from '../../../bindings/core/export/sxm.ts';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { makeChannel, type Scan } from '../../../bindings/core/scan.ts';
import { counting, exampleScan } from './builders.ts';

const text = (file: Uint8Array) => new TextDecoder('latin1').decode(file);

/** Replace text of the header by other text; the binary part follows unchanged. */
function edit(file: Uint8Array, from: string | RegExp, to: string): Uint8Array {
  const edited = text(file).replace(from, to);
  expect(edited).not.toBe(text(file));
  return Uint8Array.from(edited, (c) => c.charCodeAt(0));
}

/** Pixels in the order of the file, image by image. */
function storedPixels(file: Uint8Array, n: number): number[] {
  const view = new DataView(file.buffer, file.byteOffset + file.length - 4 * n);
  return Array.from({ length: n }, (_, i) => view.getFloat32(4 * i, false));
}

describe('sxm', () => {
  it.each(['up', 'down'] as const)('reads back what was written, scanned %s', (slow) => {
    const scan = exampleScan({ slow });
    const back = readScan(writeSxm(scan), 'example.sxm');
    expect(back.warnings).toEqual([]);
    expect(back.channels).toEqual(scan.channels);
  });

  it('keeps what is not known unknown', () => {
    const scan = exampleScan({
      biasV: null,
      setpointA: null,
      angleDeg: null,
      widthNm: null,
      heightNm: null,
    });
    expect(readScan(writeSxm(scan), 'example.sxm').channels).toEqual(scan.channels);
  });

  it('keeps names with blanks and letters beyond ASCII, and NaN', () => {
    const pixels = Float32Array.of(1, Number.NaN, 3, 4);
    const known = { unit: 'Ω', direction: 'forward', slow: 'down' } as const;
    const channels = [makeChannel('LIX 1 omega µ €', pixels, 2, 2, known)];
    const scan: Scan = { name: 'ü.sxm', format: '', channels, header: {}, warnings: [] };
    expect(readScan(writeSxm(scan), 'x.sxm').channels).toEqual(channels);
  });

  it('stores upward scans bottom line first and backward lines right to left', () => {
    const z = Float32Array.from(counting(6));
    const image = (direction: 'forward' | 'backward', slow: 'up' | 'down') =>
      makeChannel('Z', z, 2, 3, { direction, slow });
    const stored = (slow: 'up' | 'down') =>
      storedPixels(
        writeSxm({
          name: '',
          format: '',
          // Backward first here: the file must still hold forward first.
          channels: [image('backward', slow), image('forward', slow)],
          header: {},
          warnings: [],
        }),
        12,
      );
    expect(stored('down')).toEqual([1, 2, 3, 4, 5, 6, 3, 2, 1, 6, 5, 4]);
    expect(stored('up')).toEqual([4, 5, 6, 1, 2, 3, 6, 5, 4, 3, 2, 1]);
  });

  it('takes the set-point of a current only', () => {
    const file = writeSxm(exampleScan());
    const hertz = edit(file, '5E-11 A', '5E-11 Hz');
    expect(readScan(hertz, 'a.sxm').channels[0]!.setpointA).toBeNull();
    const elsewhere = edit(
      file,
      /:Z-CONTROLLER:\n.*\n.*\n/,
      ':Z-Controller>Setpoint:\n30E-12\n:Z-Controller>Setpoint unit:\nA\n',
    );
    expect(readScan(elsewhere, 'a.sxm').channels[0]!.setpointA).toBe(3e-11);
  });

  it('reads decimal commas and Windows line ends', () => {
    const file = edit(writeSxm(exampleScan()), /:BIAS:\n.*\n/, ':BIAS:\r\n -0,75E0\r\n');
    expect(readScan(file, 'a.sxm').channels[0]!.biasV).toBe(-0.75);
  });

  it('warns of an unfinished scan and of one that holds nothing', () => {
    const scan = exampleScan();
    scan.channels[0]!.pixels.fill(Number.NaN, 8);
    scan.channels[1]!.pixels.fill(Number.NaN);
    const { warnings, channels } = readScan(writeSxm(scan), 'a.sxm');
    expect(warnings).toEqual([
      "'Z' forward: unfinished, 2 of 3 rows measured.",
      "'Z' backward: every pixel is NaN, nothing was measured.",
    ]);
    expect(channels).toEqual(scan.channels);
  });

  it('sets the width, keeping the aspect ratio of the scan', () => {
    const [channel] = readScan(writeSxm(exampleScan()), 'a.sxm', { widthNm: 66.6 }).channels;
    expect(channel!.widthNm).toBe(66.6);
    expect(channel!.heightNm).toBeCloseTo(50, 10);
  });

  it.each([
    ['no end mark', ':SCANIT_END:', ':SCANIT_EXX:'],
    ['no end of the header', '\x1a\x04', 'xx'],
    ['integers', 'FLOAT ', 'INT16 '],
    ['no size', ':SCAN_PIXELS:', ':SCAN_PIXELZ:'],
    ['no channels', /\t\d\t.*\n/g, ''],
    ['no table of channels', ':DATA_INFO:', ':DATA_INFX:'],
    ['another direction', 'both', 'boat'],
    ['a size of words', '4       3', 'four three'],
    ['a negative size', '4       3', '-4 -3'],
    ['a fractional size', '4       3', '2.5 3'],
    ['10^12 pixels', '4       3', '1000000 1000000'],
    ['more pixels than there are', '4       3', '4       4'],
    ['fewer pixels than there are', '4       3', '4       2'],
  ])('refuses %s', (_, from, to) => {
    expect(() => readScan(edit(writeSxm(exampleScan()), from, to), 'bad.sxm')).toThrow(
      expect.objectContaining({ name: 'FormatError', file: 'bad.sxm' }),
    );
  });

  it('says where the pixels are too few', () => {
    const file = writeSxm(exampleScan());
    const start = text(file).indexOf('\x1a\x04') + 2;
    expect(() => readScan(file.subarray(0, -1), 'bad.sxm')).toThrow(
      `bad.sxm: at byte ${start}, found 191 bytes of pixels, expected 192 (4 images of 4 x 3 float32).`,
    );
  });

  it('refuses to write channels that one header cannot describe', () => {
    const scan = exampleScan();
    scan.channels[1]!.biasV = 2;
    expect(() => writeSxm(scan)).toThrow("expected biasV -1.25 in every channel, got 2 in 'Z'");
    scan.channels = [];
    expect(() => writeSxm(scan)).toThrow('got none');
  });

  it('reads 4096 x 4096 pixels into one array per image', () => {
    const n = 4096;
    const pixels = new Float32Array(n * n);
    pixels[5] = 1;
    const known = { direction: 'backward', slow: 'up' } as const;
    const channels = [makeChannel('Z', pixels, n, n, known)];
    const file = writeSxm({ name: '', format: '', channels, header: {}, warnings: [] });
    const [channel] = readScan(file, 'large.sxm').channels;
    expect(channel!.pixels.buffer.byteLength).toBe(4 * n * n);
    expect(channel!.pixels.indexOf(1)).toBe(5);
  });
});

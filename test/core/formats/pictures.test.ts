import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import { type TiffPage, tiff } from './builders.ts';

describe('png', () => {
  it.each([8, 16] as const)('reads %i-bit grey', (depth) => {
    const largest = depth === 8 ? 255 : 65535;
    const values = [0, 1, largest, 7, 8, 9];
    const data = depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
    const file = encode({ width: 3, height: 2, data, depth, channels: 1 });
    const { channels, warnings, format } = readScan(file, 'a.png');
    expect(format).toBe('png');
    expect(warnings).toEqual([]);
    expect([channels[0]!.rows, channels[0]!.columns, channels[0]!.unit]).toEqual([2, 3, '']);
    expect([...channels[0]!.pixels]).toEqual(values);
    expect([channels[0]!.widthNm, channels[0]!.heightNm]).toEqual([null, null]);
  });

  it('reads RGB and RGBA: grey stays what it is, colours become brightness and a warning', () => {
    const grey = Uint8Array.of(5, 5, 5, 200, 200, 200);
    const plain = readScan(encode({ width: 2, height: 1, data: grey, channels: 3 }), 'a.png');
    expect([...plain.channels[0]!.pixels]).toEqual([5, 200]);
    expect(plain.warnings).toEqual([]);
    const colours = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0);
    const file = encode({ width: 2, height: 1, data: colours, channels: 4 });
    const { channels, warnings } = readScan(file, 'a.png');
    expect([...channels[0]!.pixels]).toEqual([0.299 * 255, 0.587 * 255].map(Math.fround));
    expect(warnings.length).toBe(1);
  });

  it('reads fewer than 8 bits, which share bytes', () => {
    // Three pixels of 4 bits in two bytes per row.
    const data = Uint8Array.of(0x12, 0x30, 0xfe, 0xd0);
    const file = encode({ width: 3, height: 2, data, depth: 4, channels: 1 });
    expect([...readScan(file, 'a.png').channels[0]!.pixels]).toEqual([1, 2, 3, 15, 14, 13]);
  });

  it('reads a palette', () => {
    const palette: [number, number, number][] = [
      [0, 0, 0],
      [90, 90, 90],
      [30, 30, 30],
    ];
    const data = Uint8Array.of(1, 2, 0);
    const file = encode({ width: 3, height: 1, data, depth: 8, channels: 1, palette });
    expect([...readScan(file, 'a.png').channels[0]!.pixels]).toEqual([90, 30, 0]);
  });

  it('takes width and unit from the caller; the height follows the pixels', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const file = encode({ width: 3, height: 2, data, channels: 1 });
    const options = { widthNm: 30, unit: 'nm' };
    const [channel] = readScan(file, 'a.png', options).channels;
    expect([channel!.widthNm, channel!.heightNm, channel!.unit]).toEqual([30, 20, 'm']);
    expect(channel!.pixels[5]).toBe(Math.fround(6e-9));
  });

  it('refuses damaged bytes and a size that the pixels cannot fill, saying where', () => {
    const file = encode({ width: 2, height: 2, data: new Uint8Array(4), channels: 1 });
    const damaged = file.slice();
    damaged[45]! ^= 1;
    expect(() => readScan(damaged, 'bad.png')).toThrow(
      "bad.png: at byte 33, found a wrong checksum of chunk 'IDAT'",
    );
    expect(() => readScan(file.subarray(0, 50), 'bad.png')).toThrow('at byte 37, found the end');
    const huge = hugePng();
    expect(() => readScan(huge, 'bad.png')).toThrow('bytes of compressed pixels');
  });
});

/** A PNG of 10^6 x 10^6 pixels by its header; the checksum of the header is right. */
function hugePng(): Uint8Array {
  const file = encode({ width: 2, height: 2, data: new Uint8Array(4), channels: 1 });
  new DataView(file.buffer, file.byteOffset).setUint32(16, 1e6);
  new DataView(file.buffer, file.byteOffset).setUint32(20, 1e6);
  let crc = 0xffffffff;
  for (const byte of file.subarray(12, 29)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  new DataView(file.buffer, file.byteOffset).setUint32(29, ~crc >>> 0);
  return file;
}

describe('tiff', () => {
  const kinds: [string, Partial<TiffPage>, number[]][] = [
    ['8-bit', { bits: 8, format: 1 }, [0, 255, 1, 2, 3, 4]],
    ['16-bit', { bits: 16, format: 1 }, [0, 65535, 1, 2, 3, 4]],
    ['signed 8-bit', { bits: 8, format: 2 }, [-128, 127, -1, 2, 3, 4]],
    ['signed 16-bit', { bits: 16, format: 2 }, [-32768, 32767, -1, 2, 3, 4]],
    ['32-bit float', { bits: 32, format: 3 }, [-0.5, Number.NaN, 1e9, 2, 3, 4]],
    ['64-bit float', { bits: 64, format: 3 }, [-0.1, Number.NaN, 1e99, 2, 3, 4]],
    ['float shown white is zero', { bits: 32, format: 3, photometric: 0 }, [-0.5, 1, 2, 3, 4, 5]],
    ['deflate', { bits: 16, format: 1, deflate: true }, [0, 65535, 1, 2, 3, 4]],
  ];
  const cases = kinds.flatMap(([title, page, values]) =>
    [true, false].map((little) => ({ title, page, values, little })),
  );
  it.each(cases)('reads $title, little-endian $little', ({ page, values, little }) => {
    const full = { width: 3, height: 2, values, ...page } as TiffPage;
    const { channels, format } = readScan(tiff([full], little), 'a.tif');
    expect(format).toBe('tiff');
    expect([channels[0]!.rows, channels[0]!.columns]).toEqual([2, 3]);
    expect([...channels[0]!.pixels]).toEqual(values);
  });

  it('turns integers round when white is zero', () => {
    const page = { width: 2, height: 1, bits: 8, format: 1, photometric: 0, values: [0, 200] };
    expect([...readScan(tiff([page]), 'a.tif').channels[0]!.pixels]).toEqual([255, 55]);
  });

  it('reads RGB as brightness and pages as channels', () => {
    const rgb = { bits: 8, format: 1, samples: 3, photometric: 2, values: [9, 9, 9, 4, 4, 4] };
    const pages = [
      { width: 2, height: 1, ...rgb },
      { width: 1, height: 3, bits: 16, format: 1, values: [1, 2, 3] },
    ];
    const { channels } = readScan(tiff(pages), 'a.tif');
    expect(channels.map(({ pixels }) => [...pixels])).toEqual([
      [9, 4],
      [1, 2, 3],
    ]);
    expect(channels.map(({ name }) => name)).toEqual(['page 0', 'page 1']);
  });

  it.each([
    ['32-bit integers', { bits: 32, values: [1], format: 1 }],
    ['10^9 pixels', { width: 65535, height: 65535 }],
    ['no pixels', { width: 0 }],
  ])('refuses %s', (_, change) => {
    const page = { width: 2, height: 1, bits: 8, format: 1, values: [1, 2], ...change };
    const file = tiff([page.bits === 32 ? { ...page, format: 3 } : page]);
    // The builder writes floats only in 32 bits: mark them as integers in the last tag.
    if (page.bits === 32) file[file.length - 4 - 4] = 1;
    expect(() => readScan(file, 'bad.tif')).toThrow(
      expect.objectContaining({ name: 'FormatError', file: 'bad.tif' }),
    );
  });

  it('refuses a page of two heights', () => {
    const file = tiff([{ width: 3, height: 2, bits: 16, format: 1, values: [1, 2, 3, 4, 5, 6] }]);
    const heightAt = file.findIndex((byte, i) => byte === 1 && file[i + 1] === 1 && i % 2 === 0);
    expect(file[heightAt + 4]).toBe(1);
    file[heightAt + 4] = 2;
    expect(() => readScan(file, 'bad.tif')).toThrow('found 2 values of tag 257, expected one');
  });

  it('refuses directories that go round in a circle', () => {
    const file = tiff([{ width: 2, height: 1, bits: 8, format: 1, values: [1, 2] }]);
    const first = file.slice(4, 8);
    file.set(first, file.length - 4);
    expect(() => readScan(file, 'bad.tif')).toThrow('in a circle');
  });
});

import { describe, expect, it } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import {
  bytes,
  counting,
  exampleGwy,
  gsf,
  gwy,
  gwyField,
  gwyItem,
  gwyObject,
  oldGwy,
} from './builders.ts';

describe('gwy', () => {
  it('reads data fields in the order of their numbers, each of its own size', () => {
    const { channels, header } = readScan(exampleGwy(), 'a.gwy');
    expect(channels.map(({ name, direction }) => [name, direction])).toEqual([
      ['Z', 'forward'],
      ['Current', 'backward'],
    ]);
    const [z, current] = channels;
    expect([z!.rows, z!.columns, z!.widthNm, z!.heightNm, z!.unit]).toEqual([4, 2, 2, 8, 'A']);
    expect([...z!.pixels]).toEqual(counting(8));
    expect([current!.rows, current!.columns, current!.widthNm]).toEqual([2, 3, 3]);
    expect(header['/2/meta/Bias']).toBe('1 V');
  });

  it('reads the first version of the format (GWYO)', () => {
    const file = oldGwy([
      gwyItem.text('/0/base/palette', 'Blue'),
      gwyField('/0/data', 3, 2, counting(6)),
      gwyItem.text('/filename', '/tmp/x'),
    ]);
    const [channel] = readScan(file, 'a.gwy').channels;
    expect([...channel!.pixels]).toEqual(counting(6));
    expect([channel!.name, channel!.widthNm, channel!.unit]).toEqual(['channel 0', 3, 'A']);
  });

  it('says when a width given is not the file’s own', () => {
    const file = gwy([gwyField('/0/data', 3, 2, counting(6))]);
    const warningsOf = (widthNm: number) => readScan(file, 'a.gwy', { widthNm }).warnings.join();
    expect(warningsOf(5)).toContain('the file says it is 3 nm wide; the width given, 5 nm,');
    expect(warningsOf(3.01)).not.toContain('the width given');
  });

  it('skips what it does not need: masks, curves, texts, other objects', () => {
    const file = gwy([
      gwyField('/0/mask', 3, 2, counting(6)),
      ['/0/texts', 'S', bytes.join(bytes.u32(2), bytes.ascii('a\0b\0'))],
      ['/0/objects', 'O', bytes.join(bytes.u32(1), gwyObject('GwyThing', []))],
      ['/0/chars', 'C', bytes.join(bytes.u32(3), [1, 2, 3])],
      ['/0/ints', 'I', bytes.join(bytes.u32(1), bytes.u32(7))],
      ['/0/longs', 'Q', bytes.join(bytes.u32(1), bytes.f64(0))],
      ['/0/long', 'q', bytes.f64(0)],
      ['/0/flag', 'b', Uint8Array.of(1)],
      ['/0/char', 'c', Uint8Array.of(65)],
      gwyField('/0/data', 2, 2, counting(4)),
    ]);
    const { channels } = readScan(file, 'a.gwy');
    expect(channels.length).toBe(1);
    expect([...channels[0]!.pixels]).toEqual(counting(4));
  });

  it('does not take a lateral unit other than the metre for a size', () => {
    const field = gwyItem.object('/0/data', 'GwyDataField', [
      gwyItem.int('xres', 1),
      gwyItem.int('yres', 1),
      gwyItem.double('xreal', 5),
      gwyItem.double('yreal', 5),
      gwyItem.doubles('data', [1]),
    ]);
    const { channels, warnings } = readScan(gwy([field]), 'a.gwy');
    expect([channels[0]!.widthNm, channels[0]!.heightNm]).toEqual([null, null]);
    expect(warnings).toEqual([
      "the width of 'channel 0' is without a unit, expected metres: not used.",
    ]);
  });

  it('refuses fields without pixels, of a wrong size, and nesting without end', () => {
    expect(() => readScan(gwy([]), 'bad.gwy')).toThrow('at byte 4, found no data field');
    expect(() => readScan(gwy([gwyField('/0/data', 3, 2, [1])]), 'bad.gwy')).toThrow(
      'found 1 value, expected 6 (3 x 2)',
    );
    const huge = gwyField('/0/data', 1e6, 1e6, [1]);
    expect(() => readScan(gwy([huge]), 'bad.gwy')).toThrow('1000000 x 1000000');
    let nested = gwyItem.object('x', 'GwyContainer', []);
    for (let i = 0; i < 40; i++) nested = gwyItem.object('x', 'GwyContainer', [nested]);
    expect(() => readScan(gwy([nested]), 'bad.gwy')).toThrow('nested too deep');
  });
});

describe('gsf', () => {
  // Titles of four lengths, so that the header ends at every position within four bytes.
  it.each(['Z', 'Zz', 'Zzz', 'Zzzz'])('reads pixels after any padding (%s)', (title) => {
    const header = { XRes: 3, YRes: 2, XReal: 3e-9, YReal: 4e-9, XYUnits: 'm', ZUnits: 'm' };
    const file = gsf({ ...header, Title: title }, counting(6));
    const [channel] = readScan(file, 'a.gsf').channels;
    expect([...channel!.pixels]).toEqual(counting(6));
    expect([channel!.rows, channel!.columns]).toEqual([2, 3]);
    expect([channel!.name, channel!.unit]).toEqual([title, 'm']);
    expect([channel!.widthNm, channel!.heightNm]).toEqual([3, 4]);
  });

  it('reads units with prefixes and files that state none', () => {
    const prefixed = { XRes: 1, YRes: 1, XReal: 5, YReal: 5, XYUnits: 'µm', ZUnits: 'nm' };
    const [channel] = readScan(gsf(prefixed, [2]), 'a.gsf').channels;
    expect([channel!.widthNm, channel!.unit]).toEqual([5000, 'm']);
    expect(channel!.pixels[0]).toBe(Math.fround(2e-9));
    const bare = readScan(gsf({ XRes: 1, YRes: 1 }, [2]), 'a.gsf').channels[0]!;
    expect([bare.widthNm, bare.unit, bare.pixels[0]]).toEqual([null, '', 2]);
  });

  it.each([
    ['no size', { XRes: 2 }],
    ['a size of words', { XRes: 'two', YRes: 1 }],
    ['a size of zero', { XRes: 0, YRes: 1 }],
    ['10^12 pixels', { XRes: 1e6, YRes: 1e6 }],
    ['another size', { XRes: 3, YRes: 1 }],
  ])('refuses %s', (_, header) => {
    const file = gsf(header as Record<string, string | number>, [1, 2]);
    expect(() => readScan(file, 'bad.gsf')).toThrow(
      expect.objectContaining({ name: 'FormatError', file: 'bad.gsf' }),
    );
  });
});

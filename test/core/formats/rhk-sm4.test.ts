import { describe, expect, it } from 'vitest';
import { readScan } from '../../../bindings/core/formats/index.ts';
import type { Channel } from '../../../bindings/core/scan.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { counting, exampleSm4, type Sm4Page, sm4 } from './builders.ts';

const one: Sm4Page = { columns: 3, rows: 2, raw: counting(6) };
const read = (page: Partial<Sm4Page>) => readScan(sm4([{ ...one, ...page }]), 'a.sm4');
const pm = ({ pixels }: Channel) => Array.from(pixels, (z) => Math.round(z * 1e12));

describe('RHK SM4', () => {
  it('reads every image in both directions, the last stored column first', () => {
    const { channels, warnings, format, header } = readScan(exampleSm4(), 'a.sm4');
    expect(format).toBe('rhk-sm4');
    expect(channels.map(({ name, unit, direction }) => [name, unit, direction])).toEqual([
      ['Topography', 'm', 'backward'],
      ['Topography', 'm', 'forward'],
      ['Current', 'A', 'forward'],
    ]);
    const [backward, forward, current] = channels as [Channel, Channel, Channel];
    // The scale of heights is negative.
    expect(pm(forward)).toEqual([-3, -2, -1, -6, -5, -4]);
    expect(pm(backward)).toEqual([-30, -20, -10, -60, -50, -40]);
    expect(pm(current)).toEqual([2, 1, 4, 3]);
    expect(forward).toMatchObject({
      ...{ rows: 2, columns: 3, widthNm: 3, heightNm: 4, angleDeg: 12.5 },
      ...{ biasV: -1.25, setpointA: 5e-11, slow: 'unknown' },
    });
    expect(warnings).toEqual([
      "the file also holds images of one line ('Line') and spectra ('LIA Current'): not read.",
    ]);
    expect(header).toMatchObject({
      signature: 'STiMage 005.004 1',
      'page 2/label': 'Current',
      'page 3/content': 'spectra',
    });
  });

  it('turns an image by the signs of its scales', () => {
    const turned = (xScale: number, yScale: number) => pm(read({ xScale, yScale }).channels[0]!);
    expect(turned(1e-9, -1e-9)).toEqual([-1, -2, -3, -4, -5, -6]);
    expect(turned(-1e-9, 1e-9)).toEqual([-6, -5, -4, -3, -2, -1]);
    expect(turned(1e-9, 1e-9)).toEqual([-4, -5, -6, -1, -2, -3]);
  });

  it('reads negative numbers, an offset and units with a prefix', () => {
    const page = { raw: [-1, 0, 1, 2, 3, -4], xScale: 0.5, yScale: -0.25, zScale: 2, zOffset: 10 };
    const [channel] = read({ ...page, xUnit: 'nm', zUnit: 'pm' }).channels;
    expect(pm(channel!)).toEqual([8, 10, 12, 14, 16, 2]);
    expect(channel).toMatchObject({ unit: 'm', widthNm: 1.5, heightNm: 0.5 });
  });

  it('knows no size without a unit of length, and says so', () => {
    const { channels, warnings } = read({ xUnit: 'V' });
    expect([channels[0]!.widthNm, channels[0]!.heightNm]).toEqual([null, null]);
    expect(warnings).toEqual([
      "the width of 'Topography' forward is no length in metres: not used.",
    ]);
  });

  it('takes a set-point for a current only where it is one', () => {
    expect(read({ setpointUnit: 'V' }).channels[0]!.setpointA).toBeNull();
    expect(read({ setpointUnit: '' }).channels[0]!.setpointA).toBeNull();
    expect(read({}).channels[0]!.setpointA).toBe(5e-11);
  });

  it.each([
    [2, 'unknown'],
    [3, 'unknown'],
    [9, 'unknown'],
  ])('scan direction %d is %s', (scan, direction) => {
    expect(read({ scan }).channels[0]!.direction).toBe(direction);
  });

  it('names an image without a label by its type', () => {
    const nameOf = (type: number) => read({ label: '', type }).channels[0]!.name;
    expect([1, 2, 3].map(nameOf)).toEqual(['Topography', 'Current', 'channel 0']);
  });

  it('marks lines not recorded, and only where the file says that some are missing', () => {
    const raw = [1, 2, 3, 7, 7, 7];
    const unfinished = read({ raw, completedLines: '0001' });
    expect(pm(unfinished.channels[0]!)).toEqual([-3, -2, -1, Number.NaN, Number.NaN, Number.NaN]);
    expect(unfinished.warnings).toEqual([
      "'Topography' forward: unfinished, 1 of 2 rows measured.",
    ]);
    expect(pm(read({ raw }).channels[0]!)).toEqual([-3, -2, -1, -7, -7, -7]);
    expect(read({ completedLines: '0001' }).warnings).toEqual([]);
  });

  it('passes over what has another header or lacks numbers', () => {
    const text = { content: 4, columns: 0, rows: 0, label: 'note', raw: [] };
    const file = sm4([{ ...one, content: 6 }, text, one]);
    const { channels, warnings } = readScan(file, 'a.sm4');
    expect(channels.length).toBe(1);
    expect(warnings).toEqual(["the file also holds texts ('note') and sequential data: not read."]);
  });
});

describe('RHK SM4, bad', () => {
  /** The example with 32-bit numbers put in place of others. */
  function changed(...changes: [at: number, value: number][]): () => void {
    const file = sm4([one, one]);
    const view = new DataView(file.buffer);
    for (const [at, value] of changes) view.setUint32(at, value, true);
    return () => readScan(file, 'bad.sm4');
  }
  // Header, 3 objects; page index header, 1 object; two index entries of 32 bytes and 3 objects each.
  const [objects, indexHeader, array] = [58, 94, 122];
  const second = array + 32 + 36;
  const page = second + 32 + 36;

  it.each<[string, [number, number][], string]>([
    ['objects of another size', [[46, 16]], 'at byte 46, found objects of 16 bytes, expected 12'],
    ['objects without end', [[42, 0xffffffff]], 'expected the 4294967295 objects of the header'],
    ['no page index', [[objects, 9]], 'found no page index header in the list before'],
    ['an index beyond the end', [[objects + 4, 0xfffffff0]], 'found object 1 of 16 bytes at byte'],
    ['an index inside the header', [[objects + 4, 60]], "at byte 60, inside the file's header"],
    ['pages without end', [[indexHeader, 0xffffffff]], 'the index of 4294967295 pages'],
    ['no page', [[indexHeader, 0]], 'found an RHK SM4 file that holds no image, expected'],
    ['a page of a type unknown', [[array + 16, 8]], 'page 0 of data type 8, expected 0 to 7'],
    ['a page without header', [[array + 32, 9]], 'found no header of page 0'],
    ['a page without data', [[array + 44, 9]], 'found no data of page 0'],
    ['texts inside the header', [[page + 184, 8]], 'the texts of page 0 at byte 8, inside'],
    ['data inside the header', [[array + 48, 0]], 'the data of page 0 at byte 0, inside'],
    [
      '10^12 pixels',
      [
        [page + 24, 1e6],
        [page + 28, 1e6],
      ],
      'expected 1000000 x 1000000 int32',
    ],
    ['one row too many', [[page + 28, 3]], 'found 24 bytes of pixels, expected 3 x 3 int32'],
    ['a scale that is no number', [[page + 64, 0x7fc00000]], 'found scale NaN and offset 0'],
    ['texts that run out', [[page + 180 + 8, 30]], "expected the text 'session'"],
    [
      'texts without end',
      [[page + 112, 0xffffffff]],
      'the 4294967295 objects of the header of page 0',
    ],
  ])('%s', (_, changes, message) => {
    expect(changed(...changes)).toThrow(expect.objectContaining({ name: 'FormatError' }));
    expect(changed(...changes)).toThrow(message);
  });

  it('pages that share one image, so that a small file cannot fill the memory', () => {
    const file = sm4(Array.from({ length: 400 }, () => one));
    const view = new DataView(file.buffer);
    const entry = (i: number) => array + i * 68;
    const big = view.getUint32(entry(0) + 48, true);
    const size = file.length - big;
    for (let i = 0; i < 400; i++) {
      view.setUint32(entry(i) + 48, big, true);
      view.setUint32(entry(i) + 52, size, true);
    }
    expect(() => readScan(file, 'bad.sm4')).toThrow('found pages that share their bytes');
  });
});

/** Pearson's correlation of two arrays. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (v: readonly number[]) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    const [da, db] = [x - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return ab / Math.sqrt(aa * bb);
}

/** Differences along the rows, and the other channel's pixels between the two. */
function slopes(heights: Channel, others: Channel): [number[], number[]] {
  const [slope, between]: [number[], number[]] = [[], []];
  for (let i = 1; i < heights.pixels.length - 1; i++) {
    const column = i % heights.columns;
    if (column === 0 || column === heights.columns - 1) continue;
    slope.push((heights.pixels[i + 1]! - heights.pixels[i - 1]!) * 1e9);
    between.push(others.pixels[i]! * 1e9);
  }
  return [slope, between];
}

describe.skipIf(!hasShared)(sharedTitle('RHK SM4, what physics says of real files'), () => {
  it.each([
    ['topo_ABC_Graphite-Sample5_9K_2021_08_13_19_11_10_065.sm4', 75, 75],
    ['lia_image_ABC_Graphite-Sample5_9K_2021_08_23_16_44_04_909.sm4', 175, 175],
    ['dI-dV_9K_ABC6_2020_07_02_08_50_47_967.sm4', 1, 1],
    ['line_hopg_300k_2020_08_11_16_20_04_378.sm4', 47.30562, 47.30562],
  ])('%s', (file, widthNm, heightNm) => {
    const { channels } = readScan(readShared(`vendor/${file}`), file);
    const get = (name: string, direction: string) =>
      channels.find((c) => c.name === name && c.direction === direction)!;
    const [there, back] = [get('Topography', 'forward'), get('Topography', 'backward')];
    const [current, currentBack] = [get('Current', 'forward'), get('Current', 'backward')];
    expect([there.widthNm, there.heightNm]).toEqual([widthNm, heightNm]);
    // Both directions show the same place at the same pixel.
    expect(correlation([...there.pixels], [...back.pixels])).toBeGreaterThan(0.85);
    // The feedback holds the current at the set-point: so its scale is right.
    const mean = [...current.pixels, ...currentBack.pixels].reduce((sum, i) => sum + i, 0);
    const ratio = mean / (2 * current.pixels.length) / current.setpointA!;
    expect(ratio).toBeGreaterThan(0.95);
    expect(ratio).toBeLessThan(1.1);
    // Too much current makes the tip rise: so up is up, and forward is towards larger columns.
    expect(correlation(...slopes(there, current))).toBeGreaterThan(0.05);
    expect(correlation(...slopes(back, currentBack))).toBeLessThan(-0.05);
  });
});

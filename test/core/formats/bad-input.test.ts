import fc from 'fast-check';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { AdatomError, FormatError } from '../../../bindings/core/errors.ts';
import { type ReadOptions, readScan } from '../../../bindings/core/formats/index.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import {
  bytes,
  counting,
  createc,
  exampleGwy,
  exampleScan,
  exampleSm4,
  folder,
  grid,
  gridPoint,
  gsf,
  gwyField,
  igor,
  matrixImage,
  matrixParameters,
  mul,
  nanoscope,
  nid,
  oldGwy,
  tiff,
  writeNpy,
  writeSxm,
  wsxm,
} from './builders.ts';

const image = 's--1_1.Z_mtrx';
const session = { points: 3, lines: 2, xRetrace: true, yRetrace: true, image };
const picture = { width: 3, height: 2, data: Uint8Array.from(counting(6)), channels: 1 } as const;
const page = { width: 3, height: 2, bits: 16, format: 1, values: counting(6) };
const matrixOptions = { siblings: folder({ 's_0001.mtrx': matrixParameters(session) }) };

/** A small right file of every format. */
const examples: { name: string; file: Uint8Array; options?: ReadOptions }[] = [
  { name: 'a.npy', file: writeNpy(Float32Array.from(counting(6)), [2, 3]) },
  { name: 'a.sxm', file: writeSxm(exampleScan()) },
  // One point: a grid of several may end after any of them.
  { name: 'a.3ds', file: grid([gridPoint(1)], {}, { dim: '1 x 1' }) },
  { name: image, file: matrixImage(counting(24)), options: matrixOptions },
  { name: 'packed.dat', file: createc({ numbers: counting(24), filled: true }) },
  { name: 'float.dat', file: createc({ magic: '[Paramet32]', numbers: counting(24) }) },
  { name: 'integer.dat', file: createc({ magic: '[Parameter]', numbers: counting(24) }) },
  { name: 'a.sm4', file: exampleSm4() },
  { name: 'a.stp', file: wsxm(bytes.f64(...counting(6))) },
  { name: 'a.nid', file: nid([[{ numbers: bytes.i16(...counting(6)) }]]) },
  { name: 'a.ibw', file: igor(counting(6), { note: 'a: b' }) },
  { name: 'a.spm', file: nanoscope([{ numbers: bytes.i16(...counting(6)) }]) },
  { name: 'a.mul', file: mul([{ counts: counting(6) }, { counts: counting(6) }]) },
  { name: 'a.gwy', file: exampleGwy() },
  { name: 'old.gwy', file: oldGwy([gwyField('/0/data', 3, 2, counting(6))]) },
  { name: 'a.gsf', file: gsf({ XRes: 3, YRes: 2 }, counting(6)) },
  { name: 'a.png', file: encode(picture) },
  { name: 'a.tif', file: tiff([page]) },
  { name: 'deflate.tif', file: tiff([{ ...page, deflate: true }], false) },
];

/** The scan, or null when the file was refused; anything but a named error fails the test. */
function attempt(file: Uint8Array, name: string, options: ReadOptions = {}) {
  try {
    return readScan(file, name, options);
  } catch (error) {
    if (error instanceof AdatomError) return null;
    throw error;
  }
}

describe('bad input', () => {
  it.each(examples)('$name is right as it is, wherever it stands in memory', (example) => {
    const { name, file, options } = example;
    const before = file.slice();
    const scan = readScan(file, name, options);
    expect(scan.name).toBe(name);
    expect(scan.channels.length).toBeGreaterThan(0);
    for (const { pixels, rows, columns } of scan.channels) {
      expect(pixels.length).toBe(rows * columns);
    }
    expect(file).toEqual(before);
    const shifted = new Uint8Array(file.length + 7).subarray(3, 3 + file.length);
    shifted.set(file);
    expect(readScan(shifted, name, options)).toEqual(scan);
  });

  it.each(examples)('$name cut anywhere is a FormatError inside the file', (example) => {
    const { name, file, options } = example;
    for (let length = 0; length < file.length; length++) {
      let thrown: unknown;
      try {
        readScan(file.subarray(0, length), name, options);
      } catch (error) {
        thrown = error;
      }
      expect(thrown, `cut to ${length}`).toBeInstanceOf(FormatError);
      const { file: blamed, offset } = thrown as FormatError;
      expect(blamed).toBe(name);
      expect(offset).toBeLessThanOrEqual(length);
    }
  });

  it.each(examples)('$name with changed bytes is read or refused, never a crash', (example) => {
    const { name, file, options } = example;
    const change = fc.record({
      at: fc.nat({ max: file.length - 1 }),
      byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat({ max: 255 })),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = file.slice();
        for (const { at, byte } of changes) changed[at] = byte;
        const scan = attempt(changed, name, options);
        for (const { pixels, rows, columns } of scan?.channels ?? []) {
          expect(pixels.length).toBe(rows * columns);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a changed Matrix parameter file is read or refused, never a crash', () => {
    const parameters = matrixParameters(session);
    const change = fc.tuple(fc.nat({ max: parameters.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = parameters.slice();
        for (const [at, byte] of changes) changed[at] = byte;
        const options = { siblings: folder({ 's_0001.mtrx': changed }) };
        attempt(matrixImage(counting(24)), image, options);
      }),
      { numRuns: 500 },
    );
    for (let length = 0; length < parameters.length; length++) {
      const siblings = folder({ 's_0001.mtrx': parameters.subarray(0, length) });
      attempt(matrixImage(counting(24)), image, { siblings });
    }
  });

  it('any bytes behind a magic are refused or read', () => {
    const magics = ['\x93NUMPY\x01\0', ':NANONIS_VERSION:', 'ONTMATRX0101', 'GWYP', 'GWYO'];
    const createcs = ['[Paramco32]', '[Paramet32]\nDATA', '[Parameter]\nNum.X=1\nNum.Y=1\nDATA'];
    const more = [
      'Grid dim="1 x 1"\n',
      '[DataSet]\n',
      'Gwyddion Simple Field 1.0\n',
      '\x89PNG\r\n\x1a\n',
      'II*\0',
      'MM\0*',
      '\\*File list\r\n',
    ];
    const rhk = '8\0STiMage 005.004 1 '.replace(/(?<=.{2})./gs, '$&\0');
    fc.assert(
      fc.property(
        fc.constantFrom(...magics, ...createcs, ...more, rhk),
        fc.uint8Array({ maxLength: 200 }),
        (magic, rest) => {
          attempt(bytes.join(bytes.ascii(magic), rest), 'x.dat');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('names what it found instead of a scan', () => {
    expect(() => readScan(new Uint8Array(0), '/folder/a.sxm')).toThrow(
      'a.sxm: at byte 0, found an empty file, expected a scan',
    );
    expect(() => readScan(bytes.ascii('hello world, again'), 'a.sxm')).toThrow(
      "a.sxm: at byte 0, found 'hello world, aga', expected ':NANONIS_VERSION:', as its name says Nanonis .sxm.",
    );
    expect(() => readScan(bytes.ascii('hello world, again'), 'a.SM4')).toThrow(
      "expected 'STiMage 005.' in UTF-16 or 'STiMage 006.' in UTF-16 at byte 2, as its name says RHK .sm4.",
    );
    expect(() => readScan(Uint8Array.of(0, 1, 2), 'a.xyz')).toThrow(
      'a.xyz: at byte 0, found bytes 00 01 02, expected one of NumPy .npy, Nanonis .sxm',
    );
  });

  it('goes by content, not by the name', () => {
    expect(readScan(encode(picture), 'wrong.sxm').format).toBe('png');
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a width of %d', (widthNm) => {
    expect(() => readScan(encode(picture), 'a.png', { widthNm })).toThrow(
      expect.objectContaining({ name: 'OptionError' }),
    );
  });

  it('reads a scan of NaN only, and says so', () => {
    const file = writeNpy(new Float32Array(6).fill(Number.NaN), [2, 3]);
    expect(readScan(file, 'a.npy').warnings).toEqual([
      "'channel 0': every pixel is NaN, nothing was measured.",
    ]);
  });
});

describe('formats known but not read', () => {
  const utf16 = (text: string) => text.replace(/./g, '$&\0');
  it.each([
    ['an RHK SM3', `8\0${utf16('STiMage 004.001 1')}`],
    ['a Nanoscope force curve', '\\*Force file list\r\n'],
    ['a Nanoscope electrochemistry', '\\*EC File list\r\n'],
    ['a Nanoscope text', '?*File list\r\n'],
    ['a Nanoscope II', 'Data_File_Type 7\r\n'],
    ['an HDF5 (NeXus, .nxs, .h5)', '\x89HDF\r\n\x1a\n'],
  ])('%s', (name, start) => {
    expect(() => readScan(bytes.ascii(start), 'x.dat')).toThrow(
      `${name} file, which adatom does not read yet`,
    );
  });
});

describe.skipIf(!hasShared)(sharedTitle('real files of formats not read are named'), () => {
  it.each([
    ['STS_nanonis_generic_4_5.dat', 'Nanonis spectrum'],
    ['dIdV_00001_H2PcDataset.dat', 'Nanonis spectrum'],
    ['stm_nanonis_generic_4_5.nxs', 'HDF5'],
    ['test_iv.SM4', "RHK SM4 file that holds no image but spectra ('DC Current'"],
  ])('%s', (file, name) => {
    expect(() => readScan(readShared(`vendor/${file}`), file)).toThrow(
      expect.objectContaining({ name: 'FormatError', found: expect.stringContaining(name) }),
    );
  });

  it.each([
    '20201111--4_1.Z_mtrx',
    'sxm_moire_10nm.sxm',
    'nid-1.nid',
    'createc_scan_step_20nm.dat',
    'createc_scan_qplus_10ch_afm.dat',
    'PTO_110_Virgin0001.gwy',
    'topo_ABC_Graphite-Sample5_9K_2021_08_13_19_11_10_065.sm4',
    'dI-dV_9K_ABC6_2020_07_02_08_50_47_967.sm4',
    'di-3.di',
    'stm-aarhus-mul-a.mul',
  ])('%s cut at many places', (name) => {
    const file = readShared(`vendor/${name}`);
    const siblings = folder({ '20201111_0001.mtrx': readShared('vendor/20201111_0001.mtrx') });
    for (let i = 0; i < 60; i++) {
      const length = Math.floor((file.length * i) / 60);
      expect(() => readScan(file.subarray(0, length), name, { siblings })).toThrow(FormatError);
    }
  });
});

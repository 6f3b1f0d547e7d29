import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../../bindings/core/export/npy.ts';
import { readNpyArray, readScan } from '../../../bindings/core/formats/index.ts';
import { halfToNumber } from '../../../bindings/core/formats/npy.ts';
import { bytes } from './builders.ts';

/** A .npy file with any header text, as NumPy would write it in the given format version. */
function npy(header: string, content: Uint8Array, version = 1): Uint8Array {
  const text = bytes.ascii(header);
  const length = version === 1 ? bytes.u16(text.length) : bytes.u32(text.length);
  return bytes.join([0x93], bytes.ascii('NUMPY'), [version, 0], length, text, content);
}

const describeArray = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

/** Set one number of a dtype into a view. */
const setters: Record<string, (view: DataView, at: number, n: number, little: boolean) => void> = {
  b1: (view, at, n) => view.setUint8(at, n),
  i1: (view, at, n) => view.setInt8(at, n),
  u1: (view, at, n) => view.setUint8(at, n),
  i2: (view, at, n, little) => view.setInt16(at, n, little),
  u2: (view, at, n, little) => view.setUint16(at, n, little),
  i4: (view, at, n, little) => view.setInt32(at, n, little),
  u4: (view, at, n, little) => view.setUint32(at, n, little),
  i8: (view, at, n, little) => view.setBigInt64(at, BigInt(n), little),
  u8: (view, at, n, little) => view.setBigUint64(at, BigInt(n), little),
  f4: (view, at, n, little) => view.setFloat32(at, n, little),
  f8: (view, at, n, little) => view.setFloat64(at, n, little),
};

/** Numbers that each dtype holds exactly, its limits among them; 2 rows of 3. */
const samples: Record<string, number[]> = {
  b1: [0, 1, 1, 0, 1, 0],
  i1: [-128, 127, 0, -1, 5, 6],
  u1: [0, 255, 128, 1, 5, 6],
  i2: [-32768, 32767, 0, -1, 258, 6],
  u2: [0, 65535, 32768, 1, 258, 6],
  i4: [-2147483648, 2147483647, 0, -1, 16909060, 6],
  u4: [0, 4294967295, 2147483648, 1, 16909060, 6],
  i8: [-9007199254740991, 9007199254740991, 0, -1, 16909060, 6],
  u8: [0, 9007199254740991, 2, 1, 16909060, 6],
  f4: [-0.5, 3.4028234663852886e38, 1.401298464324817e-45, Number.NaN, 1, -2],
  f8: [-0.1, 1.7976931348623157e308, 5e-324, Number.NaN, 1, -2],
};

describe('npy', () => {
  const cases = Object.keys(samples).flatMap((dtype) =>
    [true, false].flatMap((little) => [1, 2, 3].map((version) => ({ dtype, little, version }))),
  );
  it.each(cases)('reads $dtype, little-endian $little, version $version', (c) => {
    const { dtype, little, version } = c;
    const values = samples[dtype]!;
    const size = Number(dtype[1]);
    const content = new Uint8Array(6 * size);
    const view = new DataView(content.buffer);
    values.forEach((n, i) => {
      setters[dtype]!(view, i * size, n, little);
    });
    const order = size === 1 ? '|' : little ? '<' : '>';
    const file = npy(describeArray(order + dtype, '(2, 3)'), content, version);
    const [channel] = readScan(file, 'a.npy').channels;
    expect([channel!.rows, channel!.columns, channel!.unit]).toEqual([2, 3, '']);
    expect([...channel!.pixels]).toEqual(values);
    const wide = ['i4', 'u4', 'i8', 'u8', 'f8'].includes(dtype);
    expect(channel!.pixels).toBeInstanceOf(wide ? Float64Array : Float32Array);
  });

  it('reads half precision: every bit pattern, against its definition', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 65536; bits++) {
      const exponent = (bits >> 10) & 31;
      const fraction = bits & 1023;
      const magnitude =
        exponent === 31
          ? fraction
            ? Number.NaN
            : Number.POSITIVE_INFINITY
          : exponent === 0
            ? fraction * 2 ** -24
            : (1 + fraction / 1024) * 2 ** (exponent - 15);
      if (!Object.is(halfToNumber(bits), bits & 0x8000 ? -magnitude : magnitude)) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
    const file = npy(describeArray('>f2', '(1, 2)'), Uint8Array.of(0x3c, 0x00, 0xc0, 0x00));
    expect([...readScan(file, 'a.npy').channels[0]!.pixels]).toEqual([1, -2]);
  });

  it('reads Fortran order: the first index runs fastest in the file', () => {
    const shape = [2, 3, 4];
    const stored: number[] = [];
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) stored.push(100 * i + 10 * j + k);
    const file = npy(describeArray('<f8', '(2, 3, 4)', 'True'), bytes.f64(...stored));
    const { channels } = readScan(file, 'a.npy');
    expect(channels.length).toBe(2);
    channels.forEach((channel, i) => {
      for (let j = 0; j < shape[1]!; j++)
        for (let k = 0; k < shape[2]!; k++)
          expect(channel.pixels[j * 4 + k]).toBe(100 * i + 10 * j + k);
    });
  });

  it('gives every channel a buffer of its own', () => {
    const { channels } = readScan(writeNpy(new Float32Array(24), [2, 3, 4]), 'a.npy');
    expect(channels[0]!.pixels.buffer).not.toBe(channels[1]!.pixels.buffer);
    expect(channels.every(({ pixels }) => pixels.byteLength === pixels.buffer.byteLength)).toBe(
      true,
    );
  });

  it('reads what writeNpy wrote, of any shape', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 0, maxLength: 4 });
    const types = [Uint8Array, Int32Array, Float32Array, Float64Array];
    fc.assert(
      fc.property(sizes, fc.constantFrom(...types), (shape, Values) => {
        const n = shape.reduce((a, b) => a * b, 1);
        const values = new Values(Array.from({ length: n }, (_, i) => 3 * i + 1));
        const file = writeNpy(values, shape);
        expect((file.length - values.byteLength) % 64).toBe(0);
        const array = readNpyArray(file, 'a.npy');
        expect(array.shape).toEqual(shape);
        expect([...array.values]).toEqual([...values]);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses to write a shape of another size', () => {
    expect(() => writeNpy(new Float32Array(5), [2, 3])).toThrow(/expected 6 values .* got 5/);
    expect(() => writeNpy(new Float32Array(6), [-2, -3])).toThrow('writeNpy');
  });

  it.each([
    ['a structured dtype', "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1, 1)}"],
    ['complex numbers', describeArray('<c8', '(1, 1)')],
    ['no shape', "{'descr': '<f4', 'fortran_order': False}"],
    ['one dimension', describeArray('<f4', '(1,)')],
    ['four dimensions', describeArray('<f4', '(1, 1, 1, 1)')],
    ['a size of zero', describeArray('<f4', '(0, 1)')],
    ['10^12 pixels', describeArray('<f4', '(1000000, 1000000)')],
    ['10^400 pixels', describeArray('<f4', `(${'9'.repeat(400)}, 1)`)],
    ['too few pixels', describeArray('<f4', '(1, 2)')],
    ['too many pixels', describeArray('<f1', '(1, 2)')],
  ])('refuses %s', (_, header) => {
    const content = header.includes('(0,') ? new Uint8Array(0) : bytes.f32(1);
    expect(() => readScan(npy(header, content), 'bad.npy')).toThrow(
      expect.objectContaining({ name: 'FormatError', file: 'bad.npy' }),
    );
  });

  it('says where the pixels are too few', () => {
    const file = writeNpy(new Float32Array(6), [2, 3]).subarray(0, -5);
    expect(() => readScan(file, 'bad.npy')).toThrow(
      'bad.npy: at byte 128, found 19 bytes, expected 24 bytes for shape (2, 3) of f4.',
    );
  });
});

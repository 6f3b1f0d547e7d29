import { strToU8 } from 'fflate';
import { describe, expect, test } from 'vitest';
import { FormatError, WeightsError } from '../../../bindings/core/errors.ts';
import { Random } from '../../../bindings/core/random.ts';
import { readWeights, writeSafetensors } from '../../../bindings/core/weights/index.ts';
import { damaged, readsOrRefuses } from './fuzz.ts';

/** A file of a header and raw bytes, as another program might write it. */
function makeFile(header: unknown, body: number[] | Uint8Array): Uint8Array {
  const json = strToU8(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
}

const one = (dtype: string, shape: number[], end: number) => ({
  t: { dtype, shape, data_offsets: [0, end] },
});

describe('safetensors', () => {
  test('what is written is read back', () => {
    const tensors = new Map([
      ['weight', { shape: [2, 3], values: Float32Array.from([1, -2, 3.5, NaN, 0, 1e-30]) }],
      ['µ', { shape: [], values: Float32Array.of(7) }],
      ['empty', { shape: [0, 4], values: new Float32Array(0) }],
    ]);
    const file = readWeights(writeSafetensors(tensors, { eps: '1e-5' }), 'x');
    expect(file.format).toBe('safetensors');
    expect(file.metadata).toEqual({ eps: '1e-5' });
    expect(file.tensors).toEqual(tensors);
  });

  test('a window of a larger buffer is read in place', () => {
    const bytes = writeSafetensors(new Map([['a', { shape: [2], values: Float32Array.of(3, 4) }]]));
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 7);
    const file = readWeights(larger.subarray(7, 7 + bytes.length), 'x');
    expect([...file.tensors.get('a')!.values]).toEqual([3, 4]);
  });

  // Values that every type holds exactly; bit patterns from IEEE 754 and two's complement.
  test.each([
    ['F64', new Uint8Array(Float64Array.of(1.5, -2).buffer), [1.5, -2]],
    ['F16', [0x00, 0x3e, 0x00, 0xc0], [1.5, -2]],
    ['F16', [0x01, 0x00, 0xff, 0x7b], [2 ** -24, 65504]],
    ['F16', [0x00, 0xfc, 0x00, 0x04], [-Infinity, 2 ** -14]],
    ['BF16', [0xc0, 0x3f, 0x00, 0xc0], [1.5, -2]],
    ['I64', new Uint8Array(BigInt64Array.of(5n, -6n).buffer), [5, -6]],
    ['I32', new Uint8Array(Int32Array.of(5, -6).buffer), [5, -6]],
    ['U8', [5, 250], [5, 250]],
    ['I8', [5, 250], [5, -6]],
  ])('%s becomes f32', (dtype, body, expected) => {
    const file = readWeights(makeFile(one(dtype, [2], body.length), body), 'x');
    expect([...file.tensors.get('t')!.values]).toEqual(expected);
  });

  test.each([
    ['a header beyond the file', () => makeFile({}, []).fill(0xff, 0, 4), /header length/],
    ['no JSON', () => makeFile('{"a":', []), /JSON/],
    ['an unknown type', () => makeFile(one('F8_E4M3', [2], 2), [0, 0]), /F8_E4M3/],
    ['too few bytes', () => makeFile(one('F32', [2], 4), [0, 0, 0, 0]), /4 bytes.*8/],
    [
      'a hole',
      () => makeFile({ t: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, [0, 0]),
      /no gaps/,
    ],
    ['leftovers', () => makeFile(one('U8', [1], 1), [0, 0]), /2 bytes.*1/],
    ['a cut body', () => makeFile(one('U8', [4], 4), [0, 0]), /2 bytes.*4/],
    ['a negative size', () => makeFile(one('U8', [-1], 0), []), /shape/],
    ['a huge shape', () => makeFile(one('F32', [2 ** 40, 2 ** 40], 4), [0, 0, 0, 0]), /4 bytes/],
    [
      'an overlap',
      () =>
        makeFile(
          {
            a: { dtype: 'U8', shape: [2], data_offsets: [0, 2] },
            b: { dtype: 'U8', shape: [2], data_offsets: [1, 3] },
          },
          [0, 0, 0],
        ),
      /overlaps/,
    ],
    ['an empty file', () => new Uint8Array(0), /empty/],
    ['text', () => strToU8('not weights at all'), /safetensors or/],
  ])('%s is refused', (_, make, message) => {
    expect(() => readWeights(make(), 'bad')).toThrow(FormatError);
    expect(() => readWeights(make(), 'bad')).toThrow(message);
  });

  test('a shape that does not fit its values is not written', () => {
    const tensors = new Map([['a', { shape: [3], values: new Float32Array(2) }]]);
    expect(() => writeSafetensors(tensors)).toThrow(WeightsError);
  });

  test('damaged and cut files give an AdatomError or tensors, nothing else', () => {
    const whole = writeSafetensors(
      new Map([
        ['a.weight', { shape: [4, 2], values: new Float32Array(8).fill(1) }],
        ['b', { shape: [3], values: new Float32Array(3) }],
      ]),
    );
    const random = new Random(1);
    const outcomes = new Set<string>();
    for (let length = 0; length < whole.length; length++) {
      expect(readsOrRefuses(whole.slice(0, length))).toBe('refused');
    }
    for (let i = 0; i < 3000; i++) outcomes.add(readsOrRefuses(damaged(whole, random)));
    expect(outcomes).toEqual(new Set(['read', 'refused']));
  });
});

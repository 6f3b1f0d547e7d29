import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../../bindings/core/errors.ts';
import { Random } from '../../../bindings/core/random.ts';
import { readWeights } from '../../../bindings/core/weights/index.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { damaged, readsOrRefuses } from './fuzz.ts';
import {
  floatBytes,
  PickleWriter,
  pickleTensors,
  type StoredTensor,
  zipPth,
} from './pickleWriter.ts';

const float = (
  count: number,
  offset: number,
  shape: number[],
  strides: number[],
  storage = '0',
): StoredTensor => ({ storage, type: 'FloatStorage', count, offset, shape, strides });

const counted = (n: number) => floatBytes(Array.from({ length: n }, (_, i) => i));

function readOne(tensor: StoredTensor, storage: Uint8Array): number[] {
  const file = readWeights(zipPth(pickleTensors({ t: tensor }), { '0': storage }), 'x.pth');
  return [...file.tensors.get('t')!.values];
}

describe('.pth', () => {
  test.each([0, 6] as const)('a state dict, zip level %i', (level) => {
    const pickle = pickleTensors({
      'a.weight': float(6, 0, [2, 3], [3, 1]),
      'a.steps': { storage: '1', type: 'LongStorage', count: 1, offset: 0, shape: [], strides: [] },
    });
    const steps = new Uint8Array(BigInt64Array.of(-9n).buffer);
    const file = readWeights(zipPth(pickle, { '0': counted(6), '1': steps }, level), 'x.pth');
    expect(file.format).toBe('pth');
    expect([...file.tensors.keys()]).toEqual(['a.weight', 'a.steps']);
    expect(file.tensors.get('a.weight')).toEqual({
      shape: [2, 3],
      values: Float32Array.of(0, 1, 2, 3, 4, 5),
    });
    expect([...file.tensors.get('a.steps')!.values]).toEqual([-9]);
  });

  test('strides and offsets: a transposed window of a storage', () => {
    // storage as (3, 4); rows 1.. and columns 1.. of it, transposed
    expect(readOne(float(12, 5, [3, 2], [1, 4]), counted(12))).toEqual([5, 9, 6, 10, 7, 11]);
  });

  test('names tied to one storage are one tensor', () => {
    const shared = float(2, 0, [2], [1]);
    const pickle = pickleTensors({ a: shared, b: shared, c: float(2, 1, [1], [1]) });
    const { tensors } = readWeights(zipPth(pickle, { '0': counted(2) }), 'x');
    expect(tensors.get('a')).toBe(tensors.get('b'));
    expect(tensors.get('c')).not.toBe(tensors.get('a'));
  });

  test('nested dictionaries get dotted names, numbers and texts become metadata', () => {
    const pickle = new PickleWriter()
      .op(0x7d, 0x28)
      .text('epoch')
      .int(12)
      .text('net')
      .op(0x7d, 0x28);
    pickle
      .text('w')
      .tensor(float(2, 0, [2], [1]))
      .op(0x75, 0x75);
    const file = readWeights(zipPth(pickle.stop(), { '0': counted(2) }), 'x');
    expect([...file.tensors.keys()]).toEqual(['net.w']);
    expect(file.metadata).toEqual({ epoch: '12' });
  });

  const pickled = (writer: PickleWriter) => zipPth(writer.stop(), {});
  test.each([
    ['a foreign class', pickled(new PickleWriter().global('os', 'system')), /os\.system/],
    [
      'builtins',
      pickled(new PickleWriter().text('builtins').text('eval').op(0x93)),
      /builtins\.eval/,
    ],
    ['an opcode that builds objects', pickled(new PickleWriter().op(0x81)), /opcode 0x81/],
    ['an instance by the old opcode', pickled(new PickleWriter().op(0x69)), /opcode 0x69/],
    [
      'calling a storage',
      pickled(new PickleWriter().global('torch', 'FloatStorage').op(0x29, 0x52)),
      /a call of torch\.FloatStorage/,
    ],
    ['no dictionary', pickled(new PickleWriter().int(1)), /no dictionary/],
    ['an unset memo', pickled(new PickleWriter().op(0x68, 3)), /memo 3/],
    ['a pickle without an end', zipPth(Uint8Array.of(0x80, 2, 0x7d), {}), /end of the pickle/],
    [
      'a dictionary inside itself',
      pickled(new PickleWriter().op(0x7d, 0x71, 0).text('a').op(0x68, 0, 0x73)),
      /tangle/,
    ],
    ['no pickle', zipSync({ 'readme.txt': strToU8('hello') }), /data\.pkl/],
    [
      'a big-endian file',
      zipSync({ 'n/data.pkl': pickleTensors({}), 'n/byteorder': strToU8('big') }),
      /'big'/,
    ],
    [
      'a file from before PyTorch 1.6',
      Uint8Array.of(
        0x80,
        2,
        0x8a,
        0x0a,
        0x6c,
        0xfc,
        0x9c,
        0x46,
        0xf9,
        0x20,
        0x6a,
        0xa8,
        0x50,
        0x19,
        0x2e,
      ),
      /before version 1\.6/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => readWeights(bytes, 'bad.pth')).toThrow(FormatError);
    expect(() => readWeights(bytes, 'bad.pth')).toThrow(message);
  });

  test('the message names the offset inside the pickle', () => {
    const bytes = pickled(new PickleWriter().op(0x4e, 0x4e).global('os', 'system'));
    expect(() => readWeights(bytes, 'bad.pth')).toThrow(/data\.pkl: at byte 4/);
  });

  test.each([
    ['missing', float(2, 0, [2], [1], '7'), /storage 7/],
    ['of another length', float(3, 0, [2], [1]), /8 bytes/],
    ['overrun', float(2, 1, [2], [1]), /last element at 2/],
    ['overrun by a stride', float(2, 0, [2], [9]), /last element at 9/],
    ['spread by stride 0', float(2, 0, [40000, 40000], [0, 0]), /at most 2/],
  ])('a storage that is %s is refused', (_, tensor, message) => {
    expect(() => readOne(tensor, counted(2))).toThrow(FormatError);
    expect(() => readOne(tensor, counted(2))).toThrow(message);
  });

  test('one storage viewed a thousand times is refused', () => {
    const many: Record<string, StoredTensor> = {};
    for (let i = 0; i < 1000; i++) many[`t${i}`] = float(4000, i, [3000], [1]);
    const bytes = zipPth(pickleTensors(many), { '0': counted(4000) });
    expect(() => readWeights(bytes, 'bad')).toThrow(/repeated/);
  });

  test('a zip bomb is refused before it is unpacked', () => {
    const bytes = zipPth(pickleTensors({}), { '0': new Uint8Array(5_000_000) }, 6);
    expect(bytes.length).toBeLessThan(20_000);
    expect(() => readWeights(bytes, 'bomb')).toThrow(/growing/);
  });

  test('a changed byte in a storage is noticed', () => {
    const bytes = zipPth(pickleTensors({ t: float(2, 0, [2], [1]) }), { '0': floatBytes([3, 77]) });
    const at = bytes.findIndex((_, i) => bytes[i + 2] === 0x9a && bytes[i + 3] === 0x42);
    bytes[at + 1] ^= 1;
    expect(() => readWeights(bytes, 'bad')).toThrow(/damaged/);
  });

  test('damaged and cut files give an AdatomError or tensors, nothing else', () => {
    const pickle = pickleTensors({
      'a.weight': float(12, 5, [3, 2], [1, 4]),
      b: { ...float(4, 0, [4], [1], '1'), type: 'HalfStorage' },
    });
    const storages = { '0': counted(12), '1': new Uint8Array(8) };
    const random = new Random(2);
    for (const level of [0, 6] as const) {
      const whole = zipPth(pickle, storages, level);
      for (let length = 0; length < whole.length; length++) {
        expect(readsOrRefuses(whole.slice(0, length))).toBe('refused');
      }
      for (let i = 0; i < 2000; i++) readsOrRefuses(damaged(whole, random));
    }
  });

  test('a damaged pickle with a valid checksum gives an AdatomError or tensors', () => {
    const pickle = pickleTensors({ a: float(4, 0, [2, 2], [2, 1]), b: float(4, 1, [3], [1]) });
    const random = new Random(3);
    const outcomes = new Set<string>();
    for (let i = 0; i < 4000; i++) {
      outcomes.add(readsOrRefuses(zipPth(damaged(pickle, random), { '0': counted(4) })));
    }
    expect(outcomes).toEqual(new Set(['read', 'refused']));
  });
});

describe.skipIf(!hasShared)(sharedTitle('the published .pth and .safetensors'), () => {
  test.each(['si-ge', 'si-tio2'])('%s: the same weights, bit for bit', (network) => {
    const [pth, safe] = ['pth', 'safetensors'].map((format) =>
      readWeights(readShared(`reference/protonet-${network}.${format}`), format),
    );
    // The .pth lists each block twice under names of its own; the .safetensors names its parts.
    const prefix = 'FSLnet.embedding_layer.trunk.';
    for (const [name, tensor] of safe.tensors) {
      const theirs = name
        .replace('trunk.', prefix)
        .replace('.conv.', '.C.')
        .replace('.bn.', '.BN.');
      expect(pth.tensors.get(theirs), name).toEqual(tensor);
    }
    expect(pth.tensors.size).toBe(56);
  });
});

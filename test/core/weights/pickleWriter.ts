import { strToU8, zipSync } from 'fflate';

/** One tensor of a made-up state dict: a strided view of a storage. */
export interface StoredTensor {
  storage: string;
  type: string;
  count: number;
  offset: number;
  shape: number[];
  strides: number[];
}

/** A pickle (protocol 2) as torch.save writes it, built opcode by opcode. */
export class PickleWriter {
  readonly bytes: number[] = [0x80, 2];

  op(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }

  text(value: string): this {
    const encoded = strToU8(value);
    return this.op(0x58, encoded.length & 255, encoded.length >> 8, 0, 0, ...encoded);
  }

  int(value: number): this {
    return this.op(0x4a, value & 255, (value >> 8) & 255, (value >> 16) & 255, value >> 24);
  }

  global(module: string, name: string): this {
    return this.op(0x63, ...strToU8(`${module}\n${name}\n`));
  }

  sizes(values: number[]): this {
    this.op(0x28);
    for (const value of values) this.int(value);
    return this.op(0x74);
  }

  tensor({ storage, type, count, offset, shape, strides }: StoredTensor): this {
    this.global('torch._utils', '_rebuild_tensor_v2').op(0x28, 0x28);
    this.text('storage').global('torch', type).text(storage).text('cpu').int(count);
    this.op(0x74, 0x51).int(offset).sizes(shape).sizes(strides).op(0x89);
    return this.global('collections', 'OrderedDict').op(0x29, 0x52, 0x74, 0x52);
  }

  stop(): Uint8Array {
    return Uint8Array.from([...this.bytes, 0x2e]);
  }
}

/** The pickle of a state dict of these tensors. */
export function pickleTensors(tensors: Record<string, StoredTensor>): Uint8Array {
  const writer = new PickleWriter().global('collections', 'OrderedDict').op(0x29, 0x52, 0x28);
  for (const [name, tensor] of Object.entries(tensors)) writer.text(name).tensor(tensor);
  return writer.op(0x75).stop();
}

/** A .pth of a pickle and its storages, stored (level 0) or deflated. */
export function zipPth(
  pickle: Uint8Array,
  storages: Record<string, Uint8Array>,
  level: 0 | 6 = 0,
): Uint8Array {
  const files: Record<string, Uint8Array> = { 'net/data.pkl': pickle };
  for (const [key, bytes] of Object.entries(storages)) files[`net/data/${key}`] = bytes;
  return zipSync(files, { level });
}

export function floatBytes(values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

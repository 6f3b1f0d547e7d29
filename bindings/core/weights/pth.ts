import { FormatError } from '../errors.ts';
import { elementTypes, viewOf } from './elements.ts';
import { isTensorRef, type PickleValue, readPickle, type TensorRef } from './pickle.ts';
import type { Tensor, WeightsFile } from './tensor.ts';
import { listZip, readZipEntry, type ZipEntry } from './zip.ts';

/** A state dict nests its modules in its names, so real files hold one or two levels. */
const DEEPEST = 16;

/** A zip archive, as torch.save has written since PyTorch 1.6. */
export function isPth(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === 0x04034b50;
}

/** What torch.save wrote before 1.6: a pickled magic number first. */
export function isLegacyPth(bytes: Uint8Array): boolean {
  return bytes.length >= 14 && bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 0x0a;
}

/**
 * Read a PyTorch state dict (`.pth`, `.pt`) in zip format: a pickle that names tensors and one
 * file per storage. Executes nothing; see pickle.ts. Strides and storage offsets are honoured,
 * nested dictionaries get dotted names, numbers and texts beside the tensors become metadata.
 * Throws FormatError.
 */
export function readPth(bytes: Uint8Array, name: string): WeightsFile {
  const entries = listZip(bytes, name);
  const pickle = [...entries.values()].find((e) => /(^|\/)data\.pkl$/.test(e.name));
  if (!pickle) throw new FormatError(name, 0, 'no data.pkl', 'a PyTorch archive');
  const prefix = pickle.name.slice(0, -'data.pkl'.length);
  checkByteOrder(bytes, entries.get(`${prefix}byteorder`), name);
  const inPickle = `${name}:${pickle.name}`;
  const root = readPickle(readZipEntry(bytes, pickle, name), inPickle);
  if (!(root instanceof Map)) {
    throw new FormatError(inPickle, 0, 'no dictionary', 'a state dict of tensors by name');
  }
  const found = flatten(root, inPickle);
  const storages = new StorageReader(bytes, entries, prefix, name);
  const tensors = new Map<string, Tensor>();
  for (const [key, ref] of found.tensors) tensors.set(key, storages.readTensor(key, ref, inPickle));
  return { name, format: 'pth', tensors, metadata: found.metadata };
}

function checkByteOrder(bytes: Uint8Array, entry: ZipEntry | undefined, name: string): void {
  if (!entry) return;
  const order = String.fromCharCode(...readZipEntry(bytes, entry, name).subarray(0, 16));
  if (order !== 'little') {
    throw new FormatError(name, entry.offset, `byte order '${order}'`, "'little'");
  }
}

function flatten(
  root: Map<PickleValue, PickleValue>,
  file: string,
): { tensors: Map<string, TensorRef>; metadata: Record<string, string> } {
  const tensors = new Map<string, TensorRef>();
  const metadata: Record<string, string> = {};
  const seen = new Set<PickleValue>();
  const visit = (dictionary: Map<PickleValue, PickleValue>, prefix: string, depth: number) => {
    // A dictionary met twice may hold itself, or unfold without end.
    if (seen.has(dictionary) || depth > DEEPEST) {
      throw new FormatError(file, 0, 'dictionaries in a tangle', 'tensors by name');
    }
    seen.add(dictionary);
    for (const [key, value] of dictionary) {
      const name = `${prefix}${typeof key === 'object' ? '?' : String(key)}`;
      if (value instanceof Map) visit(value, `${name}.`, depth + 1);
      else if (Array.isArray(value) || value === null) continue;
      else if (typeof value !== 'object') metadata[name] = String(value);
      else if (isTensorRef(value)) tensors.set(name, value);
    }
  };
  visit(root, '', 0);
  return { tensors, metadata };
}

/** Storages unpacked once each, and a budget so that views of one storage cannot fill the memory. */
class StorageReader {
  private readonly bytes: Uint8Array;
  private readonly entries: Map<string, ZipEntry>;
  private readonly prefix: string;
  private readonly name: string;
  private readonly views = new Map<string, DataView>();
  private readonly tensors = new Map<string, Tensor>();
  private budget: number;

  constructor(bytes: Uint8Array, entries: Map<string, ZipEntry>, prefix: string, name: string) {
    this.bytes = bytes;
    this.entries = entries;
    this.prefix = prefix;
    this.name = name;
    let unpacked = 0;
    for (const entry of entries.values()) unpacked += entry.size;
    // Overlapping views of one storage are rare; four times everything is more than any network does.
    this.budget = 4 * unpacked;
  }

  /** Weights tied under several names come back as one and the same Tensor. */
  readTensor(key: string, ref: TensorRef, file: string): Tensor {
    const same = `${ref.storage.key} ${ref.storage.type} ${ref.storageOffset} ${ref.shape} ${ref.strides}`;
    let tensor = this.tensors.get(same);
    if (!tensor) {
      tensor = this.makeTensor(key, ref, file);
      this.tensors.set(same, tensor);
    }
    return tensor;
  }

  private makeTensor(key: string, ref: TensorRef, file: string): Tensor {
    const { storage, storageOffset, shape, strides } = ref;
    const refuse = (found: string, expected: string): never => {
      throw new FormatError(file, ref.at, `tensor ${key.slice(0, 80)} with ${found}`, expected);
    };
    const { bytes: step, read } = elementTypes[storage.type];
    const view = this.view(storage.key);
    if (!view) return refuse(`storage ${storage.key.slice(0, 80)}, which is missing`, 'its file');
    if (view.byteLength !== storage.count * step) {
      refuse(`a storage of ${view.byteLength} bytes`, `${storage.count} x ${step}`);
    }
    const count = shape.reduce((a, b) => a * b, 1);
    const last = shape.reduce((at, size, d) => at + (size - 1) * strides[d], storageOffset);
    if (count > 0 && last >= storage.count) {
      refuse(`its last element at ${last}`, `below ${storage.count}, the storage's length`);
    }
    if (count > storage.count)
      refuse(`${count} elements`, `at most ${storage.count}, its storage's`);
    this.budget -= count;
    if (this.budget < 0) refuse('storages repeated many times', 'each about once');
    return { shape, values: gather(view, ref, count, step, read) };
  }

  private view(key: string): DataView | undefined {
    let view = this.views.get(key);
    const entry = this.entries.get(`${this.prefix}data/${key}`);
    if (!view && entry) {
      view = viewOf(readZipEntry(this.bytes, entry, this.name));
      this.views.set(key, view);
    }
    return view;
  }
}

/** A strided view of a storage, made row-major. */
function gather(
  view: DataView,
  { storageOffset, shape, strides }: TensorRef,
  count: number,
  step: number,
  read: (view: DataView, at: number) => number,
): Float32Array {
  const values = new Float32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let at = storageOffset;
  for (let i = 0; i < count; i++) {
    values[i] = read(view, at * step);
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d];
      if (++index[d] < shape[d]) break;
      at -= shape[d] * strides[d];
      index[d] = 0;
    }
  }
  return values;
}

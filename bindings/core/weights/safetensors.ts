import { FormatError, WeightsError } from '../errors.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';
import type { WeightArithmetic } from './arithmetic.ts';
import {
  type ElementName,
  elementTypes,
  isElementName,
  readElements,
  toHalf,
  viewOf,
} from './elements.ts';
import type { Tensor, WeightsFile } from './tensor.ts';

/** The reference implementation refuses longer headers too. */
const LONGEST_HEADER = 100_000_000;

interface Entry {
  name: string;
  type: ElementName;
  shape: number[];
  count: number;
  begin: number;
  end: number;
}

/** Does this look like safetensors? Eight bytes of header length, then a JSON object. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length >= 10 && bytes[8] === 0x7b && viewOf(bytes).getUint32(4, true) === 0;
}

/**
 * Read a safetensors file (https://huggingface.co/docs/safetensors): u64 header length, JSON
 * header {name: {dtype, shape, data_offsets}}, then the tensors without gaps or overlaps.
 * Every value becomes f32. Throws FormatError.
 */
export function readSafetensors(
  bytes: Uint8Array,
  name: string,
  arithmetic?: WeightArithmetic,
): WeightsFile {
  const start = headerEnd(bytes, name);
  const { entries, metadata } = readHeader(bytes.subarray(8, start), name);
  checkOffsets(entries, bytes.length - start, start, name);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, count, begin } of entries) {
    tensors.set(name, {
      shape,
      values: readElements(type, bytes, start + begin, count, arithmetic),
    });
  }
  return { name, format: 'safetensors', tensors, metadata };
}

/** Write tensors as a safetensors file of F32 or F16, in the order given. Throws WeightsError on a tensor whose shape does not fit. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  type: 'F32' | 'F16' = 'F32',
): Uint8Array {
  const step = elementTypes[type].bytes;
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let length = 0;
  for (const [name, { shape, values }] of tensors) {
    if (shape.reduce((a, b) => a * b, 1) !== values.length || name === '__metadata__') {
      throw new WeightsError(
        `tensor ${name}: expected ${shape.join(' x ')} values, got ${values.length}.`,
      );
    }
    header[name] = { dtype: type, shape, data_offsets: [length, length + values.length * step] };
    length += values.length * step;
  }
  let json = JSON.stringify(header);
  let encoded = toUtf8(json);
  // The values start at a multiple of eight; spaces after the JSON are allowed for that.
  json += ' '.repeat((8 - (encoded.length % 8)) % 8);
  encoded = toUtf8(json);
  const bytes = new Uint8Array(8 + encoded.length + length);
  const view = viewOf(bytes);
  view.setUint32(0, encoded.length, true);
  bytes.set(encoded, 8);
  let at = 8 + encoded.length;
  for (const { values } of tensors.values()) {
    for (const value of values) {
      if (type === 'F16') view.setUint16(at, toHalf(value), true);
      else view.setFloat32(at, value, true);
      at += step;
    }
  }
  return bytes;
}

function headerEnd(bytes: Uint8Array, name: string): number {
  if (bytes.length < 10) {
    throw new FormatError(name, 0, `${bytes.length} bytes`, 'a safetensors file of at least 10');
  }
  const view = viewOf(bytes);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > LONGEST_HEADER || length < 2 || length > bytes.length - 8) {
    throw new FormatError(
      name,
      0,
      `a header length of ${length}`,
      `2 to ${Math.min(LONGEST_HEADER, bytes.length - 8)}`,
    );
  }
  return 8 + length;
}

function readHeader(
  bytes: Uint8Array,
  name: string,
): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(fromUtf8(bytes));
  } catch {
    throw new FormatError(name, 8, 'text that is not JSON', 'a JSON header');
  }
  if (!isRecord(header)) throw new FormatError(name, 8, 'no JSON object', 'a JSON header');
  const metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      if (!isRecord(value)) throw new FormatError(name, 8, 'odd metadata', 'text by name');
      for (const [k, v] of Object.entries(value)) metadata[k] = String(v);
    } else {
      entries.push(readEntry(key, value, name));
    }
  }
  return { entries, metadata };
}

function readEntry(key: string, value: unknown, name: string): Entry {
  const refuse = (found: string, expected: string): never => {
    throw new FormatError(name, 8, `tensor ${key} with ${found}`, expected);
  };
  if (!isRecord(value)) return refuse('no description', 'dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isElementName(dtype)) {
    return refuse(
      `dtype ${typeof dtype === 'string' ? dtype : 'missing'}`,
      `one of ${Object.keys(elementTypes).join(', ')}`,
    );
  }
  if (!isSizes(shape)) return refuse('no valid shape', 'a list of whole numbers');
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return refuse('no valid data_offsets', 'a begin and an end');
  }
  const count = shape.reduce((a, b) => a * b, 1);
  const [begin, end] = offsets;
  if (count * elementTypes[dtype].bytes !== end - begin) {
    return refuse(
      `${end - begin} bytes`,
      `${count * elementTypes[dtype].bytes} for ${dtype} of shape [${shape.slice(0, 8).join(', ')}]`,
    );
  }
  return { name: key, type: dtype, shape, count, begin, end };
}

/** The tensors must tile what follows the header: the format forbids holes, overlaps and leftovers. */
function checkOffsets(
  entries: readonly Entry[],
  length: number,
  start: number,
  name: string,
): void {
  let at = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== at) {
      throw new FormatError(
        name,
        start + at,
        `tensor ${entry.name} at offset ${entry.begin}`,
        `offset ${at} (no gaps, no overlaps)`,
      );
    }
    at = entry.end;
  }
  if (at !== length) {
    throw new FormatError(name, start, `${length} bytes of tensors`, `${at} as the header says`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((v) => Number.isSafeInteger(v) && v >= 0);
}

import { strFromU8 } from 'fflate';
import { FormatError } from '../errors.ts';
import { type ElementName, viewOf } from './elements.ts';

/** A storage that the pickle refers to: the archive's file `data/<key>` of `count` elements. */
export interface StorageRef {
  kind: 'storage';
  type: ElementName;
  key: string;
  count: number;
}

/** torch._utils._rebuild_tensor_v2's arguments, checked for kind only. */
export interface TensorRef {
  kind: 'tensor';
  storage: StorageRef;
  storageOffset: number;
  shape: number[];
  strides: number[];
  /** Where in the pickle, for messages. */
  at: number;
}

interface ClassRef {
  kind: 'class';
  name: string;
}

/** What the reader builds: nothing but these. Lists and tuples are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | StorageRef
  | TensorRef
  | ClassRef;

/** The only names a state dict may import. */
const storageTypes: Readonly<Record<string, ElementName>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};
const ORDERED_DICT = 'collections.OrderedDict';
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';

/**
 * Read a pickle that holds a PyTorch state dict. It is a small stack machine over inert values:
 * it imports nothing and calls nothing, knows the opcodes that torch.save writes for
 * dictionaries of tensors (protocols 2 to 4), and refuses any other opcode or class by name.
 * Opcodes: Python's Lib/pickletools.py. Throws FormatError with the offset inside the pickle.
 */
export function readPickle(bytes: Uint8Array, file: string): PickleValue {
  return new PickleReader(bytes, file).read();
}

class PickleReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly file: string;
  /** Of the next byte, and of the opcode being read. */
  private at = 0;
  private opcodeAt = 0;
  private stack: PickleValue[] = [];
  private readonly marked: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.file = file;
  }

  read(): PickleValue {
    for (;;) {
      this.opcodeAt = this.at;
      const opcode = this.bytes[this.take(1)];
      if (opcode === 0x2e) {
        const value = this.pop();
        if (this.stack.length + this.marked.length > 0)
          this.refuse('values left over', 'one value');
        return value;
      }
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    const { stack, view } = this;
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = this.bytes[this.take(1)];
        if (protocol < 2 || protocol > 5) this.refuse(`protocol ${protocol}`, '2 to 5');
        break;
      }
      case 0x95: // FRAME, a hint for readers of streams
        this.take(8);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(this.bytes[this.take(1)]);
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(this.take(2), true));
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(this.take(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(this.readLong(this.bytes[this.take(1)]));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(this.take(8), false));
        break;
      case 0x58: // BINUNICODE
        stack.push(this.readText(view.getUint32(this.take(4), true)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.readText(this.bytes[this.take(1)]));
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(this.popMany(opcode - 0x84));
        break;
      case 0x28: // MARK
        this.marked.push(stack);
        this.stack = [];
        break;
      case 0x74: {
        // TUPLE
        const items = this.popMarked();
        this.stack.push(items);
        break;
      }
      case 0x61: // APPEND
        this.append([this.pop()]);
        break;
      case 0x65: // APPENDS
        this.append(this.popMarked());
        break;
      case 0x73: // SETITEM
        this.setItems(this.popMany(2));
        break;
      case 0x75: // SETITEMS
        this.setItems(this.popMarked());
        break;
      case 0x71: // BINPUT
        this.memo.set(this.bytes[this.take(1)], this.top());
        break;
      case 0x72: // LONG_BINPUT
        this.memo.set(view.getUint32(this.take(4), true), this.top());
        break;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        break;
      case 0x68: // BINGET
        this.recall(this.bytes[this.take(1)]);
        break;
      case 0x6a: // LONG_BINGET
        this.recall(view.getUint32(this.take(4), true));
        break;
      case 0x63: // GLOBAL
        this.pushClass(this.readLine(), this.readLine());
        break;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          this.refuse('a class without a name', 'text');
        }
        this.pushClass(module, name);
        break;
      }
      case 0x51: // BINPERSID
        stack.push(this.makeStorage(this.pop()));
        break;
      case 0x52: {
        // REDUCE
        const [callable, given] = this.popMany(2);
        stack.push(this.rebuild(callable, given));
        break;
      }
      case 0x62: // BUILD: the attributes of an OrderedDict (its _metadata), of no use here
        this.pop();
        if (!(this.top() instanceof Map))
          this.refuse('attributes of something else', 'a dictionary');
        break;
      default:
        this.refuse(
          `opcode 0x${opcode.toString(16).padStart(2, '0')}`,
          'an opcode of a state dict (nothing else is ever run)',
        );
    }
  }

  private refuse(found: string, expected: string): never {
    throw new FormatError(this.file, this.opcodeAt, found, expected);
  }

  /** Move past n bytes; returns where they start. */
  private take(n: number): number {
    const at = this.at;
    if (n > this.bytes.length - at) {
      this.refuse('the end of the pickle', `${n} more byte${n === 1 ? '' : 's'}`);
    }
    this.at = at + n;
    return at;
  }

  private readText(length: number): string {
    const at = this.take(length);
    try {
      return strFromU8(this.bytes.subarray(at, at + length));
    } catch {
      this.refuse('text that is not UTF-8', 'readable text');
    }
  }

  private readLine(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) this.refuse('a name without an end', 'a line');
    const line = this.readText(end - this.at);
    this.take(1);
    return line;
  }

  /** Two's complement, little-endian, up to the integers that a number holds exactly. */
  private readLong(length: number): number {
    const at = this.take(length);
    let value = 0n;
    if (length > 8) this.refuse(`an integer of ${length} bytes`, 'at most 8');
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]);
    const result = Number(BigInt.asIntN(length * 8, value));
    if (!Number.isSafeInteger(result)) this.refuse(`the integer ${result}`, 'below 2^53');
    return result;
  }

  private top(): PickleValue {
    if (this.stack.length === 0) this.refuse('an empty stack', 'a value');
    return this.stack[this.stack.length - 1];
  }

  private pop(): PickleValue {
    this.top();
    return this.stack.pop() as PickleValue;
  }

  private popMany(n: number): PickleValue[] {
    if (this.stack.length < n) this.refuse('too short a stack', `${n} values`);
    return this.stack.splice(this.stack.length - n, n);
  }

  private popMarked(): PickleValue[] {
    const items = this.stack;
    const below = this.marked.pop();
    if (!below) this.refuse('no mark', 'a mark on the stack');
    this.stack = below;
    return items;
  }

  private append(items: PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.refuse('items for something else', 'a list');
    for (const item of items) list.push(item);
  }

  private setItems(items: PickleValue[]): void {
    const dictionary = this.top();
    if (!(dictionary instanceof Map)) this.refuse('items for something else', 'a dictionary');
    if (items.length % 2 !== 0) this.refuse('a key without a value', 'pairs');
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  }

  private recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) this.refuse(`memo ${index}, which is not set`, 'an earlier value');
    this.stack.push(value);
  }

  private pushClass(module: string, name: string): void {
    const full = `${module}.${name}`;
    if (full !== ORDERED_DICT && full !== REBUILD_TENSOR && !Object.hasOwn(storageTypes, full)) {
      this.refuse(
        `the class ${full.slice(0, 80)}`,
        'only tensors and dictionaries of a state dict',
      );
    }
    this.stack.push({ kind: 'class', name: full });
  }

  /** ('storage', class, key, location, number of elements) */
  private makeStorage(given: PickleValue): StorageRef {
    if (!Array.isArray(given)) this.refuse('an odd storage', 'a tuple');
    const [tag, type, key, , count] = given;
    if (
      tag !== 'storage' ||
      !isClass(type) ||
      !Object.hasOwn(storageTypes, type.name) ||
      typeof key !== 'string' ||
      !isSize(count)
    ) {
      this.refuse('an odd storage', "('storage', class, key, location, length)");
    }
    return { kind: 'storage', type: storageTypes[type.name], key, count };
  }

  private rebuild(callable: PickleValue, given: PickleValue): PickleValue {
    if (!isClass(callable) || !Array.isArray(given)) this.refuse('an odd call', 'a known class');
    if (callable.name === ORDERED_DICT && given.length === 0) return new Map();
    if (callable.name !== REBUILD_TENSOR) {
      this.refuse(`a call of ${callable.name}`, 'a tensor or an empty dictionary');
    }
    const [storage, storageOffset, shape, strides] = given;
    if (!isStorage(storage) || !isSize(storageOffset) || !isSizes(shape) || !isSizes(strides)) {
      this.refuse('an odd tensor', '(storage, offset, shape, strides, ...)');
    }
    if (shape.length !== strides.length) {
      this.refuse(`${strides.length} strides`, `${shape.length}, one per dimension`);
    }
    return { kind: 'tensor', storage, storageOffset, shape, strides, at: this.opcodeAt };
  }
}

function hasKind<K extends string>(value: PickleValue | undefined, kind: K): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    value.kind === kind
  );
}

function isClass(value: PickleValue | undefined): value is ClassRef {
  return hasKind(value, 'class');
}

function isStorage(value: PickleValue | undefined): value is StorageRef {
  return hasKind(value, 'storage');
}

export function isTensorRef(value: PickleValue): value is TensorRef {
  return hasKind(value, 'tensor');
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSizes(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}

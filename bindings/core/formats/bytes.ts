import { FormatError } from '../errors.ts';

/**
 * A reading position in a file's bytes. Every read checks its bounds first and throws a
 * FormatError that carries the file's name and the byte offset where the content stops being
 * what its format promises. Little-endian unless told otherwise.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly end: number;
  offset: number;
  private readonly view: DataView;
  private readonly little: boolean;

  /** Reads bytes[start, end), which may be one block inside the file; offsets stay the file's own. */
  constructor(
    bytes: Uint8Array,
    file: string,
    start = 0,
    end = bytes.length,
    byteOrder: 'little' | 'big' = 'little',
  ) {
    this.bytes = bytes;
    this.file = file;
    this.offset = start;
    this.end = end;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.little = byteOrder === 'little';
  }

  get left(): number {
    return this.end - this.offset;
  }

  /** Throw, blaming the current position or the given one. */
  fail(found: string, expected: string, offset = this.offset): never {
    throw new FormatError(this.file, offset, found, expected);
  }

  /** Throw unless n more bytes are there. */
  need(n: number, what: string): void {
    if (!(n <= this.left)) {
      const end = this.end === this.bytes.length ? 'file' : 'block';
      this.fail(
        `the end of the ${end} after ${count(this.left, 'byte')}`,
        `${what} (${count(n, 'byte')})`,
      );
    }
  }

  /** Move past n bytes and say where they began. */
  private take(n: number, what: string): number {
    this.need(n, what);
    const at = this.offset;
    this.offset += n;
    return at;
  }

  skip(n: number, what: string): void {
    this.take(n, what);
  }

  u8(what: string): number {
    return this.view.getUint8(this.take(1, what));
  }
  u16(what: string): number {
    return this.view.getUint16(this.take(2, what), this.little);
  }
  u32(what: string): number {
    return this.view.getUint32(this.take(4, what), this.little);
  }
  i32(what: string): number {
    return this.view.getInt32(this.take(4, what), this.little);
  }
  f32(what: string): number {
    return this.view.getFloat32(this.take(4, what), this.little);
  }
  f64(what: string): number {
    return this.view.getFloat64(this.take(8, what), this.little);
  }

  /** The next n bytes, not copied. */
  block(n: number, what: string): Uint8Array {
    const at = this.take(n, what);
    return this.bytes.subarray(at, at + n);
  }

  /** Bytes up to the next zero, not copied; the position moves behind the zero. */
  zeroEnded(what: string): Uint8Array {
    const zero = this.bytes.indexOf(0, this.offset);
    if (zero < 0 || zero >= this.end) this.fail('no terminating zero byte', what);
    return this.block(zero - this.offset + 1, what).subarray(0, -1);
  }
}

/** '1 byte', '3 bytes'. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** Do the bytes at `at` read as this text, one byte per character? */
export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** A text of ASCII as its bytes in UTF-16, one byte per character, for startsWith. */
export function asUtf16(text: string): string {
  return text.replace(/./g, '$&\0');
}

/** First position of text (one byte per character) at or after `from`, or -1. */
export function indexOfText(bytes: Uint8Array, text: string, from = 0): number {
  const first = text.charCodeAt(0);
  let at = bytes.indexOf(first, from);
  while (at >= 0 && !startsWith(bytes, text, at)) at = bytes.indexOf(first, at + 1);
  return at;
}

// String.fromCharCode takes its characters as arguments, and engines limit how many.
const charactersPerCall = 4096;

function fromUnits(units: ArrayLike<number>): string {
  let text = '';
  for (let at = 0; at < units.length; at += charactersPerCall) {
    const part = Array.prototype.slice.call(units, at, at + charactersPerCall) as number[];
    text += String.fromCharCode.apply(null, part);
  }
  return text;
}

export function decodeLatin1(bytes: Uint8Array): string {
  return fromUnits(bytes);
}

export function decodeUtf16(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length >> 1);
  for (let i = 0; i < units.length; i++) units[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
  return fromUnits(units);
}

/** UTF-8 text, or null when the bytes are not valid UTF-8 (overlong forms and surrogates included). */
export function decodeUtf8(bytes: Uint8Array): string | null {
  const units: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i++]!;
    if (lead < 0x80) {
      units.push(lead);
      continue;
    }
    const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || i + more > bytes.length) return null;
    let code = lead & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const next = bytes[i++]!;
      if ((next & 0xc0) !== 0x80) return null;
      code = (code << 6) | (next & 0x3f);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null;
    if (code < [0, 0x80, 0x800, 0x10000][more]!) return null;
    if (code < 0x10000) units.push(code);
    else units.push(0xd7c0 + (code >> 10), 0xdc00 | (code & 0x3ff));
  }
  return fromUnits(units);
}

/** Text of unstated encoding: UTF-8 when it is valid, else Latin-1 (a micro sign of an old Windows). */
export function decodeText(bytes: Uint8Array): string {
  return decodeUtf8(bytes) ?? decodeLatin1(bytes);
}

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000)
      out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      out.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return Uint8Array.from(out);
}

/** The first bytes of a file, for an error message: text when printable, else hexadecimal. */
export function quoteStart(bytes: Uint8Array, n = 16): string {
  const start = bytes.subarray(0, n);
  if (start.every((byte) => byte >= 0x20 && byte < 0x7f)) return `'${decodeLatin1(start)}'`;
  return `bytes ${Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

/** A text of the file, shortened, for an error message. */
export function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a message
  const clean = text.replace(/[\u0000-\u001f\u007f]/g, '?');
  return `'${clean.length > 40 ? `${clean.slice(0, 40)}...` : clean}'`;
}

import { inflateSync } from 'fflate';
import { type Channel, type Direction, makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, decodeLatin1, indexOfText, quote, startsWith } from './bytes.ts';
import { metresToNm, parseNumber } from './units.ts';

const compressedMagic = '[Paramco32]';
const floatMagic = '[Paramet32]';
const integerMagic = '[Parameter]';
export const createcMagics = [compressedMagic, floatMagic, integerMagic];

const dataMark = 'DATA';
const headerBytes = 16384;
const angstrom = 1e-10;
/** Both converters span -10 V to +10 V. */
const converterSpanV = 20;
/** No stream of Deflate grows by more when it is unpacked. */
const largestRatio = 1032;

/** A header entry: its text, and where it stands for error messages. */
interface Entry {
  text: string;
  at: number;
}

interface Header {
  /** By what stands before the '=', as in the file. */
  lines: Record<string, string>;
  /** By each of the names of a line ('Scanmode / ScanXMode=2' has two), in lower case. */
  entries: Map<string, Entry>;
}

interface Plane {
  name: string;
  unit: string;
  direction: Direction;
  /** `unit` per stored count. */
  scale: number;
}

/**
 * Lines of 'Name / name shown=value' before byte `dataAt`. They end at the first zero byte: a small
 * JPEG picture of the scan, or filling, comes after them.
 */
function parseHeader(bytes: Uint8Array, dataAt: number): Header {
  const zero = bytes.indexOf(0);
  const end = zero < 0 ? dataAt : Math.min(zero, dataAt);
  const lines: [string, string][] = [];
  const entries = new Map<string, Entry>();
  for (let at = 0; at < end; ) {
    const newline = bytes.indexOf(10, at);
    const stop = newline < 0 || newline > end ? end : newline;
    const line = decodeLatin1(bytes.subarray(at, stop));
    const equals = line.indexOf('=');
    const key = line.slice(0, Math.max(equals, 0)).trim();
    // Empty lines are written as '  /  = '.
    const names = key.split(' / ').filter((name) => name !== '/' && name !== '');
    if (names.length > 0) {
      const entry = { text: line.slice(equals + 1).trim(), at: at + equals + 1 };
      lines.push([key, entry.text]);
      for (const name of names) {
        const lower = name.trim().toLowerCase();
        if (!entries.has(lower)) entries.set(lower, entry);
      }
    }
    at = stop + 1;
  }
  return { lines: Object.fromEntries(lines), entries };
}

/** The number behind the first of these names that the header has; null without one. */
function numberOf({ entries }: Header, ...names: string[]): number | null {
  for (const name of names) {
    const number = parseNumber(entries.get(name.toLowerCase())?.text);
    if (number !== null) return number;
  }
  return null;
}

/** A whole number from 1 that the header must have. */
function countOf(cursor: Cursor, { entries }: Header, name: string, end: number): number {
  const entry = entries.get(name.toLowerCase());
  if (!entry) return cursor.fail('no such line in the header', `${name}=`, end);
  const n = parseNumber(entry.text);
  if (n === null || !Number.isInteger(n) || n < 1 || n > 0x7fffffff) {
    return cursor.fail(`${name}=${quote(entry.text)}`, 'a whole number from 1', entry.at);
  }
  return n;
}

/** Where the stored numbers begin: at byte 16384, or earlier when the header was rewritten. */
function findData(cursor: Cursor): number {
  const { bytes } = cursor;
  if (startsWith(bytes, dataMark, headerBytes - dataMark.length)) return headerBytes;
  const at = indexOfText(bytes, `\n${dataMark}`);
  if (at >= 0) return at + 1 + dataMark.length;
  const end = Math.min(bytes.length, headerBytes - dataMark.length);
  return cursor.fail('no end of the header', `${dataMark} before the pixels`, end);
}

/** The Adler-32 checksum of RFC 1950. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let at = 0; at < bytes.length; ) {
    // Sums of so many bytes stay exact; the remainder is due only then.
    const stop = Math.min(at + 3800, bytes.length);
    for (; at < stop; at++) {
      a += bytes[at]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}

/**
 * RFC 1950: method 8, no dictionary, both bytes together a multiple of 31, and a checksum behind at
 * least one byte. fflate unpacks no byte at all as a buffer of zeros.
 */
function startsZlib(packed: Uint8Array): boolean {
  const [method, flags] = [packed[0]!, packed[1]!];
  const whole = packed.length > 6 && (method & 15) === 8 && (flags & 32) === 0;
  return whole && (method * 256 + flags) % 31 === 0;
}

/**
 * The zlib stream that reaches to the end of the file, unpacked: `needed` bytes, and what follows
 * them up to `spare` more.
 */
function unpack(cursor: Cursor, needed: number, spare: number, warnings: string[]): Uint8Array {
  const start = cursor.offset;
  const packed = cursor.block(cursor.left, 'the pixels');
  if (!startsZlib(packed)) return cursor.fail('no zlib stream', 'compressed pixels', start);
  if (needed > packed.length * largestRatio) {
    const found = `${count(packed.length, 'byte')} of compressed pixels`;
    return cursor.fail(found, `enough for ${needed} when unpacked`, start);
  }
  const limit = Math.min(needed + spare, packed.length * largestRatio);
  let content: Uint8Array;
  try {
    content = inflateSync(packed.subarray(2, -4), { out: new Uint8Array(limit) });
  } catch {
    return cursor.fail('compressed pixels that are damaged or cut off', 'a zlib stream', start);
  }
  if (content.length < needed) {
    return cursor.fail(`${count(content.length, 'byte')} when unpacked`, `${needed}`, start);
  }
  const stated = new DataView(packed.buffer, packed.byteOffset).getUint32(packed.length - 4);
  if (content.length < limit && adler32(content) !== stated) {
    warnings.push('the pixels are not those of the checksum at the end of the file: damaged?');
  }
  return content;
}

/**
 * The stored numbers of all images, one after another. A spare number stands before the first
 * pixel, and spare lines behind the last. Counted from the spare one, every line would begin with
 * the last pixel of the line above it: in real files a jump of thousands of counts among neighbours
 * that differ by one.
 */
function readNumbers(
  cursor: Cursor,
  magic: string,
  [planes, rows, columns]: [number, number, number],
  warnings: string[],
): (i: number) => number {
  const size = magic === integerMagic ? 2 : 4;
  const needed = (1 + planes * rows * columns) * size;
  let content: Uint8Array;
  if (magic === compressedMagic) {
    // Real files have 4 spare lines and 32 numbers more; what is beyond is not unpacked.
    content = unpack(cursor, needed, (16 * columns + 1024) * size, warnings);
  } else {
    content = cursor.block(needed, `${count(planes, 'image')} of ${columns} x ${rows}`);
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return size === 2
    ? (i) => view.getInt16(2 + 2 * i, true)
    : (i) => view.getFloat32(4 + 4 * i, true);
}

/** Does a constant of a piezo (Angstrom/V) make what the header prints per count to 5 decimals? */
function agree(piezo: number | null, volts: number, printed: number | null): boolean {
  return piezo !== null && printed !== null && Math.abs(piezo * volts - printed) <= 0.51e-5;
}

/**
 * Volts per count. 'DAC-Type=20bit' states the bits; older files do not, and there they follow
 * from what the header prints per count.
 */
function voltsPerCount(header: Header, magic: string, warnings: string[]): number {
  const stated = numberOf(header, 'DAC-Type');
  if (stated !== null && Number.isInteger(stated) && stated >= 8 && stated <= 30) {
    return converterSpanV / (1 << stated);
  }
  const piezo = numberOf(header, 'ZPiezoconst');
  const printed = numberOf(header, 'Dacto[A]z');
  for (const bits of [16, 18, 20]) {
    const volts = converterSpanV / (1 << bits);
    if (agree(piezo, volts, printed)) return volts;
  }
  const bits = magic === integerMagic ? 16 : 20;
  warnings.push(`the file does not state the bits of its converters: ${bits} were taken.`);
  return converterSpanV / (1 << bits);
}

/**
 * Metres per count of Z: piezo constant times amplifier gain times volts. Dacto[A]z is that without
 * the gain, rounded to five decimals (0.00018 for 0.000176), so it is used only when the constant
 * is not there or is another one. Lengths of the same headers come from the unrounded constants.
 */
function metresPerCount(header: Header, volts: number): number | null {
  const gain = numberOf(header, 'GainZ');
  const piezo = numberOf(header, 'ZPiezoconst');
  const printed = numberOf(header, 'Dacto[A]z');
  if (gain === null) return null;
  if (piezo !== null && (printed === null || agree(piezo, volts, printed))) {
    return piezo * volts * gain * angstrom || null;
  }
  return (printed ?? 0) * gain * angstrom || null;
}

/** Amperes per count: the preamplifier makes 10^gain volts of an ampere. */
function amperesPerCount(header: Header, volts: number): number | null {
  const gain = numberOf(header, 'Gainpreamp', 'GainPre 10^');
  const isGain = gain !== null && Number.isInteger(gain) && gain >= 0 && gain <= 15;
  return isGain ? volts / Number(`1e${gain}`) : null;
}

/** Width or height in nm: as stated, else from the step between pixels. */
function lengthNm(header: Header, axis: 'x' | 'y', pixels: number, volts: number): number | null {
  const stated = metresToNm((numberOf(header, `Length ${axis}[A]`) ?? 0) * angstrom);
  if (stated !== null) return stated;
  const factors = [`Delta ${axis}`, `Gain${axis}`, `${axis}piezoconst`];
  const product = factors.reduce((n, name) => n * (numberOf(header, name) ?? 0), volts * angstrom);
  return metresToNm(Math.abs(product) * pixels);
}

/** The set-point when the feedback follows the current; 0 is its channel, 4 the frequency shift. */
function setpointA(header: Header): number | null {
  if ((numberOf(header, 'FBChannel') ?? 0) !== 0) return null;
  const stated = numberOf(header, 'SetPoint', 'Current[A]');
  if (stated !== null) return stated;
  // In mV behind the preamplifier, so in pA at the usual gain of 10^9.
  const millivolts = numberOf(header, 'FBLogIset');
  const perMillivolt = amperesPerCount(header, 1e-3);
  return millivolts === null || perMillivolt === null ? null : millivolts * perMillivolt;
}

/**
 * What each image is. Channelselectval has a bit per signal: Z, current, further inputs, which keep
 * their counts. All forward images stand before all backward ones.
 */
function listPlanes(header: Header, images: number, volts: number, warnings: string[]): Plane[] {
  const z = metresPerCount(header, volts);
  const current = amperesPerCount(header, volts);
  if (z === null) warnings.push('the file does not say how high a count of Z is: not metres.');
  if (current === null) warnings.push('the file has no preamplifier gain: currents are counts.');
  const signal = (bit: number): Omit<Plane, 'direction'> => {
    if (bit === 0) return { name: 'Z', unit: z === null ? '' : 'm', scale: z ?? 1 };
    if (bit === 1)
      return { name: 'Current', unit: current === null ? '' : 'A', scale: current ?? 1 };
    return { name: `Aux${bit - 1}`, unit: '', scale: 1 };
  };
  const selected = numberOf(header, 'Channelselectval') ?? 0;
  const bits = Array.from({ length: 31 }, (_, bit) => bit).filter((bit) => selected & (1 << bit));
  if (images === bits.length || images === 2 * bits.length) {
    return Array.from({ length: images }, (_, i) => ({
      ...signal(bits[i % bits.length]!),
      direction: i < bits.length ? 'forward' : 'backward',
    }));
  }
  warnings.push('the file does not say what its images are: the first was taken for Z.');
  return Array.from({ length: images }, (_, i) => ({
    ...(i === 0 ? signal(0) : { name: `channel ${i}`, unit: '', scale: 1 }),
    direction: 'unknown',
  }));
}

function readPlane(
  number: (i: number) => number,
  first: number,
  length: number,
  scale: number,
): Float32Array {
  const pixels = new Float32Array(length);
  for (let i = 0; i < length; i++) pixels[i] = number(first + i) * scale;
  return pixels;
}

/** Rows [first, last) with a number other than zero in any image. */
function measuredRows(channels: readonly Channel[]): [number, number] {
  const { rows, columns } = channels[0]!;
  const isEmpty = (row: number) =>
    channels.every(({ pixels }) => {
      for (let i = row * columns; i < (row + 1) * columns; i++) if (pixels[i] !== 0) return false;
      return true;
    });
  let first = 0;
  while (first < rows && isEmpty(first)) first++;
  let last = rows;
  while (last > first && isEmpty(last - 1)) last--;
  return [first, last];
}

/** Lines follow each other away from the rows that an unfinished scan has; else the mode says it. */
function slowDirection(header: Header, first: number, last: number, rows: number): Channel['slow'] {
  if (first === 0 && last > 0 && last < rows) return 'down';
  if (first > 0 && first < last && last === rows) return 'up';
  const mode = numberOf(header, 'ScanYMode');
  return mode === 1 ? 'down' : mode === 2 ? 'up' : 'unknown';
}

function describe(header: Header, slow: Channel['slow'], warnings: string[]): void {
  if (slow === 'unknown') {
    warnings.push('the file does not say whether it was scanned up or down.');
  }
  if ((numberOf(header, 'ScanmodeSine') ?? 0) !== 0) {
    warnings.push('the lines were scanned as a sine: distances along x are not to scale.');
  }
  if ((numberOf(header, 'CHMode') ?? 0) !== 0) {
    warnings.push('scanned at constant height: its bias and gain may be those of CHMode.');
  }
}

/**
 * Createc .dat images: '[Paramco32]' (float32 packed by zlib), '[Paramet32]' (float32) and
 * '[Parameter]' (int16), little-endian counts of the converters behind a text header. Every image is
 * stored as it lies, top row first and left pixel first, backward lines and upward scans too. Rows
 * not reached are zero in every image and become NaN. A current has the sign of its counts, that of
 * the bias in real files. Throws FormatError.
 *
 * Sources: Gwyddion's createc.c and ProbeFlow (SPMQT-Lab). Where they differ - the spare number, the
 * span of the converters, the sign of the current - the numbers of real files decided.
 */
export function readCreatec(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  const magic = createcMagics.find((text) => startsWith(bytes, text)) ?? integerMagic;
  cursor.offset = findData(cursor);
  const end = cursor.offset - dataMark.length;
  const header = parseHeader(bytes, end);
  const columns = countOf(cursor, header, 'Num.X', end);
  const rows = countOf(cursor, header, 'Num.Y', end);
  const images = countOf(cursor, header, 'Channels', end);

  const warnings: string[] = [];
  const number = readNumbers(cursor, magic, [images, rows, columns], warnings);
  const volts = voltsPerCount(header, magic, warnings);
  const biasMillivolts = numberOf(header, 'BiasVolt.[mV]', 'Biasvolt[mV]');
  const known: Partial<Channel> = {
    widthNm: lengthNm(header, 'x', columns, volts),
    heightNm: lengthNm(header, 'y', rows, volts),
    angleDeg: numberOf(header, 'Rotation'),
    // 15 digits: 653.8 mV are 0.6538 V, not 0.6537999999999999.
    biasV: biasMillivolts === null ? null : Number((biasMillivolts / 1000).toPrecision(15)),
    setpointA: setpointA(header),
  };
  const size = rows * columns;
  const channels = listPlanes(header, images, volts, warnings).map((plane, i) => {
    const { name, unit, direction, scale } = plane;
    const pixels = readPlane(number, i * size, size, scale);
    return makeChannel(name, pixels, rows, columns, { ...known, unit, direction });
  });

  const [first, last] = measuredRows(channels);
  const slow = slowDirection(header, first, last, rows);
  for (const channel of channels) {
    channel.slow = slow;
    channel.pixels.fill(Number.NaN, 0, first * columns).fill(Number.NaN, last * columns);
  }
  describe(header, slow, warnings);
  return { name: file, format: 'createc', channels, header: header.lines, warnings };
}

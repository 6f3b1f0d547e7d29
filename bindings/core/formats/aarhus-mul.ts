import { makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, count, decodeLatin1 } from './bytes.ts';
import { walk } from './orient.ts';
import { metresToNm } from './units.ts';

/** The number of the first image: all that every file begins with. */
export const mulMagic = '\x01\0';

/** Everything begins at a block; an image's first one is its label. */
const blockBytes = 128;
/** Of the index: the number of an image (2) and its first block (4). */
const entryBytes = 6;
const mostImages = 64;
const textBytes = 20;

/** The 16-bit words of a label, before its two texts and behind them. */
const firstWords = [
  ...(['number', 'blocks', 'columns', 'rows', 'levels'] as const),
  ...(['year', 'month', 'day', 'hour', 'minute', 'second'] as const),
  ...(['width', 'height', 'x', 'y', 'zScale', 'tilt', 'duration', 'bias', 'current'] as const),
] as const;
const lastWords = [
  ...(['postprocessing', 'postprocessed', 'mode', 'currentFactor', 'pointScans'] as const),
  ...(['unit', 'version'] as const),
] as const;
type Words = Record<(typeof firstWords | typeof lastWords)[number], number>;
const signed: readonly string[] = ['x', 'y', 'tilt', 'bias', 'current'];

/** What is said of an image: sizes are in Angstrom. */
interface Label extends Words {
  sample: string;
  title: string;
}

const voltsPerCount = -10 / 32768;

interface Signal {
  name: string;
  unit: string;
  /** `unit` per count; 0 where the label does not say it. */
  scale(label: Label): number;
}

/** By the mode of an image; the others are not over the surface. */
const signals: Readonly<Record<number, Signal>> = {
  0: { name: 'Z', unit: 'm', scale: ({ zScale }) => (-1e-10 / 1.36 / 2000) * zScale },
  1: { name: 'Current', unit: 'A', scale: ({ currentFactor }) => (1e-8 / 32768) * currentFactor },
  8: { name: 'Voltage', unit: 'V', scale: () => voltsPerCount },
};

const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);

/** Blocks of 128 bytes, an index first, and image 1 where the index says: there is no magic. */
export function isMul(bytes: Uint8Array): boolean {
  if (bytes.length < 4 * blockBytes || bytes.length % blockBytes !== 0) return false;
  const block = u16(bytes, 2) + u16(bytes, 4) * 65536;
  const image = block * blockBytes;
  const isInside = block >= 1 && image + blockBytes <= bytes.length;
  return u16(bytes, 0) === 1 && isInside && u16(bytes, image) === 1;
}

/** An image of the index. */
interface Place {
  number: number;
  block: number;
  /** Where the index says it. */
  at: number;
}

/** The index, to the image of number 0: its block is the end of the file. */
function parseIndex(cursor: Cursor): Place[] {
  const places: Place[] = [];
  let end = entryBytes;
  while (places.length < mostImages && cursor.offset + entryBytes <= end) {
    const at = cursor.offset;
    const number = cursor.u16('the number of an image');
    const block = cursor.u32('the block of an image');
    if (number === 0) break;
    if (places.length === 0) end = block * blockBytes;
    places.push({ number, block, at });
  }
  return places;
}

/** A text of a label: its length, and 20 bytes. */
function textOf(cursor: Cursor): string {
  const length = cursor.u8('the length of a text');
  const block = cursor.block(textBytes, 'a text');
  return decodeLatin1(block.subarray(0, length)).replace(/\0.*$/s, '').trim();
}

function parseLabel(cursor: Cursor): Label {
  const read = <T extends keyof Words>(names: readonly T[]) =>
    names.map((name): [T, number] => {
      const word = cursor.u16(`the ${name} of an image`);
      return [name, signed.includes(name) ? (word << 16) >> 16 : word];
    });
  const first = read(firstWords);
  const sample = textOf(cursor);
  const title = textOf(cursor);
  const words = Object.fromEntries([...first, ...read(lastWords)]) as Words;
  return { ...words, sample, title };
}

/** An image's label, with the position at its pixels. `free`: the first block behind the image before. */
function findImage(cursor: Cursor, { number, block, at }: Place, free: number): Label {
  const start = block * blockBytes;
  if (block < free || start + blockBytes > cursor.end) {
    const last = cursor.end / blockBytes - 1;
    cursor.fail(`image ${number} at block ${block}`, `a block from ${free} to ${last}`, at);
  }
  cursor.offset = start;
  const label = parseLabel(cursor);
  const { columns, rows, blocks } = label;
  if (label.number !== number) {
    cursor.fail(`image ${label.number}`, `image ${number}, as the index says`, start);
  }
  const needed = 1 + Math.ceil((columns * rows * 2) / blockBytes);
  if (columns * rows === 0 || blocks < needed) {
    const found = `${columns} x ${rows} pixels in ${count(blocks, 'block')}`;
    const expected = needed > 1 ? `${needed} blocks` : 'at least one pixel';
    cursor.fail(found, expected, start + 2);
  }
  cursor.offset = start;
  cursor.need(blocks * blockBytes, `the blocks of image ${number}`);
  cursor.skip(blockBytes, 'the label');
  return label;
}

/** The lowest row is the first one stored. */
function readPixels(cursor: Cursor, { columns, rows }: Label, scale: number): Pixels {
  const block = cursor.block(columns * rows * 2, 'the pixels');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const pixels = new Float32Array(rows * columns);
  const { start, rowStep } = walk(rows, columns, true, false);
  for (let y = 0, i = 0; y < rows; y++) {
    const row = start + y * rowStep;
    for (let x = 0; x < columns; x++, i++) pixels[row + x] = view.getInt16(2 * i, true) * scale;
  }
  return pixels;
}

// 15 digits: 0.23 nA are 2.3e-10 A and not 2.3000000000000002e-10.
const rounded = (n: number) => Number(n.toPrecision(15));

/** Hundredths of nA. Readers disagree on a current factor other than 1. */
function setpointOf({ current, currentFactor }: Label): number | null {
  return currentFactor === 1 && current !== 0 ? rounded(current * 1e-11) : null;
}

/**
 * Aarhus (SPECS) .mul: blocks of 128 bytes, an index of images, each a scan of its own with its label and
 * little-endian int16, the lowest row first. Every one becomes a channel, 'Z 2' is image 2: unlike those of other
 * formats, channels are of different areas. Heights fall where counts rise, and so do bias and voltages. Images
 * over something else than the surface, and spectra at points, are left out and named in the warnings. Throws FormatError.
 *
 * Sources: Gwyddion's mulfile.c and mulfile (matkrin), which agree on signs, scales and order of rows.
 */
export function readMul(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  const scan: Scan = { name: file, format: 'aarhus-mul', channels: [], header: {}, warnings: [] };
  const { channels, header, warnings } = scan;
  const places = parseIndex(cursor);
  let free = places[0]!.block;
  for (const place of places) {
    const label = findImage(cursor, place, free);
    const { columns, rows, mode, number, pointScans } = label;
    free = place.block + label.blocks;
    for (const [name, value] of Object.entries(label)) header[`${number}: ${name}`] = `${value}`;
    const signal = signals[mode];
    const scale = signal?.scale(label);
    if (!signal || !scale) {
      const reason = signal ? 'the file does not say what its counts are' : `it is of mode ${mode}`;
      warnings.push(`image ${number} was left out: ${reason}.`);
      continue;
    }
    if (pointScans > 0) {
      warnings.push(`image ${number} has ${count(pointScans, 'point scan')}: not read.`);
    }
    const widthNm = metresToNm(label.width * 1e-10);
    if (widthNm === null) {
      warnings.push(`the file does not say how many metres wide image ${number} is.`);
    }
    const pixels = readPixels(cursor, label, scale);
    const channel = makeChannel(`${signal.name} ${number}`, pixels, rows, columns, {
      unit: signal.unit,
      widthNm,
      heightNm: metresToNm(label.height * 1e-10),
      angleDeg: label.tilt,
      biasV: rounded(label.bias * voltsPerCount),
      setpointA: setpointOf(label),
    });
    channels.push(channel);
  }
  if (channels.length === 0) {
    cursor.fail(`no image of the surface (${warnings.join(' ')})`, 'an image of heights', 0);
  }
  if (channels.length > 1) {
    warnings.push(`the file holds ${channels.length} scans, each as a channel of its own.`);
  }
  return scan;
}

import { type Channel, type Direction, makeChannel, type Pixels, type Scan } from '../scan.ts';
import { Cursor, count, quote } from './bytes.ts';
import { walk } from './orient.ts';
import {
  type Entry,
  parseTextHeader,
  requiredCount,
  requiredEntry,
  type TextHeader,
  textsOf,
} from './text-header.ts';
import { metresToNm, parseNumber, parseQuantity, sizeUnknown, splitUnit } from './units.ts';

export const nidMagic = '[DataSet]';

const headerEnd = '#!';
const infoSection = 'DataSet-Info';

/** How numbers are stored. */
interface NumberReader {
  /** Bytes of one. */
  size: number;
  /** How many there are. */
  span: number;
  /** Whether float32 can hold what they stand for. */
  exact: boolean;
  read(view: DataView, at: number, little: boolean): number;
}

/** By their bits. Signed ones are read as unsigned and turned round. */
const readers: Readonly<Record<string, NumberReader>> = {
  8: { size: 1, span: 256, exact: true, read: (view, at) => view.getUint8(at) },
  16: {
    size: 2,
    span: 65536,
    exact: true,
    read: (view, at, little) => view.getUint16(at, little),
  },
  32: {
    size: 4,
    span: 4294967296,
    exact: false,
    read: (view, at, little) => view.getUint32(at, little),
  },
};

/** What one section describes: an image, or spectra of as many lines. */
interface Block {
  section: string;
  frame: string;
  columns: number;
  rows: number;
  reader: NumberReader;
}

function required(cursor: Cursor, header: TextHeader, section: string, name: string): Entry {
  return requiredEntry(cursor, header, `${section}: ${name}`, `${name}= in [${section}]`);
}

function countOf(cursor: Cursor, header: TextHeader, section: string, name: string): number {
  return requiredCount(cursor, header, `${section}: ${name}`, `${name}=`, 0, ` in [${section}]`);
}

function numberOf(cursor: Cursor, header: TextHeader, section: string, name: string): number {
  const { text, at } = required(cursor, header, section, name);
  return parseNumber(text) ?? cursor.fail(`${name}=${quote(text)}`, 'a number', at);
}

/** The first of the choices where the header does not say. */
function choiceOf(
  cursor: Cursor,
  { entries }: TextHeader,
  section: string,
  name: string,
  choices: readonly [string, ...string[]],
): string {
  const entry = entries.get(`${section}: ${name}`);
  if (!entry) return choices[0];
  if (choices.includes(entry.text)) return entry.text;
  return cursor.fail(`${name}=${quote(entry.text)}`, choices.join(' or '), entry.at);
}

function readerOf(cursor: Cursor, header: TextHeader, section: string): NumberReader {
  choiceOf(cursor, header, section, 'SaveMode', ['Binary']);
  const { text, at } = required(cursor, header, section, 'SaveBits');
  if (Object.hasOwn(readers, text)) return readers[text]!;
  return cursor.fail(`SaveBits=${quote(text)}`, Object.keys(readers).join(', '), at);
}

/** The blocks in the order of the file. Groups state more channels than they have. */
function listBlocks(cursor: Cursor, header: TextHeader): Block[] {
  return [...header.entries].flatMap(([key, { text: section }]): Block[] => {
    if (!/^DataSet: Gr\d+-Ch\d+$/.test(key)) return [];
    return [
      {
        section,
        frame: required(cursor, header, section, 'Frame').text,
        columns: countOf(cursor, header, section, 'Points'),
        rows: countOf(cursor, header, section, 'Lines'),
        reader: readerOf(cursor, header, section),
      },
    ];
  });
}

/** What a frame's name says of an image; null of spectra. */
function imageFrame(frame: string): { pass: string; direction: Direction } | null {
  const found = /^(2nd )?scan (forward|backward)$/i.exec(frame);
  if (!found) return null;
  return {
    pass: found[1] === undefined ? '' : ' (2nd scan)',
    direction: found[2]!.toLowerCase() === 'forward' ? 'forward' : 'backward',
  };
}

/** What there is besides images, in words. */
function describeOthers(blocks: readonly Block[]): string {
  const frames = blocks.filter(({ frame }) => !imageFrame(frame)).map(({ frame }) => quote(frame));
  return frames.length === 0 ? '' : `spectra (${[...new Set(frames)].join(', ')})`;
}

/** The image that begins at the cursor, bottom row first: the numbers span a range from its least value. */
function readPixels(cursor: Cursor, header: TextHeader, block: Block, scale: number): Pixels {
  const { section, rows, columns, reader } = block;
  const { size, span, exact, read } = reader;
  const n = rows * columns;
  const stored = cursor.block(n * size, `the pixels of [${section}]`);
  const least = numberOf(cursor, header, section, 'Dim2Min') * scale;
  const range = numberOf(cursor, header, section, 'Dim2Range') * scale;
  const sign = choiceOf(cursor, header, section, 'SaveSign', ['Signed', 'Unsigned']);
  const little = choiceOf(cursor, header, section, 'SaveOrder', ['Intel', 'Motorola']) === 'Intel';
  const middle = sign === 'Signed' ? span / 2 : 0;
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const pixels = exact ? new Float32Array(n) : new Float64Array(n);
  const { start, rowStep } = walk(rows, columns, true, false);
  let from = 0;
  for (let row = 0; row < rows; row++) {
    const to = start + row * rowStep;
    for (let column = 0; column < columns; column++, from += size) {
      const number = (read(view, from, little) + middle) % span;
      pixels[to + column] = least + (number / span) * range;
    }
  }
  return pixels;
}

/** Set the rows that an unfinished scan did not reach to NaN: at an end, one value throughout. */
function clearUnmeasured(pixels: Pixels, rows: number, columns: number): void {
  const isFlat = (row: number) => {
    const line = pixels.subarray(row * columns, (row + 1) * columns);
    return line.every((value) => value === line[0]);
  };
  let first = 0;
  while (first < rows && isFlat(first)) first++;
  // A height that was held is flat everywhere.
  if (first === rows) return;
  let last = rows;
  while (isFlat(last - 1)) last--;
  pixels.fill(Number.NaN, 0, first * columns).fill(Number.NaN, last * columns);
}

function readImage(
  cursor: Cursor,
  header: TextHeader,
  block: Block,
  known: Partial<Channel>,
): Channel {
  const { entries } = header;
  const { section, frame, rows, columns } = block;
  const { pass, direction } = imageFrame(frame)!;
  if (rows * columns === 0) {
    const { at } = required(cursor, header, section, rows === 0 ? 'Lines' : 'Points');
    cursor.fail(`${columns} x ${rows} pixels`, 'at least one', at);
  }
  const textOf = (name: string) => entries.get(`${section}: ${name}`)?.text;
  const { unit, scale } = splitUnit(textOf('Dim2Unit') ?? '');
  const pixels = readPixels(cursor, header, block, scale);
  const line = parseNumber(textOf('CurLine'));
  if (line !== null && line < rows - 1) clearUnmeasured(pixels, rows, columns);
  const lengthNm = (axis: 0 | 1) => {
    const { unit: base, scale: metres } = splitUnit(textOf(`Dim${axis}Unit`) ?? '');
    const length = parseNumber(textOf(`Dim${axis}Range`)) ?? 0;
    return base === 'm' ? metresToNm(Math.abs(length) * metres) : null;
  };
  const widthNm = lengthNm(0);
  return makeChannel(`${textOf('Dim2Name') || section}${pass}`, pixels, rows, columns, {
    ...known,
    unit,
    direction,
    widthNm,
    heightNm: lengthNm(1) ?? (widthNm === null ? null : (widthNm * rows) / columns),
  });
}

/** What the file says of all its images. */
function describe({ entries }: TextHeader): Partial<Channel> {
  const textOf = (name: string) => entries.get(`${infoSection}: ${name}`)?.text;
  const slow = textOf('Scan direction')?.toLowerCase();
  // An AFM regulates something else than a current.
  const setpoint = parseQuantity(textOf('Setpoint'));
  return {
    slow: slow === 'up' || slow === 'down' ? slow : 'unknown',
    angleDeg: parseQuantity(textOf('Rotation'))?.value ?? null,
    setpointA: setpoint?.unit === 'A' ? setpoint.value : null,
  };
}

/**
 * Nanosurf .nid (easyScan 2, NaioSTM and later): a text header of sections, then one block of 8-, 16- or
 * 32-bit integers per channel of every group. They span the range of their quantity (Dim2). Images are
 * stored bottom row first, left pixel first, backward lines and downward scans too; spectra are stepped over
 * and told of. Rows that an unfinished scan did not reach are NaN. The bias is not known: the header
 * states a 'Tip voltage', and no source says against what. Throws FormatError.
 *
 * Sources: Gwyddion's ezdfile.c and Nanosurf's NSFopen; that backward lines are not mirrored, a real file decided.
 */
export function readNid(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  const header = parseTextHeader(cursor, headerEnd, '=', true);
  const blocks = listBlocks(cursor, header);
  const others = describeOthers(blocks);
  if (!blocks.some(({ frame }) => imageFrame(frame))) {
    const held = others === '' ? '' : ` but ${others}, which adatom does not read yet`;
    cursor.fail(`a Nanosurf .nid file that holds no image${held}`, 'at least one image', 0);
  }
  cursor.offset = header.end + headerEnd.length;
  const known = describe(header);
  const channels = blocks.flatMap((block) => {
    if (imageFrame(block.frame)) return [readImage(cursor, header, block, known)];
    const { section, rows, columns, reader } = block;
    cursor.skip(rows * columns * reader.size, `the spectra of [${section}]`);
    return [];
  });

  const warnings: string[] = [];
  if (channels.some(({ widthNm }) => widthNm === null)) {
    warnings.push(sizeUnknown);
  }
  if (others !== '') warnings.push(`the file also holds ${others}: not read.`);
  if (cursor.left > 0) {
    warnings.push(`${count(cursor.left, 'byte')} after the pixels: not read.`);
  }
  return { name: file, format: 'nanosurf-nid', channels, header: textsOf(header), warnings };
}

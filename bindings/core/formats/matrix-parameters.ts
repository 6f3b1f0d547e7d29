import { Cursor, decodeUtf16, quote } from './bytes.ts';

export const matrixMagic = 'ONTMATRX0101';

/** One experiment parameter, such as XYScanner.Width = 1e-7 Meter. */
export interface Parameter {
  value: number | boolean | string;
  unit: string;
}

/** How raw integers of a channel become values of a unit. */
export interface Transfer {
  name: string;
  unit: string;
  at: number;
  constants: Map<string, number | boolean | string>;
}

/** The state of the experiment at one moment; ids are the file's eight bytes as text. */
export interface Experiment {
  /** 'group.name' -> parameter. */
  parameters: Map<string, Parameter>;
  /** Channel id -> name. */
  names: Map<string, string>;
  /** View id, which an image file states, -> channel id. */
  channelOfView: Map<string, string>;
  /** Channel id -> transfer function. */
  transfers: Map<string, Transfer>;
}

interface Block {
  tag: string;
  at: number;
  end: number;
  seconds: number;
  content: Cursor;
}

/** Tags are four letters stored backwards. */
export function readTag(cursor: Cursor): string {
  const letters = cursor.block(4, 'a four-letter tag');
  return String.fromCharCode(letters[3]!, letters[2]!, letters[1]!, letters[0]!);
}

export function readString(cursor: Cursor): string {
  const length = cursor.u32('the length of a text');
  return decodeUtf16(cursor.block(2 * length, 'a UTF-16 text'));
}

/** Eight bytes that name a channel or a view. */
export function readId(cursor: Cursor): string {
  const low = cursor.u32('an id');
  return `${low}:${cursor.u32('an id')}`;
}

function readValue(cursor: Cursor): number | boolean | string {
  const at = cursor.offset;
  const tag = readTag(cursor);
  switch (tag) {
    case 'BOOL':
      return cursor.u32('a truth value') !== 0;
    case 'LONG':
      return cursor.i32('an integer');
    case 'DOUB':
      return cursor.f64('a number');
    case 'STRG':
      return readString(cursor);
    default:
      return cursor.fail(`value type ${quote(tag)}`, 'BOOL, LONG, DOUB or STRG', at);
  }
}

/** The next top-level block: tag, length, time (the length does not count the time). */
function nextBlock(cursor: Cursor): Block {
  const at = cursor.offset;
  const tag = readTag(cursor);
  const length = cursor.u32(`the length of block ${quote(tag)}`);
  const seconds = cursor.u32(`the time of block ${quote(tag)}`);
  cursor.skip(4, `the time of block ${quote(tag)}`);
  cursor.need(length, `the content of block ${quote(tag)}`);
  const start = cursor.offset;
  const end = start + length;
  cursor.offset = end;
  return { tag, at, end, seconds, content: new Cursor(cursor.bytes, cursor.file, start, end) };
}

function applyParameter(cursor: Cursor, group: string, parameters: Map<string, Parameter>): void {
  const name = readString(cursor);
  const unit = readString(cursor);
  cursor.skip(4, 'a parameter');
  parameters.set(`${group}.${name}`, { value: readValue(cursor), unit });
}

/** EEPA: all parameters as the session began. */
function applyInitial(cursor: Cursor, { parameters }: Experiment): void {
  cursor.skip(4, 'the parameter block');
  for (let groups = cursor.u32('the number of groups'); groups > 0; groups--) {
    const group = readString(cursor);
    for (let n = cursor.u32('the number of parameters'); n > 0; n--) {
      applyParameter(cursor, group, parameters);
    }
  }
}

/** CCSY: dictionary of channels (DICT) and their transfer functions (XFER), among others. */
function applySystem(cursor: Cursor, experiment: Experiment): void {
  cursor.skip(4, 'the channel block');
  while (cursor.left > 0) {
    const tag = readTag(cursor);
    const length = cursor.u32(`the length of block ${quote(tag)}`);
    cursor.need(length, `the content of block ${quote(tag)}`);
    const end = cursor.offset + length;
    const content = new Cursor(cursor.bytes, cursor.file, cursor.offset, end);
    if (tag === 'DICT') applyDictionary(content, experiment);
    if (tag === 'XFER') applyTransfers(content, experiment);
    cursor.offset = end;
  }
}

/** Three lists: axes (not needed), channels, and the views through which image files name channels. */
function applyDictionary(cursor: Cursor, { names, channelOfView }: Experiment): void {
  cursor.skip(8, 'the dictionary');
  for (let n = cursor.u32('the number of axes'); n > 0; n--) {
    cursor.skip(16, 'an axis');
    readString(cursor);
    readString(cursor);
  }
  for (let n = cursor.u32('the number of channels'); n > 0; n--) {
    const id = readId(cursor);
    cursor.skip(8, 'the axis of a channel');
    names.set(id, readString(cursor));
    readString(cursor);
  }
  for (let n = cursor.u32('the number of views'); n > 0; n--) {
    const view = readId(cursor);
    channelOfView.set(view, readId(cursor));
    readString(cursor);
  }
}

function applyTransfers(cursor: Cursor, { transfers }: Experiment): void {
  while (cursor.left > 0) {
    const at = cursor.offset;
    const id = readId(cursor);
    const name = readString(cursor);
    const unit = readString(cursor);
    const constants = new Map<string, number | boolean | string>();
    for (let n = cursor.u32('the number of constants'); n > 0; n--) {
      const constant = readString(cursor);
      constants.set(constant, readValue(cursor));
    }
    transfers.set(id, { name, unit, at, constants });
  }
}

function apply({ tag, content }: Block, experiment: Experiment): void {
  if (tag === 'EEPA') applyInitial(content, experiment);
  if (tag === 'CCSY') applySystem(content, experiment);
  if (tag === 'PMOD') {
    content.skip(4, 'a changed parameter');
    applyParameter(content, readString(content), experiment.parameters);
  }
}

/** A parameter file opened at its first block; throws FormatError when it is not one. */
export function openParameters(bytes: Uint8Array, file: string): Cursor {
  const cursor = new Cursor(bytes, file);
  const magic = cursor.block(matrixMagic.length, 'the magic of a Matrix file');
  if (String.fromCharCode(...magic) !== matrixMagic) {
    cursor.fail('another magic', matrixMagic, 0);
  }
  return cursor;
}

/** Offset of the block (BREF) that records the image as written, or null when none does. */
export function findImage(bytes: Uint8Array, file: string, image: string): number | null {
  const cursor = openParameters(bytes, file);
  while (cursor.left > 0) {
    const { tag, at, content } = nextBlock(cursor);
    if (tag === 'EOED') return null;
    if (tag !== 'BREF') continue;
    content.skip(4, 'a reference to an image');
    if (readString(content).toLowerCase() === image.toLowerCase()) return at;
  }
  return null;
}

/**
 * The state of the experiment when the block at offset `until` was written or, with until null,
 * at a time in seconds. Parameters change during a session, so order matters.
 */
export function readExperiment(
  bytes: Uint8Array,
  file: string,
  until: number | null,
  seconds: number,
): Experiment {
  const experiment: Experiment = {
    parameters: new Map(),
    names: new Map(),
    channelOfView: new Map(),
    transfers: new Map(),
  };
  const cursor = openParameters(bytes, file);
  while (cursor.left > 0 && (until === null || cursor.offset < until)) {
    const block = nextBlock(cursor);
    if (block.tag === 'EOED' || (until === null && block.seconds > seconds)) break;
    apply(block, experiment);
  }
  return experiment;
}

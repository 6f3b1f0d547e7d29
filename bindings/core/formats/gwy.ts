import { type Direction, makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, decodeLatin1, decodeText, quote, startsWith } from './bytes.ts';
import { metresToNm, splitUnit } from './units.ts';

export const gwyMagic = 'GWYP';
/** Gwyddion 1.x, 2004-2005. Its containers name value types by GLib's numbers instead of letters. */
export const oldGwyMagic = 'GWYO';

/** A numeric array left where it is in the file: most of them are never wanted. */
interface StoredArray {
  at: number;
  length: number;
  type: string;
}

interface GwyObject {
  type: string;
  at: number;
  items: Map<string, GwyValue>;
}

type GwyValue = number | string | boolean | GwyObject | StoredArray | null;

/** GLib's fundamental type numbers, shifted by two, as letters of the newer format. */
const letterOfGType: Record<number, string> = {
  12: 'c',
  16: 'c',
  20: 'b',
  24: 'i',
  28: 'i',
  40: 'q',
  44: 'q',
  60: 'd',
  64: 's',
  80: 'o',
};

const arrayItemBytes: Record<string, number> = { C: 1, I: 4, Q: 8, D: 8 };

// Real files nest three or four deep; a bound keeps a hostile one from exhausting the stack.
const deepest = 32;

class Parser {
  private readonly cursor: Cursor;
  private readonly old: boolean;

  constructor(cursor: Cursor, old: boolean) {
    this.cursor = cursor;
    this.old = old;
  }

  /** Type name, size in bytes, items. */
  object(depth: number): GwyObject {
    const { cursor } = this;
    const at = cursor.offset;
    if (depth > deepest) cursor.fail('objects nested too deep', `at most ${deepest} levels`);
    const type = decodeLatin1(cursor.zeroEnded('the name of an object'));
    const size = cursor.u32(`the size of ${quote(type)}`);
    cursor.need(size, `the content of ${quote(type)}`);
    const end = cursor.offset + size;
    const items = new Map<string, GwyValue>();
    while (cursor.offset < end) {
      const oldType = this.old && type === 'GwyContainer' ? this.gType() : undefined;
      const name = decodeText(cursor.zeroEnded('the name of an item'));
      const letter = oldType ?? String.fromCharCode(cursor.u8(`the type of ${quote(name)}`));
      items.set(name, this.value(letter, name, depth));
    }
    if (cursor.offset !== end) {
      cursor.fail(`items of ${quote(type)} longer than it`, count(size, 'byte'), at);
    }
    return { type, at, items };
  }

  private gType(): string {
    const at = this.cursor.offset;
    const number = this.cursor.u32('the type of an item');
    return letterOfGType[number] ?? this.cursor.fail(`value type ${number}`, 'a type of GLib', at);
  }

  private value(letter: string, name: string, depth: number): GwyValue {
    const { cursor } = this;
    switch (letter) {
      case 'b':
        return cursor.u8(name) !== 0;
      case 'c':
        return cursor.u8(name);
      case 'i':
        return cursor.i32(name);
      case 'd':
        return cursor.f64(name);
      case 's':
        return decodeText(cursor.zeroEnded(`the text of ${quote(name)}`));
      case 'o':
        return this.object(depth + 1);
      case 'q':
        cursor.skip(8, name);
        return null;
      case 'C':
      case 'I':
      case 'Q':
      case 'D':
        return this.array(letter, name);
      case 'S':
      case 'O':
        for (let n = cursor.u32(name); n > 0; n--) {
          if (letter === 'S') cursor.zeroEnded(`the texts of ${quote(name)}`);
          else this.object(depth + 1);
        }
        return null;
      default:
        return cursor.fail(`type ${quote(letter)} of ${quote(name)}`, 'a type of the GWY format');
    }
  }

  private array(type: string, name: string): StoredArray {
    const length = this.cursor.u32(`the length of ${quote(name)}`);
    const at = this.cursor.offset;
    this.cursor.skip(length * arrayItemBytes[type]!, `the numbers of ${quote(name)}`);
    return { at, length, type };
  }
}

function isObject(value: GwyValue | undefined): value is GwyObject {
  return typeof value === 'object' && value !== null && 'items' in value;
}

function unitOf(field: GwyObject, item: string): string {
  const unit = field.items.get(item);
  const text = isObject(unit) ? unit.items.get('unitstr') : '';
  // Values are in the unit without prefix whatever the text says, and so Gwyddion reads them.
  return typeof text === 'string' ? splitUnit(text).unit : '';
}

function readDoubles(bytes: Uint8Array, { at, length }: StoredArray): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length * 8);
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) values[i] = view.getFloat64(i * 8, true);
  return values;
}

/** Which way a channel was recorded, when its title says so. */
export function directionOfTitle(title: string): Direction {
  if (/backward|retrace|\bbwd?\b/i.test(title)) return 'backward';
  return /forward|trace|\bfwd?\b/i.test(title) ? 'forward' : 'unknown';
}

/** A title without the words that say the direction: 'Z (Forward)' is the channel Z. */
export function nameOfTitle(title: string): string {
  const name = title.replace(
    /[\s_-]*[([]?\s*\b(forward|backward|retrace|trace|fwd?|bwd?)\b\s*[)\]]?/i,
    '',
  );
  return name.trim() || title;
}

function readField(cursor: Cursor, field: GwyObject, key: string, title: string) {
  const [columns, rows] = ['xres', 'yres'].map((item) => field.items.get(item));
  const stored = field.items.get('data');
  const at = field.at;
  if (typeof columns !== 'number' || typeof rows !== 'number' || columns < 1 || rows < 1) {
    return cursor.fail(`${key} of ${columns} x ${rows} pixels`, 'positive xres and yres', at);
  }
  if (typeof stored !== 'object' || stored === null || isObject(stored) || stored.type !== 'D') {
    return cursor.fail(`no array of doubles in ${key}`, `${columns} x ${rows} doubles`, at);
  }
  if (stored.length !== columns * rows) {
    return cursor.fail(
      count(stored.length, 'value'),
      `${columns * rows} (${columns} x ${rows})`,
      stored.at,
    );
  }
  const [xreal, yreal] = ['xreal', 'yreal'].map((item) => field.items.get(item));
  const inMetres = unitOf(field, 'si_unit_xy') === 'm';
  return makeChannel(nameOfTitle(title), readDoubles(cursor.bytes, stored), rows, columns, {
    unit: unitOf(field, 'si_unit_z'),
    direction: directionOfTitle(title),
    widthNm: inMetres && typeof xreal === 'number' ? metresToNm(xreal) : null,
    heightNm: inMetres && typeof yreal === 'number' ? metresToNm(yreal) : null,
  });
}

/** Texts and numbers of a container, nested containers (metadata) included, as one flat header. */
function flatten(object: GwyObject, prefix: string, header: Record<string, string>): void {
  for (const [name, value] of object.items) {
    const key = prefix + name;
    if (isObject(value)) {
      if (value.type !== 'GwySIUnit') flatten(value, `${key}/`, header);
    } else if (value !== null && typeof value !== 'object') header[key] = String(value);
  }
}

/**
 * Gwyddion .gwy, present (GWYP) and first (GWYO) version: every data field /N/data is a channel
 * titled /N/data/title, in the order of N. Channels may differ in shape and size. Masks,
 * presentations, volume data and curves are left out. Throws FormatError.
 */
export function readGwy(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  cursor.skip(4, 'the magic of a Gwyddion file');
  const root = new Parser(cursor, startsWith(bytes, oldGwyMagic)).object(0);
  if (root.type !== 'GwyContainer') cursor.fail(quote(root.type), 'GwyContainer', root.at);

  const fields = [...root.items]
    .flatMap(([key, value]) => {
      const number = /^\/(\d+)\/data$/.exec(key)?.[1];
      return number !== undefined && isObject(value) && value.type === 'GwyDataField'
        ? [{ key, number: Number(number), field: value }]
        : [];
    })
    .sort((a, b) => a.number - b.number);
  if (fields.length === 0) cursor.fail('no data field', 'at least one image /0/data', 4);

  const warnings: string[] = [];
  const channels = fields.map(({ key, number, field }) => {
    const title = root.items.get(`${key}/title`);
    const name = typeof title === 'string' && title !== '' ? title : `channel ${number}`;
    const channel = readField(cursor, field, key, name);
    if (channel.widthNm === null) {
      const unit = unitOf(field, 'si_unit_xy');
      const found =
        unit === 'm' ? 'no length' : unit === '' ? 'without a unit' : `in ${quote(unit)}`;
      warnings.push(`the width of '${name}' is ${found}, expected metres: not used.`);
    }
    return channel;
  });
  const header: Record<string, string> = {};
  flatten(root, '', header);
  return { name: file, format: 'gwy', channels, header, warnings };
}

import { zlibSync } from 'fflate';
import { writeNpy } from '../../../bindings/core/export/npy.ts';
import { writeSxm } from '../../../bindings/core/export/sxm.ts';
import type { Siblings } from '../../../bindings/core/formats/index.ts';
import { makeChannel, type Scan } from '../../../bindings/core/scan.ts';

/** Small files of every format, built byte by byte from the formats' documentation. */

/** Little-endian pieces of a file, put together in order. */
export const bytes = {
  join(...parts: (Uint8Array | number[])[]): Uint8Array {
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  },
  ascii: (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0)),
  i16: (...n: number[]) => new Uint8Array(Int16Array.from(n).buffer),
  u16: (n: number) => new Uint8Array(Uint16Array.of(n).buffer),
  u32: (n: number) => new Uint8Array(Uint32Array.of(n).buffer),
  f32: (...n: number[]) => new Uint8Array(Float32Array.from(n).buffer),
  f64: (...n: number[]) => new Uint8Array(Float64Array.from(n).buffer),
};
const { join, ascii, u16, u32, f32, f64 } = bytes;

/** 1, 2, 3, ... so that every pixel tells where it came from. */
export const counting = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

// --- Nanonis -----------------------------------------------------------------------------------

export function exampleScan(known: Partial<Scan['channels'][0]> = {}): Scan {
  const rows = 3;
  const columns = 4;
  const common = {
    widthNm: 33.3,
    heightNm: 25,
    angleDeg: -12.5,
    biasV: -1.25,
    setpointA: 5e-11,
    slow: 'down' as const,
    ...known,
  };
  const images = [
    ['Z', 'm', 'forward', 1e-9],
    ['Z', 'm', 'backward', -1e-9],
    ['Current', 'A', 'forward', 1e-12],
    ['LI_Demod_1_X', 'A', 'backward', 3e-13],
  ] as const;
  const channels = images.map(([name, unit, direction, scale]) =>
    makeChannel(
      name,
      Float32Array.from(counting(rows * columns), (i) => i * scale),
      rows,
      columns,
      { ...common, unit, direction },
    ),
  );
  return { name: 'example.sxm', format: 'nanonis-sxm', channels, header: {}, warnings: [] };
}

// --- Gwyddion ----------------------------------------------------------------------------------

const zeroEnded = (text: string) => join(ascii(text), [0]);

export function gsf(header: Record<string, string | number>, values: number[]): Uint8Array {
  const lines = Object.entries(header).map(([key, value]) => `${key} = ${value}\n`);
  const text = `Gwyddion Simple Field 1.0\n${lines.join('')}`;
  return join(ascii(text), new Uint8Array(4 - (text.length % 4)), f32(...values));
}

type Item = [name: string, type: string, content: Uint8Array];

export const gwyItem = {
  int: (name: string, n: number): Item => [name, 'i', u32(n)],
  double: (name: string, n: number): Item => [name, 'd', f64(n)],
  text: (name: string, text: string): Item => [name, 's', zeroEnded(text)],
  doubles: (name: string, n: number[]): Item => [name, 'D', join(u32(n.length), f64(...n))],
  object: (name: string, type: string, items: Item[]): Item => [name, 'o', gwyObject(type, items)],
};

export function gwyObject(type: string, items: Item[]): Uint8Array {
  const content = join(
    ...items.map(([name, letter, value]) => join(zeroEnded(name), ascii(letter), value)),
  );
  return join(zeroEnded(type), u32(content.length), content);
}

/** A GWYO container: GLib's number of each value's type before its name instead of a letter. */
export function oldGwyContainer(items: Item[]): Uint8Array {
  const numbers: Record<string, number> = { i: 24, d: 60, s: 64, o: 80 };
  const content = join(
    ...items.map(([name, letter, value]) => join(u32(numbers[letter]!), zeroEnded(name), value)),
  );
  return join(zeroEnded('GwyContainer'), u32(content.length), content);
}

export function gwyField(key: string, columns: number, rows: number, values: number[]): Item {
  const unit = (name: string, text: string) =>
    gwyItem.object(name, 'GwySIUnit', [gwyItem.text('unitstr', text)]);
  return gwyItem.object(key, 'GwyDataField', [
    gwyItem.int('xres', columns),
    gwyItem.int('yres', rows),
    gwyItem.double('xreal', columns * 1e-9),
    gwyItem.double('yreal', rows * 2e-9),
    unit('si_unit_xy', 'm'),
    unit('si_unit_z', 'A'),
    gwyItem.doubles('data', values),
  ]);
}

export const gwy = (items: Item[]) => join(ascii('GWYP'), gwyObject('GwyContainer', items));
export const oldGwy = (items: Item[]) => join(ascii('GWYO'), oldGwyContainer(items));

export const exampleGwy = () =>
  gwy([
    gwyField('/10/data', 3, 2, counting(6)),
    gwyItem.text('/10/data/title', 'Current (Backward)'),
    gwyField('/2/data', 2, 4, counting(8)),
    gwyItem.text('/2/data/title', 'Z (Forward)'),
    gwyItem.object('/2/meta', 'GwyContainer', [gwyItem.text('Bias', '1 V')]),
  ]);

// --- Matrix ------------------------------------------------------------------------------------

const backwards = (tag: string) => ascii([...tag].reverse().join(''));
const utf16 = (text: string) =>
  join(u32(text.length), ...Array.from(text, (c) => u16(c.charCodeAt(0))));

const block = (tag: string, seconds: number, content: Uint8Array) =>
  join(backwards(tag), u32(content.length), u32(seconds), u32(0), content);
const innerBlock = (tag: string, content: Uint8Array) =>
  join(backwards(tag), u32(content.length), content);

function value(v: number | boolean, double: boolean): Uint8Array {
  if (typeof v === 'boolean') return join(backwards('BOOL'), u32(v ? 1 : 0));
  return double ? join(backwards('DOUB'), f64(v)) : join(backwards('LONG'), u32(v));
}

type Setting = [group: string, name: string, unit: string, value: number | boolean];

const isCount = (name: string) => name === 'Points' || name === 'Lines';
const parameter = ([, name, unit, v]: Setting) =>
  join(utf16(name), utf16(unit), u32(0), value(v, !isCount(name)));

export interface MatrixSession {
  points: number;
  lines: number;
  xRetrace: boolean;
  yRetrace: boolean;
  image: string;
  transfer?: { name: string; constants: Record<string, number> };
}

const viewId = [7, 0, 68, 0, 2, 0, 0, 0];
const channelId = [67, 0, 32, 0, 14, 0, 0, 0];
const axisId = [65, 0, 32, 0, 1, 0, 0, 0];

/** A session: initial parameters, one change before the image was written, one after it. */
export function matrixParameters(session: MatrixSession): Uint8Array {
  const { points, lines, xRetrace, yRetrace, image } = session;
  const transfer = session.transfer ?? {
    name: 'TFF_Linear1D',
    constants: { Offset: 10, Factor: 4 },
  };
  const scanner: Setting[] = [
    ['XYScanner', 'Points', 'Count', points],
    ['XYScanner', 'Lines', 'Count', lines],
    ['XYScanner', 'X_Retrace', '--', xRetrace],
    ['XYScanner', 'Y_Retrace', '--', yRetrace],
    ['XYScanner', 'Width', 'Meter', 1e-7],
    ['XYScanner', 'Height', 'Meter', 5e-8],
    ['XYScanner', 'Angle', 'Degree', 30],
  ];
  const others: Setting[] = [['GapVoltageControl', 'Voltage', 'Volt', 1]];
  const group = (name: string, settings: Setting[]) =>
    join(utf16(name), u32(settings.length), ...settings.map(parameter));
  const change = (seconds: number, setting: Setting) =>
    block('PMOD', seconds, join(u32(0), utf16(setting[0]), parameter(setting)));
  const dictionary = join(
    u32(0),
    u32(0),
    u32(1),
    axisId,
    u32(0),
    u32(0),
    utf16('Default::XYScanner::X'),
    utf16('triangular'),
    u32(1),
    channelId,
    axisId,
    utf16('Z'),
    utf16('m'),
    u32(1),
    viewId,
    channelId,
    utf16('ChannelData: channel = Z'),
  );
  const constants = Object.entries(transfer.constants);
  const transfers = join(
    channelId,
    utf16(transfer.name),
    utf16('m'),
    u32(constants.length),
    ...constants.map(([name, n]) => join(utf16(name), value(n, true))),
  );
  return join(
    ascii('ONTMATRX0101'),
    block('META', 10, join(u32(0), utf16('MATRIX'))),
    block(
      'EEPA',
      10,
      join(u32(0), u32(2), group('XYScanner', scanner), group('GapVoltageControl', others)),
    ),
    change(20, ['GapVoltageControl', 'Voltage', 'Volt', -2.5]),
    change(20, ['Regulator', 'Setpoint_1', 'Ampere', 2e-10]),
    block('MARK', 20, utf16('MTRX$SAMPLE_NAME-test')),
    block('CCSY', 30, join(u32(0), innerBlock('DICT', dictionary), innerBlock('XFER', transfers))),
    block('BREF', 40, join(u32(0), utf16(image))),
    change(50, ['GapVoltageControl', 'Voltage', 'Volt', 9]),
    block('EOED', 60, new Uint8Array(0)),
  );
}

export function matrixImage(raw: number[], seconds = 40): Uint8Array {
  const description = join(
    viewId,
    new Uint8Array(12),
    u32(raw.length),
    u32(raw.length),
    utf16('SI32'),
  );
  const content = join(
    u32(0),
    innerBlock('DESC', description),
    innerBlock('DATA', join(...raw.map((n) => u32(n)))),
  );
  return join(ascii('ONTMATRX0101'), block('BKLT', seconds, content));
}

export function folder(files: Record<string, Uint8Array>): Siblings {
  return { names: Object.keys(files), read: (name) => files[name]! };
}

// --- Createc -----------------------------------------------------------------------------------

/** A 20-bit scan of 3 x 2 pixels, Z and current both ways, as a header of 2022 states it. */
export const createcHeader = {
  'DAC-Type': '20bit',
  'Titel(File) / Titel': 'LN2',
  'Delta X / Delta X [Dac]': '32',
  'Delta Y / Delta Y [Dac]': '16',
  'Num.X / Num.X': '3',
  'Num.Y / Num.Y': '2',
  'GainX / GainX': '10',
  'GainY / GainY': '10',
  'GainZ / GainZ': '10',
  'Rotation / Rotation': '12.50',
  '  / ': '',
  'BiasVoltage / BiasVolt.[mV]': '653.80',
  'Gainpreamp / GainPre 10^': '9',
  'Channels / Channels': '4',
  'ScanYMode / ScanYMode': '1',
  'Channelselectval / Channelselectval': '3',
  'Drift_X / Drift_X[\xc5/sec]': '0.00000',
  'Dacto[A]z': '0.00037',
  FBLogIset: '156.00000000',
  SetPoint: '1.56E-10',
  'Length x[A]': '300.0092',
  'Length y[A]': '200.0',
  Channels: '4',
  ZPiezoconst: ' 19.20',
  Xpiezoconst: ' 96.00',
  YPiezoconst: ' 96.00',
};

export interface CreatecFile {
  magic?: '[Paramco32]' | '[Paramet32]' | '[Parameter]';
  /** Lines to change; null leaves one out. */
  header?: Record<string, string | null>;
  numbers: number[];
  /** Of the number before the first pixel. */
  spare?: number;
  /** Fill the header up to byte 16384, with a picture in it, as Createc does. */
  filled?: boolean;
}

export function createc({
  magic = '[Paramco32]',
  header = {},
  numbers,
  spare = 0,
  filled,
}: CreatecFile): Uint8Array {
  const lines = Object.entries<string | null>({ ...createcHeader, ...header })
    .filter(([, text]) => text !== null)
    .map(([key, text]) => `${key}=${text}\r\n`);
  const text = ascii(`${magic}\r\n${lines.join('')}`);
  const picture = filled ? join(ascii('ICON\xcb\x02\0\0\xff\xd8\nNum.X=9\n\0')) : ascii('');
  const filling = new Uint8Array(filled ? 16384 - 5 - text.length - picture.length : 0);
  const start = join(text, picture, filling, ascii(filled ? '\nDATA' : 'DATA'));
  const all = [spare, ...numbers];
  if (magic === '[Parameter]') return join(start, bytes.i16(...all));
  return join(start, magic === '[Paramco32]' ? zlibSync(f32(...all)) : f32(...all));
}

// --- RHK SM4 -----------------------------------------------------------------------------------

export interface Sm4Page {
  /** 0 image, 1 spectra, 6 sequential data, ... */
  content?: number;
  type?: number;
  columns: number;
  rows: number;
  /** 0 right, 1 left, 2 up, 3 down. */
  scan?: number;
  xScale?: number;
  yScale?: number;
  zScale?: number;
  zOffset?: number;
  label?: string;
  xUnit?: string;
  zUnit?: string;
  completedLines?: string;
  setpointUnit?: string;
  raw: number[];
}

const sm4Object = (type: number, offset: number, size: number) =>
  join(u32(type), u32(offset), u32(size));

function sm4Texts(page: Sm4Page): Uint8Array {
  const {
    label = 'Topography',
    xUnit = 'm',
    zUnit = 'm',
    completedLines,
    setpointUnit = 'A',
  } = page;
  const lines = completedLines ?? String(page.rows).padStart(4, '0');
  const place = ['C:/a.sm4', '11/30/26', '12:00:00', xUnit, xUnit, zUnit, '', ''];
  const texts = [label, '', 'session', '', ...place, '', lines, '0', '', '', setpointUnit];
  return join(...texts.map((text) => join(u16(text.length), utf16(text).subarray(4))));
}

/** A page's header at `at`, behind it its texts, then its numbers: all that is not in the index. */
function sm4Page(page: Sm4Page, at: number): { bytes: Uint8Array; objects: Uint8Array } {
  const { columns, rows, type = 1, scan = 0, raw } = page;
  const texts = sm4Texts(page);
  const textsAt = at + 180 + 12;
  const scales = f32(page.xScale ?? -1e-9, page.yScale ?? -2e-9, page.zScale ?? -1e-12);
  const header = join(
    ...[u16(180), u16(18), u32(type), u32(0), u32(0), u32(0), u32(0), u32(columns), u32(rows)],
    ...[u32(0), u32(scan), u32(0), u32(4 * raw.length), u32(0), u32(0), scales],
    f32(0, 5e-9, 6e-9, page.zOffset ?? 0, 0.001, -1.25, 5e-11, 12.5),
    ...[u32(0), u32(0), u32(0), u32(1), new Uint8Array(64)],
  );
  const data = join(...raw.map((n) => u32(n)));
  return {
    bytes: join(header, sm4Object(10, textsAt, texts.length), texts, data),
    objects: join(
      sm4Object(3, at, 180),
      sm4Object(4, textsAt + texts.length, data.length),
      sm4Object(14, 0, 0),
    ),
  };
}

export function sm4(pages: Sm4Page[]): Uint8Array {
  const indexAt = 58 + 3 * 12;
  const arrayAt = indexAt + 16 + 12;
  let at = arrayAt + pages.length * (32 + 3 * 12);
  const made = pages.map((page) => {
    const one = sm4Page(page, at);
    at += one.bytes.length;
    const content = u32(page.content ?? 0);
    const entry = join(new Uint8Array(16), content, u32(0), u32(3), u32(6), one.objects);
    return { entry, bytes: one.bytes };
  });
  return join(
    ...[u16(56), utf16('STiMage 005.004 1 ').subarray(4), u32(pages.length), u32(3), u32(12)],
    ...[u32(0), u32(0), sm4Object(1, indexAt, 16), sm4Object(13, 0, 0), sm4Object(15, 0, 0)],
    ...[u32(pages.length), u32(1), u32(0), u32(0), sm4Object(2, arrayAt, 32)],
    ...made.map(({ entry }) => entry),
    ...made.map(({ bytes }) => bytes),
  );
}

/** Forward and backward heights, a current, and spectra. */
export const exampleSm4 = () =>
  sm4([
    { columns: 3, rows: 2, scan: 1, raw: counting(6).map((n) => 10 * n) },
    { columns: 3, rows: 2, raw: counting(6) },
    {
      columns: 2,
      rows: 2,
      type: 2,
      label: 'Current',
      zUnit: 'A',
      zScale: 1e-12,
      raw: [1, 2, 3, 4],
    },
    { content: 1, columns: 4, rows: 1, type: 16, label: 'LIA Current', raw: counting(4) },
    { content: 0, columns: 4, rows: 1, label: 'Line', raw: counting(4) },
  ]);

// --- TIFF --------------------------------------------------------------------------------------

export interface TiffPage {
  width: number;
  height: number;
  bits: number;
  /** 1 unsigned, 2 signed, 3 float. */
  format: number;
  samples?: number;
  photometric?: number;
  deflate?: boolean;
  values: number[];
}

/** A TIFF of one strip per page, in either byte order. */
export function tiff(pages: TiffPage[], little = true): Uint8Array {
  const out: number[] = [];
  const number = (n: number, size: number): number[] => {
    const view = new DataView(new ArrayBuffer(size));
    if (size === 2) view.setUint16(0, n, little);
    else view.setUint32(0, n, little);
    return [...new Uint8Array(view.buffer)];
  };
  const sample = (n: number, { bits, format }: TiffPage): number[] => {
    const view = new DataView(new ArrayBuffer(bits / 8));
    if (format === 3 && bits === 64) view.setFloat64(0, n, little);
    else if (format === 3) view.setFloat32(0, n, little);
    else if (bits === 16) view.setInt16(0, n, little);
    else view.setInt8(0, n);
    return [...new Uint8Array(view.buffer)];
  };
  out.push(...ascii(little ? 'II*\0' : 'MM\0*'), 0, 0, 0, 0);
  let pointerAt = 4;
  for (const page of pages) {
    const raw = Uint8Array.from(page.values.flatMap((n) => sample(n, page)));
    const strip = page.deflate ? zlibSync(raw) : raw;
    const stripAt = out.length;
    out.push(...strip);
    const at = out.length;
    number(at, 4).forEach((byte, i) => {
      out[pointerAt + i] = byte;
    });
    // tag, type (3 short, 4 long), value
    const entries: [number, number, number][] = [
      [256, 3, page.width],
      [257, 3, page.height],
      [258, 3, page.bits],
      [259, 3, page.deflate ? 8 : 1],
      [262, 3, page.photometric ?? 1],
      [273, 4, stripAt],
      [277, 3, page.samples ?? 1],
      [278, 3, page.height],
      [279, 4, strip.length],
      [339, 3, page.format],
    ];
    out.push(...number(entries.length, 2));
    for (const [tag, type, n] of entries) {
      out.push(...number(tag, 2), ...number(type, 2), ...number(1, 4));
      out.push(...number(n, type === 3 ? 2 : 4), ...(type === 3 ? [0, 0] : []));
    }
    pointerAt = out.length;
    out.push(0, 0, 0, 0);
  }
  return Uint8Array.from(out);
}

// --- WSxM --------------------------------------------------------------------------------------

/** An image of 3 x 2 pixels, the lower right one first; entries of the header by section, null leaves one out. */
export function wsxm(
  numbers: Uint8Array,
  changes: Record<string, Record<string, string | null>> = {},
  { kind = 'SxM Image file', end = '[Header end]\r\n' } = {},
): Uint8Array {
  const sections: typeof changes = {
    Control: {
      Angle: '12.5',
      'Set Point': '50 pA',
      'Topography Bias': '-1250 mV',
      'X Amplitude': '30 nm',
      'Y Amplitude': '20 nm',
    },
    'General Info': {
      'Acquisition channel': 'Topography',
      'Image Data Type': 'double',
      'Number of columns': '3',
      'Number of rows': '2',
      'X scanning direction': 'Backward',
      'Y scanning direction': 'Up',
      'Z Amplitude': '5 nm',
    },
  };
  const lines = Object.entries(sections).flatMap(([section, known]) => [
    `[${section}]`,
    '',
    ...Object.entries({ ...known, ...changes[section] }).flatMap(([name, text]) =>
      text === null ? [] : [`    ${name}: ${text}`],
    ),
    '',
  ]);
  const head = ['WSxM file copyright UAM', kind, 'Image header size: 999', ...lines, end];
  return join(ascii(head.join('\r\n')), numbers);
}

// --- Igor --------------------------------------------------------------------------------------

export interface IgorWave {
  type?: number;
  /** Points along x, along y, images. */
  sizes?: [number, number, number, number?];
  steps?: [number, number];
  unit?: string;
  stepUnit?: string;
  formula?: string;
  note?: string;
  /** Names of the images. */
  labels?: string[];
  /** Whether the name of their dimension stands before them. */
  named?: boolean;
  /** Names of the columns. */
  curves?: string[];
  little?: boolean;
  /** Another number than the header's checksum. */
  checksum?: number;
}

/** A wave of these numbers, a column after the other. */
export function igor(
  values: number[],
  {
    type = 4,
    sizes = [3, 2, 0],
    steps = [1e-9, 1e-9],
    unit = 'm',
    stepUnit = 'm',
    formula = '',
    note = '',
    labels = [],
    named = true,
    curves = [],
    little = true,
    checksum,
  }: IgorWave = {},
): Uint8Array {
  const size = type & 2 ? 4 : type & 4 ? 8 : type & 8 ? 1 : type & 16 ? 2 : 4;
  const own = named ? [''] : [];
  const inPlaces = (names: string[]) => names.map((name) => name.padEnd(32, '\0')).join('');
  const [columns, images] = [curves, labels].map((names) =>
    names.length > 0 ? inPlaces([...own, ...names]) : '',
  );
  const tail = ascii(formula + note + columns + images);
  const out = new Uint8Array(384 + values.length * size + tail.length);
  const view = new DataView(out.buffer);
  const text = (at: number, letters: string) => out.set(ascii(letters), at);
  view.setInt16(0, 5, little);
  view.setInt32(4, 320 + values.length * size, little);
  view.setInt32(8, formula.length, little);
  view.setInt32(12, note.length, little);
  view.setInt32(40, columns!.length, little);
  view.setInt32(44, images!.length, little);
  view.setInt32(64 + 12, values.length, little);
  view.setInt16(64 + 16, type, little);
  text(64 + 28, 'wave7 Backward Down');
  sizes.forEach((n, i) => {
    view.setInt32(64 + 68 + 4 * i, n ?? 0, little);
  });
  steps.forEach((step, i) => {
    view.setFloat64(64 + 84 + 8 * i, step, little);
  });
  text(64 + 148, unit);
  text(64 + 152, stepUnit);
  text(64 + 156, stepUnit);
  values.forEach((value, i) => {
    const at = 384 + i * size;
    if (type & 2) view.setFloat32(at, value, little);
    else if (type & 4) view.setFloat64(at, value, little);
    else if (size === 1) view.setInt8(at, value);
    else if (size === 2) view.setInt16(at, value, little);
    else view.setInt32(at, value, little);
  });
  out.set(tail, 384 + values.length * size);
  let sum = 0;
  for (let i = 0; i < 384; i += 2) sum += view.getUint16(i, little);
  view.setUint16(2, checksum ?? -sum & 0xffff, little);
  return out;
}

// --- Nanosurf ----------------------------------------------------------------------------------

export interface NidBlock {
  /** Of [DataSet-group:channel]; null leaves a line out. */
  lines?: Record<string, string | null>;
  numbers: Uint8Array;
}

/** Blocks of 3 x 2 16-bit numbers in groups; 'Scan forward' of Z and of nothing else unless told. */
export function nid(
  groups: NidBlock[][],
  { info = {}, more = '' }: { info?: Record<string, string>; more?: string } = {},
): Uint8Array {
  const each = groups.flatMap((blocks, i) =>
    blocks.map((block, j) => ({ ...block, group: i, channel: 2 * j })),
  );
  const section = (name: string, lines: Record<string, string | null>) => [
    `[${name}]`,
    ...Object.entries(lines).flatMap(([key, text]) => (text === null ? [] : [`${key}=${text}`])),
    '',
  ];
  const places = each.map(({ group, channel }) => [
    `Gr${group}-Ch${channel}`,
    `DataSet-${group}:${channel}`,
  ]);
  const counts = groups.map((_, i) => [`Gr${i}-Count`, '8']);
  const text = [
    ...section('DataSet', {
      Version: '2',
      GroupCount: String(groups.length),
      ...Object.fromEntries(counts),
      ...Object.fromEntries(places),
    }),
    ...section('DataSet-Info', {
      '-- Scan --': '--------',
      'Scan direction': 'Up',
      Rotation: '30 \xb0',
      Setpoint: '1.5nA',
      'Tip voltage': '50mV',
      ...info,
    }),
    ...each.flatMap(({ group, channel, lines }) =>
      section(`DataSet-${group}:${channel}`, {
        Points: '3',
        Lines: '2',
        Frame: 'Scan forward',
        CurLine: '1',
        Dim0Name: 'X*',
        Dim0Unit: 'm',
        Dim0Range: '3e-08',
        Dim1Unit: 'm',
        Dim1Range: '2e-08',
        Dim2Name: 'Z-Axis',
        Dim2Unit: 'nm',
        Dim2Range: '65536',
        Dim2Min: '-32768',
        SaveMode: 'Binary',
        SaveBits: '16',
        SaveSign: 'Signed',
        SaveOrder: 'Intel',
        ...lines,
      }),
    ),
    more,
    '#!',
  ];
  return join(ascii(text.join('\r\n')), ...each.map(({ numbers }) => numbers));
}

// --- Nanonis grids -----------------------------------------------------------------------------

/** A line of the header to another text; null leaves it out. */
type GridHeader = Record<string, string | null>;

const gridHeader = {
  'Grid settings': '1E-9;2E-9;3E-8;2E-8;4.5E+1',
  'Sweep Signal': '"Bias (V)"',
  'Fixed parameters': '"Sweep Start;Sweep End"',
  'Experiment parameters': '"X (m);Y (m);Z (m)"',
  '# Parameters (4 byte)': '6',
  'Experiment size (bytes)': '56',
  Points: '7',
  Channels: '"Current (A);LockinX [bwd] (mV)"',
  'Bias>Bias (V)': '1.25',
  'Z-Controller>Setpoint': '5E-11',
  'Z-Controller>Setpoint unit': 'A',
  Comment: '"Points=9, a=b"',
};

/** Numbers of a grid point: a sweep from -0.3 to 0.3 V, X, Y, Z = n nm, one without a name, spectra 10 n + 0..6 and -(10 n + 0..6). */
export function gridPoint(n: number): number[] {
  const spectrum = Array.from({ length: 7 }, (_, i) => 10 * n + i);
  return [-0.3, 0.3, n, n, n * 1e-9, 7, ...spectrum, ...spectrum.map((value) => -value)];
}

/** A grid of these points; 3 x 2 unless told. */
export function grid(
  points: number[][],
  header: GridHeader = {},
  { dim = '3 x 2', end = ':HEADER_END:\r\n' } = {},
): Uint8Array {
  const lines = Object.entries<string | null>({ ...gridHeader, ...header }).flatMap(
    ([key, text]) => (text === null ? [] : [`${key}=${text}\r\n`]),
  );
  const text = ascii(`Grid dim="${dim}"\r\n${lines.join('')}${end}`);
  const numbers = points.flat();
  const block = new DataView(new ArrayBuffer(4 * numbers.length));
  numbers.forEach((number, i) => {
    block.setFloat32(4 * i, number, false);
  });
  return join(text, new Uint8Array(block.buffer));
}

// --- Aarhus ------------------------------------------------------------------------------------

export interface MulImage {
  counts: number[];
  /** Of a label, by their place. */
  words?: Record<number, number>;
  title?: string;
  /** What the index says of it. */
  block?: number;
  number?: number;
}

/** By their place in a label: 3 x 2 pixels, 3 nm wide and 4 nm high, scanned on 2021-03-12. */
const mulWords = {
  ...{ 2: 3, 3: 2, 5: 2021, 6: 3, 7: 12, 8: 13, 9: 3, 10: 29 },
  ...{ 11: 30, 12: 40, 15: 20, 16: -15, 18: -4096, 19: 23, 44: 1 },
};

/** A file of these images, behind an index of three blocks. */
export function mul(images: MulImage[]): Uint8Array {
  const index = new Uint8Array(384);
  const inFile = images.map(({ counts, words, title = '' }, i) => {
    const blocks = 1 + Math.ceil((2 * counts.length) / 128);
    const out = new Uint8Array(128 * blocks);
    const view = new DataView(out.buffer);
    for (const [at, word] of Object.entries({ ...mulWords, 0: i + 1, 1: blocks, ...words })) {
      view.setInt16(2 * Number(at), word, true);
    }
    out[61] = title.length;
    out.set(ascii(title), 62);
    counts.forEach((n, k) => {
      view.setInt16(128 + 2 * k, n, true);
    });
    return out;
  });
  let block = 3;
  const view = new DataView(index.buffer);
  images.forEach((image, i) => {
    view.setUint16(6 * i, image.number ?? i + 1, true);
    view.setUint32(6 * i + 2, image.block ?? block, true);
    block += inFile[i]!.length / 128;
  });
  if (images.length < 64) view.setUint32(6 * images.length + 2, block, true);
  return join(index, ...inFile);
}

// --- Nanoscope ---------------------------------------------------------------------------------

export type Lines = Record<string, string | null>;

/** Lists of a header before those of the images. */
const nanoscopeLists: Record<string, Lines> = {
  'File list': { Version: '0x09010201', 'Data length': '4096' },
  'Scanner list': { '@Sens. Zsens': 'V 20.00000 nm/V', '@Sens. CurrentSens': 'V 10.00000 nA/V' },
  'Ciao scan list': {
    'Rotate Ang.': '12.5',
    'Samps/line': '3',
    Lines: '2',
    'Aspect Ratio': '1:1',
    '@MicroscopeList': 'S [STMMode] "STM"',
    '@Sens. Phase': 'V 1.000000 ',
    '@2:STMSetCurrent': 'V [Sens. CurrentSens] (0.0003750000 V/LSB) 0.1000000 V',
    '@2:Sample Bias': 'V (0.3051758 mV/LSB) -50.00000 mV',
  },
};

export interface NanoscopeImage {
  /** Lines to change; null leaves one out. */
  lines?: Lines;
  /** As stored. */
  numbers: Uint8Array;
}

/** Images of 3 x 2 pixels, 30 nm wide, of 32768 V: half a volt per count of 2 bytes, 10 nm. */
export function nanoscope(
  images: NanoscopeImage[],
  changes: Record<string, Lines> = {},
  { lineEnd = '\r\n', more = '' } = {},
): Uint8Array {
  const dataAt = 4096;
  let offset = dataAt;
  const lists: [string, Lines][] = Object.entries(nanoscopeLists).map(([name, lines]) => [
    name,
    { ...lines, ...changes[name] },
  ]);
  for (const { lines, numbers } of images) {
    const own: Lines = {
      'Data offset': `${offset}`,
      'Data length': `${numbers.length}`,
      'Bytes/pixel': '2',
      'Frame direction': 'Up',
      'Samps/line': '3',
      'Number of lines': '2',
      'Aspect Ratio': '1:1',
      'Scan Size': '30 20 nm',
      'Scan Line': 'Main',
      'Line Direction': 'Trace',
      '@2:Image Data': 'S [ZSensor] "Height Sensor"',
      '@2:Z scale': 'V [Sens. Zsens] (0.1 V/LSB) 32768.00 V',
    };
    lists.push(['Ciao image list', { ...own, ...lines }]);
    offset += numbers.length;
  }
  const text = lists.flatMap(([name, lines]) => [
    `\\*${name}`,
    ...Object.entries(lines).flatMap(([key, value]) =>
      value === null ? [] : [`\\${key}: ${value}`],
    ),
  ]);
  const head = ascii([...text, `${more}\\*File list end`, '\x1a'].join(lineEnd));
  const filling = new Uint8Array(dataAt - head.length);
  return join(head, filling, ...images.map(({ numbers }) => numbers));
}

export { writeNpy, writeSxm };

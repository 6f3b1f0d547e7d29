import { type Channel, makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, quote } from './bytes.ts';
import { walk } from './orient.ts';
import {
  type Entry,
  parseTextHeader,
  requiredCount,
  requiredEntry,
  skipHeader,
  type TextHeader,
  textsOf,
} from './text-header.ts';
import { metresToNm, parseNumber, sizeUnknown, splitUnit } from './units.ts';

export const gridMagic = 'Grid dim=';

const headerEnd = ':HEADER_END:';
const floatBytes = 4;
/** Images of one channel, whatever the points of its sweep. */
const mostSlices = 5;
/** Pixels of all images: the header of a small file may claim a grid that no memory holds. */
const mostPixels = 1 << 26;
/** Where the topography is: as the line was scanned between its points, or before each spectrum. */
const heights = ['Scan:Z (m)', 'Z (m)'];

/** What was recorded, as 'Current (A)' names it. */
interface Signal {
  name: string;
  unit: string;
  scale: number;
}

interface Grid {
  columns: number;
  rows: number;
  /** Names of the numbers before the spectra of a grid point, which can be more. */
  parameters: readonly string[];
  parameterCount: number;
  /** The spectra of a grid point, one behind the other. */
  signals: readonly Signal[];
  /** Points of a spectrum. */
  points: number;
  pointBytes: number;
}

/** The first and the last value of a sweep. */
interface Sweep {
  signal: Signal;
  start: number;
  end: number;
}

/** Where one image stands among the numbers of a grid point, and what it shows. */
interface Plane {
  name: string;
  unit: string;
  scale: number;
  index: number;
  biasV: number | null;
}

/** Lines of 'Name=value' or 'Name="value"'. */
function parseGridHeader(cursor: Cursor): TextHeader {
  const header = parseTextHeader(cursor, headerEnd, '=', false);
  for (const entry of header.entries.values()) entry.text = entry.text.replace(/^"|"$/g, '');
  return header;
}

function required(cursor: Cursor, header: TextHeader, key: string): Entry {
  return requiredEntry(cursor, header, key, `${key}=`);
}

function countOf(cursor: Cursor, header: TextHeader, key: string, least: 0 | 1): number {
  return requiredCount(cursor, header, key, `${key}=`, least);
}

/** '30 x 20': columns, then rows. */
function sizeOf(cursor: Cursor, header: TextHeader): [columns: number, rows: number] {
  const { text, at } = required(cursor, header, 'Grid dim');
  const found = /^\s*(\d+)\s*x\s*(\d+)\s*$/i.exec(text);
  const [columns, rows] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (columns > 0 && rows > 0 && columns * rows <= mostPixels) return [columns, rows];
  return cursor.fail(`a grid of ${quote(text)}`, `1 to ${mostPixels} points`, at);
}

/** What stands between semicolons. */
function namesOf({ entries }: TextHeader, key: string): string[] {
  const names = entries.get(key)?.text.split(';') ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function signalOf(text: string): Signal {
  const open = text.lastIndexOf('(');
  if (open < 1 || !text.endsWith(')')) return { name: text, unit: '', scale: 1 };
  return { name: text.slice(0, open).trim(), ...splitUnit(text.slice(open + 1, -1)) };
}

function gridOf(cursor: Cursor, header: TextHeader): Grid {
  const [columns, rows] = sizeOf(cursor, header);
  const points = countOf(cursor, header, 'Points', 1);
  const signals = namesOf(header, 'Channels').map(signalOf);
  const parameterCount = countOf(cursor, header, '# Parameters (4 byte)', 1);
  const parameters = [
    ...namesOf(header, 'Fixed parameters'),
    ...namesOf(header, 'Experiment parameters'),
  ];
  if (parameters.length > parameterCount) {
    const { at } = required(cursor, header, '# Parameters (4 byte)');
    cursor.fail(`${parameterCount} parameters`, `the ${parameters.length} that have names`, at);
  }
  const size = countOf(cursor, header, 'Experiment size (bytes)', 0);
  if (size !== points * signals.length * floatBytes) {
    const { at } = required(cursor, header, 'Experiment size (bytes)');
    const spectra = `${count(signals.length, 'channel')} of ${count(points, 'point')}`;
    cursor.fail(`an experiment of ${size} bytes`, `${spectra} (float32)`, at);
  }
  const pointBytes = parameterCount * floatBytes + size;
  return { columns, rows, parameters, parameterCount, signals, points, pointBytes };
}

/** How many grid points the file holds: all, or as many whole ones as were measured. */
function countPoints(cursor: Cursor, { columns, rows, pointBytes }: Grid): number {
  const all = columns * rows;
  cursor.need(pointBytes, 'a grid point');
  if (cursor.left >= all * pointBytes) return all;
  if (cursor.left % pointBytes === 0) return cursor.left / pointBytes;
  return cursor.fail(
    `${count(cursor.left, 'byte')} of grid points`,
    `${all * pointBytes} (${columns} x ${rows} points of ${pointBytes} bytes), or fewer whole points`,
  );
}

/** Which of the stored grid points were measured; an unfinished grid may be filled up with zeros. */
function listMeasured(view: DataView, { pointBytes }: Grid): number[] {
  const isMeasured = (point: number) => {
    for (let at = point * pointBytes; at < (point + 1) * pointBytes; at += floatBytes) {
      if (view.getFloat32(at) !== 0) return true;
    }
    return false;
  };
  const all = Array.from({ length: view.byteLength / pointBytes }, (_, point) => point);
  return all.filter(isMeasured);
}

/** The sweep as the first measured point states it; null when it does not run straight from one value to another. */
function sweepOf(header: TextHeader, view: DataView, grid: Grid, first: number): Sweep | null {
  const { parameters, pointBytes } = grid;
  const numberOf = (name: string) => {
    const index = parameters.indexOf(name);
    return index < 0 ? Number.NaN : view.getFloat32(first * pointBytes + index * floatBytes);
  };
  const signal = signalOf(header.entries.get('Sweep Signal')?.text ?? '');
  const [start, end] = [numberOf('Sweep Start'), numberOf('Sweep End')];
  const isLine = header.entries.get('Filetype')?.text !== 'MLS' && start !== end;
  return isLine && Number.isFinite(start) && Number.isFinite(end) ? { signal, start, end } : null;
}

/** Points of a spectrum evenly apart, both ends among them. */
function pickPoints(points: number): number[] {
  const n = Math.min(points, mostSlices);
  return Array.from({ length: n }, (_, i) => Math.round((i * (points - 1)) / Math.max(n - 1, 1)));
}

/** The value of a sweep at one of its points. 7 digits, as float32 has: -0.22 V, not -0.2199999988. */
function sweptTo({ start, end }: Sweep, point: number, points: number): number {
  const value = points === 1 ? start : start + ((end - start) * point) / (points - 1);
  const isZero = Math.abs(value) < 1e-6 * Math.max(Math.abs(start), Math.abs(end));
  return isZero ? 0 : Number(value.toPrecision(7));
}

/** The topography, then per spectrum its images at a few values of the sweep. */
function listPlanes(grid: Grid, sweep: Sweep | null, biasV: number | null): Plane[] {
  const { parameters, parameterCount, signals, points } = grid;
  const height = heights.map((name) => parameters.indexOf(name)).find((index) => index >= 0);
  const topography =
    height === undefined ? [] : [{ name: 'Z', unit: 'm', scale: 1, index: height, biasV }];
  const ofBias = sweep?.signal.name === 'Bias' && sweep.signal.unit === 'V';
  const slices = signals.flatMap(({ name, unit, scale }, i) =>
    pickPoints(points).map((point): Plane => {
      const value = sweep ? sweptTo(sweep, point, points) * sweep.signal.scale : null;
      const at =
        value === null
          ? `point ${point + 1} of ${points}`
          : `${Number(value.toPrecision(4))} ${sweep!.signal.unit}`.trim();
      const index = parameterCount + i * points + point;
      return { name: `${name} at ${at}`, unit, scale, index, biasV: ofBias ? value : biasV };
    }),
  );
  return [...topography, ...slices];
}

/** The image of one number of every measured point, bottom row first in the file; NaN elsewhere. */
function readPlane(
  view: DataView,
  { columns, rows, pointBytes }: Grid,
  measured: readonly number[],
  { index, scale }: Plane,
): Float32Array {
  const pixels = new Float32Array(rows * columns).fill(Number.NaN);
  const { start, rowStep } = walk(rows, columns, true, false);
  for (const point of measured) {
    const column = point % columns;
    const row = (point - column) / columns;
    const value = view.getFloat32(point * pointBytes + index * floatBytes);
    pixels[start + row * rowStep + column] = value * scale;
  }
  return pixels;
}

/** The set-point when the Z controller regulates a current. */
function setpointOf({ entries }: TextHeader): number | null {
  if (entries.get('Z-Controller>Setpoint unit')?.text !== 'A') return null;
  return parseNumber(entries.get('Z-Controller>Setpoint')?.text);
}

/** Size and angle, from 'centre x; centre y; width; height; angle'. */
function placeOf(header: TextHeader, { columns, rows }: Grid): Partial<Channel> {
  const texts = header.entries.get('Grid settings')?.text.split(';') ?? [];
  const [, , width, height, angleDeg] = Array.from({ length: 5 }, (_, i) => parseNumber(texts[i]));
  const widthNm = metresToNm(width ?? 0);
  // A line of points has no height of its own.
  const asWide = widthNm === null ? null : (widthNm * rows) / columns;
  return { widthNm, heightNm: metresToNm(height ?? 0) ?? asWide, angleDeg: angleDeg ?? null };
}

/**
 * Nanonis .3ds grid spectroscopy: a text header, then per grid point its parameters and its spectra,
 * big-endian float32. A spectrum of every point is no image, and one image per value of the sweep would be
 * thousands: so the images are the topography 'Z' in m (parameter 'Scan:Z (m)', else 'Z (m)'), the first,
 * and per channel those at five points of the sweep evenly apart, both ends among them (at every point of fewer), named by
 * the value there ('LockinX at -0.5 V'), which is also their bias where the bias was swept. A sweep in
 * several segments is named by its points ('LockinX at point 3 of 18').
 *
 * The first point is the bottom left one and lines follow each other upwards, as the X and Y of a
 * real, turned grid say. Points not measured - the file ends before them, or they hold nothing but
 * zeros - are NaN. Throws FormatError.
 */
export function readGrid(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file, 0, bytes.length, 'big');
  const header = parseGridHeader(cursor);
  const { entries } = header;
  const grid = gridOf(cursor, header);
  skipHeader(cursor, header, headerEnd);
  const stored = countPoints(cursor, grid);
  const block = cursor.block(stored * grid.pointBytes, 'the grid points');
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const measured = listMeasured(view, grid);
  const sweep = sweepOf(header, view, grid, measured[0] ?? 0);
  const planes = listPlanes(grid, sweep, parseNumber(entries.get('Bias>Bias (V)')?.text));
  const { columns, rows } = grid;
  if (planes.length === 0 || planes.length * columns * rows > mostPixels) {
    const found = `${count(planes.length, 'image')} of ${columns} x ${rows} points`;
    cursor.fail(found, `1 to ${mostPixels} pixels in all`, 0);
  }

  const known: Partial<Channel> = {
    ...placeOf(header, grid),
    setpointA: setpointOf(header),
    slow: 'up',
  };
  const channels = planes.map((plane) => {
    const { name, unit, biasV } = plane;
    const pixels = readPlane(view, grid, measured, plane);
    return makeChannel(name, pixels, rows, columns, { ...known, unit, biasV });
  });
  const warnings: string[] = [];
  if (measured.length < columns * rows) {
    warnings.push(`unfinished: ${measured.length} of ${columns * rows} grid points measured.`);
  }
  if (known.widthNm === null) warnings.push(sizeUnknown);
  if (cursor.left > 0) {
    warnings.push(`${count(cursor.left, 'byte')} after the grid points: not read.`);
  }
  return { name: file, format: 'nanonis-3ds', channels, header: textsOf(header), warnings };
}

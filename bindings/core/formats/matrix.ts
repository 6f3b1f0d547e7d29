import { FormatError } from '../errors.ts';
import { type Channel, type Direction, makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, quote } from './bytes.ts';
import {
  type Experiment,
  findImage,
  matrixMagic,
  readExperiment,
  readId,
  readString,
  readTag,
  type Transfer,
} from './matrix-parameters.ts';
import type { Siblings } from './options.ts';
import { walk } from './orient.ts';
import { metresToNm } from './units.ts';

/** What the image file itself holds: raw integers and whose they are. */
interface Raw {
  view: string;
  seconds: number;
  at: number;
  length: number;
}

// An unfinished scan's frame is larger than its pixels, so the file's size cannot bound it.
const largestFrame = 8192 * 8192;

function readRaw(bytes: Uint8Array, file: string): Raw {
  const cursor = new Cursor(bytes, file);
  cursor.skip(matrixMagic.length, 'the magic of a Matrix file');
  const tagAt = cursor.offset;
  const tag = readTag(cursor);
  if (tag !== 'BKLT') {
    const found = tag === 'META' ? 'a Matrix parameter file' : `block ${quote(tag)}`;
    cursor.fail(found, 'a Matrix image (.Z_mtrx), which begins with block BKLT', tagAt);
  }
  const size = cursor.u32('the length of block BKLT');
  const seconds = cursor.u32('the time of block BKLT');
  cursor.skip(4, 'the time of block BKLT');
  cursor.need(size, 'the content of block BKLT');
  cursor.skip(4, 'block BKLT');

  let described: { view: string; items: number } | undefined;
  while (cursor.left > 0) {
    const at = cursor.offset;
    const inner = readTag(cursor);
    const length = cursor.u32(`the length of block ${inner}`);
    cursor.need(length, `the content of block ${inner}`);
    const start = cursor.offset;
    if (inner === 'DESC') {
      described = readDescription(new Cursor(bytes, file, start, start + length));
    } else if (inner === 'DATA' && described) {
      if (described.items * 4 > length) {
        cursor.fail(`${count(length, 'byte')} of pixels`, `${described.items} int32`, at);
      }
      return { view: described.view, seconds, at: start, length: described.items };
    }
    cursor.offset = start + length;
  }
  return cursor.fail('the end of the file', `block ${described ? 'DATA' : 'DESC'}`);
}

function readDescription(cursor: Cursor): { view: string; items: number } {
  const view = readId(cursor);
  cursor.skip(16, 'the description of the image');
  const items = cursor.u32('the number of pixels measured');
  const typeAt = cursor.offset;
  const type = readString(cursor);
  if (type !== 'SI32') cursor.fail(`pixels of type ${quote(type)}`, 'SI32', typeAt);
  return { view, items };
}

/** The parameter file that belongs to an image, and where in it the image is recorded. */
function findParameters(
  image: string,
  siblings: Siblings | undefined,
): { name: string; bytes: Uint8Array; at: number | null } {
  const dashes = image.lastIndexOf('--');
  const prefix = dashes > 0 ? image.slice(0, dashes) : null;
  const isOwn = (name: string) =>
    prefix !== null &&
    name.startsWith(`${prefix}_`) &&
    /^\d+\.mtrx$/i.test(name.slice(prefix.length + 1));
  const names = (siblings?.names ?? []).filter((name) => /_\d+\.mtrx$/i.test(name)).sort();
  // A session continued has several; the own ones come first, others for a renamed image.
  const candidates = [...names.filter(isOwn), ...names.filter((name) => !isOwn(name))].map(
    (name) => ({ name, bytes: siblings!.read(name) }),
  );
  for (const candidate of candidates) {
    const at = findImage(candidate.bytes, candidate.name, image);
    if (at !== null) return { ...candidate, at };
  }
  const own = candidates.find(({ name }) => isOwn(name));
  if (own) return { ...own, at: null };
  const wanted = prefix === null ? 'its file ending in _0001.mtrx' : `${prefix}_0001.mtrx`;
  throw new FormatError(
    image,
    0,
    'no parameter file beside it',
    `${wanted}, which holds the scaling of a Matrix image`,
  );
}

/** Raw integer -> value: slope and offset of the channel's transfer function. */
function scaling(transfer: Transfer, file: string): (raw: number) => number {
  const constant = (name: string): number => {
    const value = transfer.constants.get(name);
    if (typeof value === 'number') return value;
    throw new FormatError(file, transfer.at, `no ${name} in ${transfer.name}`, 'a number');
  };
  switch (transfer.name) {
    case 'TFF_Identity':
      return (raw) => raw;
    case 'TFF_Linear1D': {
      const offset = constant('Offset');
      const factor = constant('Factor');
      return (raw) => (raw - offset) / factor;
    }
    case 'TFF_MultiLinear1D': {
      const offset = constant('Offset');
      const gain = constant('Raw_1') - constant('PreOffset');
      const divisor = constant('NeutralFactor') * constant('PreFactor');
      return (raw) => (gain * (raw - offset)) / divisor;
    }
    default:
      throw new FormatError(
        file,
        transfer.at,
        `transfer function ${quote(transfer.name)}`,
        'TFF_Identity, TFF_Linear1D or TFF_MultiLinear1D',
      );
  }
}

function numberOf(experiment: Experiment, key: string): number | null {
  const value = experiment.parameters.get(key)?.value;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function wholeNumberOf(experiment: Experiment, key: string, file: string): number {
  const n = numberOf(experiment, key);
  if (n !== null && Number.isInteger(n) && n > 0) return n;
  throw new FormatError(file, 0, `${key} = ${n ?? 'nothing'}`, 'a positive whole number');
}

/** One of the up to four images of a frame. */
interface Pass {
  direction: Direction;
  slow: 'up' | 'down';
  /** Position in the stream of its first line, in lines, and of the next ones after it. */
  firstLine: number;
  lineStep: number;
}

interface Frame {
  rows: number;
  columns: number;
  passes: Pass[];
}

/**
 * How the stream divides into images: each line is recorded forward and, with X_Retrace, backward;
 * with Y_Retrace the frame is recorded once up, then once down.
 */
function readFrame(experiment: Experiment, file: string): Frame {
  const columns = wholeNumberOf(experiment, 'XYScanner.Points', file);
  const rows = wholeNumberOf(experiment, 'XYScanner.Lines', file);
  if (columns * rows > largestFrame) {
    const found = `a frame of ${columns} x ${rows} pixels`;
    throw new FormatError(file, 0, found, `at most ${largestFrame} pixels`);
  }
  const isOn = (key: string) => experiment.parameters.get(key)?.value === true;
  const directions: Direction[] = isOn('XYScanner.X_Retrace')
    ? ['forward', 'backward']
    : ['forward'];
  const slows: Pass['slow'][] = isOn('XYScanner.Y_Retrace') ? ['up', 'down'] : ['up'];
  const passes = slows.flatMap((slow, frame) =>
    directions.map((direction, shift) => ({
      direction,
      slow,
      firstLine: frame * rows * directions.length + shift,
      lineStep: directions.length,
    })),
  );
  return { rows, columns, passes };
}

/** The channel an image file belongs to, with its name and scaling. */
function readChannel(
  experiment: Experiment,
  raw: Raw,
  image: string,
  parameterFile: { name: string; at: number | null },
): { name: string; transfer: Transfer } {
  const id = experiment.channelOfView.get(raw.view) ?? '';
  const name = experiment.names.get(id) ?? /\.([^.]+)_mtrx$/i.exec(image)?.[1] ?? 'channel';
  if (name.includes('(')) {
    const found = `${name}, a Matrix spectroscopy curve, which adatom does not read yet`;
    throw new FormatError(image, raw.at, found, 'an image such as Z or I');
  }
  const transfer = experiment.transfers.get(id);
  if (transfer) return { name, transfer };
  throw new FormatError(
    parameterFile.name,
    parameterFile.at ?? 0,
    `no transfer function for channel ${quote(name)}`,
    `one before ${image} was written`,
  );
}

/** The image of one pass, or none when the scan ended before its first line was complete. */
function readPass(
  view: DataView,
  { rows, columns }: Frame,
  { direction, slow, firstLine, lineStep }: Pass,
  toValue: (raw: number) => number,
): Float64Array | null {
  const linesRecorded = Math.floor(view.byteLength / 4 / columns);
  if (firstLine >= linesRecorded) return null;
  const pixels = new Float64Array(rows * columns).fill(Number.NaN);
  const turn = walk(rows, columns, slow === 'up', direction === 'backward');
  for (let row = 0; row < rows; row++) {
    const line = firstLine + row * lineStep;
    if (line >= linesRecorded) break;
    let to = turn.start + row * turn.rowStep;
    for (let column = 0; column < columns; column++) {
      pixels[to] = toValue(view.getInt32((line * columns + column) * 4, true));
      to += turn.columnStep;
    }
  }
  return pixels;
}

/**
 * Omicron / Scienta Matrix image (.Z_mtrx, .I_mtrx, ...): a stream of int32 in the order of
 * acquisition. Channel, size, set-point and scaling stand only in the session's parameter file
 * (..._0001.mtrx), found among the siblings. Up to four channels: forward and backward, up and
 * down; lines not recorded are NaN. Throws FormatError.
 */
export function readMatrix(bytes: Uint8Array, file: string, siblings?: Siblings): Scan {
  const raw = readRaw(bytes, file);
  const source = findParameters(file, siblings);
  const experiment = readExperiment(source.bytes, source.name, source.at, raw.seconds);
  const { name, transfer } = readChannel(experiment, raw, file, source);
  const frame = readFrame(experiment, source.name);
  const { rows, columns, passes } = frame;
  if (raw.length > columns * rows * passes.length || raw.length < columns) {
    const expected = `between one line and ${passes.length} x ${columns} x ${rows}`;
    throw new FormatError(file, raw.at, count(raw.length, 'pixel'), expected);
  }

  const known: Partial<Channel> = {
    unit: transfer.unit,
    widthNm: metresToNm(numberOf(experiment, 'XYScanner.Width') ?? 0),
    heightNm: metresToNm(numberOf(experiment, 'XYScanner.Height') ?? 0),
    angleDeg: numberOf(experiment, 'XYScanner.Angle'),
    biasV: numberOf(experiment, 'GapVoltageControl.Voltage'),
    setpointA: setpoint(experiment),
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset + raw.at, raw.length * 4);
  const toValue = scaling(transfer, source.name);
  const channels = passes.flatMap((pass): Channel[] => {
    const pixels = readPass(view, frame, pass, toValue);
    const { direction, slow } = pass;
    return pixels ? [makeChannel(name, pixels, rows, columns, { ...known, direction, slow })] : [];
  });

  const header: Record<string, string> = { parameterFile: source.name };
  for (const [key, { value, unit }] of experiment.parameters) {
    header[key] = unit === '--' ? String(value) : `${value} ${unit}`;
  }
  const warnings =
    source.at === null
      ? [`${source.name} does not list this image: taken as it was at the image's time.`]
      : [];
  return { name: file, format: 'omicron-matrix', channels, header, warnings };
}

/** Set-point of the feedback, when it regulates a current. */
function setpoint(experiment: Experiment): number | null {
  const unit = experiment.parameters.get('Regulator.Setpoint_1')?.unit;
  return unit === 'Ampere' ? numberOf(experiment, 'Regulator.Setpoint_1') : null;
}

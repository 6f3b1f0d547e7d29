import { ShapeError } from '../errors.ts';
import { encodeUtf8 } from '../formats/bytes.ts';
import { walk } from '../formats/orient.ts';
import type { Channel, Scan } from '../scan.ts';

/** A row of :DATA_INFO:, and the images it stands for in the order of the file. */
interface Row {
  name: string;
  unit: string;
  direction: 'both' | 'forward' | 'backward';
  images: Channel[];
}

/** A forward image and the next unpaired backward image of the same name and unit make one row. */
function pairChannels(channels: readonly Channel[]): Row[] {
  const rows: Row[] = [];
  for (const channel of channels) {
    const name = cell(channel.name);
    const unit = cell(channel.unit);
    const direction = channel.direction === 'backward' ? 'backward' : 'forward';
    const partner = rows.find(
      (row) => row.name === name && row.unit === unit && isOpposite(row.direction, direction),
    );
    if (!partner) rows.push({ name, unit, direction, images: [channel] });
    else {
      partner.direction = 'both';
      if (direction === 'forward') partner.images.unshift(channel);
      else partner.images.push(channel);
    }
  }
  return rows;
}

function isOpposite(a: Row['direction'], b: Row['direction']): boolean {
  return (a === 'forward' && b === 'backward') || (a === 'backward' && b === 'forward');
}

/** Tabs and newlines structure the table, so a name cannot hold them. */
function cell(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').trim();
}

/** Nanometres as a decimal number of metres: the exponent is moved, so no digit is lost. */
function metres(nm: number | null): string {
  if (nm === null) return '0.000000E+0';
  const [digits, exponent] = nm.toExponential().split('e');
  const shifted = Number(exponent) - 9;
  return `${digits}E${shifted < 0 ? '-' : '+'}${Math.abs(shifted)}`;
}

function number(value: number): string {
  return value.toExponential().replace('e', 'E');
}

/** What the channels must agree on, because the header says it once for all of them. */
const shared = ['rows', 'columns', 'widthNm', 'heightNm', 'angleDeg', 'biasV', 'setpointA', 'slow'];

function checkAlike(channels: readonly Channel[]): Channel {
  const [first] = channels;
  if (!first) throw new ShapeError('writeSxm: expected at least one channel, got none.');
  for (const channel of channels) {
    for (const key of shared as (keyof Channel)[]) {
      if (channel[key] !== first[key]) {
        throw new ShapeError(
          `writeSxm: expected ${key} ${first[key]} in every channel, got ${channel[key]} in '${channel.name}'.`,
        );
      }
    }
    if (channel.pixels.length !== first.rows * first.columns) {
      throw new ShapeError(
        `writeSxm: expected ${first.rows * first.columns} pixels in '${channel.name}', got ${channel.pixels.length}.`,
      );
    }
  }
  return first;
}

function headerText(scan: Scan, first: Channel, rows: readonly Row[]): string {
  const entries: [string, string][] = [
    ['NANONIS_VERSION', '2'],
    ['SCANIT_TYPE', '              FLOAT            MSBFIRST'],
    ['REC_DATE', ' 01.01.2000'],
    ['REC_TIME', '00:00:00'],
    ['REC_TEMP', '      290.0000000000'],
    ['ACQ_TIME', '       0.0'],
    ['SCAN_PIXELS', `       ${first.columns}       ${first.rows}`],
    ['SCAN_FILE', cell(scan.name)],
    ['SCAN_TIME', '             0.000E+0             0.000E+0'],
    ['SCAN_RANGE', `           ${metres(first.widthNm)}           ${metres(first.heightNm)}`],
    ['SCAN_OFFSET', '             0.000000E+0         0.000000E+0'],
  ];
  if (first.angleDeg !== null)
    entries.push(['SCAN_ANGLE', `            ${number(first.angleDeg)}`]);
  entries.push(['SCAN_DIR', first.slow === 'up' ? 'up' : 'down']);
  if (first.biasV !== null) entries.push(['BIAS', `            ${number(first.biasV)}`]);
  if (first.setpointA !== null) {
    entries.push([
      'Z-CONTROLLER',
      '\tName\ton\tSetpoint\tP-gain\tI-gain\tT-const\n' +
        `\tlog Current\t1\t${number(first.setpointA)} A\t0.000E+0 m\t0.000E+0 m/s\t0.000E+0 s`,
    ]);
  }
  const table = rows.map(
    ({ name, unit, direction }, i) =>
      `\t${i}\t${name}\t${unit}\t${direction}\t1.000E+0\t0.000E+0\n`,
  );
  entries.push(['COMMENT', 'written by adatom']);
  entries.push([
    'DATA_INFO',
    `\tChannel\tName\tUnit\tDirection\tCalibration\tOffset\n${table.join('')}\n`,
  ]);
  return `${entries.map(([key, text]) => `:${key}:\n${text}\n`).join('')}:SCANIT_END:\n\n\n`;
}

/**
 * A Nanonis .sxm file of a scan: every channel as big-endian float32, forward before backward,
 * stored the way the instrument does (backward lines right to left, an upward scan bottom line
 * first). A channel of unknown direction is written as forward, a scan of unknown slow direction
 * as down; the date is a fixed one, so equal scans give equal bytes.
 * Throws ShapeError when the channels differ in shape, size, bias, set-point or angle.
 */
export function writeSxm(scan: Scan): Uint8Array {
  const first = checkAlike(scan.channels);
  const table = pairChannels(scan.channels);
  const header = encodeUtf8(headerText(scan, first, table));
  const { rows, columns } = first;
  const start = header.length + 2;
  const bytes = new Uint8Array(start + scan.channels.length * rows * columns * 4);
  bytes.set(header);
  bytes.set([0x1a, 0x04], header.length);
  const view = new DataView(bytes.buffer);
  let to = start;
  for (const { pixels, direction } of table.flatMap((row) => row.images)) {
    const turn = walk(rows, columns, first.slow === 'up', direction === 'backward');
    for (let row = 0; row < rows; row++) {
      let from = turn.start + row * turn.rowStep;
      for (let column = 0; column < columns; column++) {
        view.setFloat32(to, pixels[from]!, false);
        from += turn.columnStep;
        to += 4;
      }
    }
  }
  return bytes;
}

import {
  AdatomError,
  type Channel,
  describe,
  parseLengthNm,
  type ReadOptions,
} from '../../index.ts';
import { scanOptions } from '../scan-options.ts';
import type { Command, Context } from './command.ts';

const LEAST_DIGITS = 5;
/** All that a double has. */
const MOST_DIGITS = 17;

const UNSIZED = '  Size unknown: give the width (--width 100nm) for lengths in nm.';

/** `adatom info SCAN...`: what files hold. */
export const info: Command = {
  name: 'info',
  summary: 'what scan files hold: channels, sizes, bias, set-point',
  positionals: ['SCAN...'],
  options: {
    width: scanOptions['width'],
    unit: scanOptions['unit'],
    header: { help: "print the file's own header too" },
  },
  example: 'adatom info scan.sxm',
  run(given, context) {
    const { positionals: paths } = given;
    const [width, unit] = [given.text('width'), given.text('unit')];
    const known = {
      ...(width === undefined ? {} : { widthNm: parseLengthNm(width, '--width') }),
      ...(unit === undefined ? {} : { unit }),
    };
    const failed = paths.filter((path) => {
      try {
        tell(path, known, given.flag('header'), context);
        return false;
      } catch (error) {
        if (paths.length === 1 || !(error instanceof AdatomError)) throw error;
        // The others are told of all the same.
        context.report.warn(error.message);
        return true;
      }
    });
    if (failed.length > 0) {
      throw new AdatomError(`${failed.length} of ${paths.length} files could not be read.`);
    }
  },
};

/** One file: a line of JSON, or a line per channel. */
function tell(
  path: string,
  known: ReadOptions,
  withHeader: boolean,
  { json, print, report, files }: Context,
): void {
  const { scan, sha256 } = files.readScan('scan', path, known);
  const channels = scan.channels.map(summarise);
  const { name: file, format, warnings, header } = scan;
  if (json) {
    const more = withHeader ? { header } : {};
    print(JSON.stringify({ file, format, sha256, channels, warnings, ...more }));
    return;
  }
  print(`${file}: ${format}, ${channels.length} channel(s), sha256 ${sha256}`);
  for (const line of linesOf(channels)) print(line);
  if (withHeader) {
    for (const [key, value] of Object.entries(header)) print(`  ${key}: ${value}`);
  }
  if (channels.some(({ widthNm }) => widthNm === null)) print(UNSIZED);
  for (const warning of warnings) report.warn(warning);
}

/** Size, range and settings of each channel, below one another. */
function linesOf(channels: readonly ReturnType<typeof summarise>[]): string[] {
  const digits = `${channels.length - 1}`.length;
  return channels.map((channel, index) => {
    const { name, rows, columns, widthNm, heightNm, angleDeg, biasV, setpointA } = channel;
    const size =
      widthNm === null ? 'size unknown' : `${round(widthNm)} x ${round(heightNm ?? widthNm)} nm`;
    const facts = [
      `${columns} x ${rows} px`,
      size,
      formatRange(channel),
      angleDeg === null ? '' : `${round(angleDeg)}°`,
      biasV === null ? '' : `${round(biasV)} V`,
      setpointA === null ? '' : `${round(setpointA * 1e12)} pA`,
      channel.slow === 'unknown' ? '' : channel.slow,
      channel.missing > 0 ? `${channel.missing} pixels missing` : '',
    ];
    const title = `${`${index}`.padEnd(digits)}  ${name.padEnd(24)}`;
    return `  ${title} ${facts.filter(Boolean).join(', ')}`;
  });
}

function summarise(channel: Channel) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let missing = 0;
  for (const value of channel.pixels) {
    if (!Number.isFinite(value)) {
      missing++;
      continue;
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const { unit, direction, rows, columns, widthNm, heightNm, angleDeg, biasV, setpointA, slow } =
    channel;
  return {
    name: describe(channel),
    unit,
    direction,
    rows,
    columns,
    widthNm,
    heightNm,
    angleDeg,
    biasV,
    setpointA,
    slow,
    min,
    max,
    missing,
  };
}

function round(value: number): string {
  return String(Number(value.toPrecision(5)));
}

/**
 * Both ends with as many digits as it takes to see their difference to a few: a scan's heights may lie
 * within a thousandth of where the piezo stands.
 */
function formatRange({ min, max, unit }: ReturnType<typeof summarise>): string {
  const unitText = unit || '(no unit)';
  if (!(min <= max)) return `none .. none ${unitText}`;
  if (min === max) return `${min.toPrecision(LEAST_DIGITS)} ${unitText} everywhere`;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const shared = Math.max(0, Math.floor(Math.log10(largest / (max - min))));
  const digits = Math.min(MOST_DIGITS, LEAST_DIGITS + shared);
  return `${min.toPrecision(digits)} .. ${max.toPrecision(digits)} ${unitText}`;
}

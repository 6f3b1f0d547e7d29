import { type Channel, describe } from '../../index.ts';
import { readInput, scanOptions } from '../scan-options.ts';
import type { Command } from './command.ts';

const LEAST_DIGITS = 5;
/** All that a double has. */
const MOST_DIGITS = 17;

/** `adatom info SCAN`: what a file holds. */
export const info: Command = {
  name: 'info',
  summary: 'what a scan file holds: channels, sizes, bias, set-point',
  positionals: ['SCAN'],
  options: {
    width: scanOptions['width'],
    header: { help: "print the file's own header too" },
  },
  example: 'adatom info scan.sxm',
  run(given, context) {
    const { json, print, report, files } = context;
    const { scan } = readInput(context, given);
    const [{ sha256 }] = files.list;
    const channels = scan.channels.map(summarise);
    if (json) {
      const { name: file, format, warnings, header } = scan;
      print(
        JSON.stringify({
          file,
          format,
          sha256,
          channels,
          warnings,
          ...(given.flag('header') ? { header } : {}),
        }),
      );
      return;
    }
    print(`${scan.name}: ${scan.format}, ${channels.length} channel(s), sha256 ${sha256}`);
    channels.forEach((channel, index) => {
      const size =
        channel.widthNm === null
          ? 'size unknown'
          : `${round(channel.widthNm)} x ${round(channel.heightNm ?? channel.widthNm)} nm`;
      const more = [
        channel.angleDeg === null ? '' : `${round(channel.angleDeg)}°`,
        channel.biasV === null ? '' : `${round(channel.biasV)} V`,
        channel.setpointA === null ? '' : `${round(channel.setpointA * 1e12)} pA`,
        channel.slow === 'unknown' ? '' : channel.slow,
        channel.missing > 0 ? `${channel.missing} pixels missing` : '',
      ].filter(Boolean);
      print(
        `  ${`${index}`.padEnd(`${channels.length - 1}`.length)}  ${channel.name.padEnd(24)} ${channel.columns} x ${channel.rows} px, ${size}, ${formatRange(channel)}${more.length ? `, ${more.join(', ')}` : ''}`,
      );
    });
    if (given.flag('header')) {
      for (const [key, value] of Object.entries(scan.header)) print(`  ${key}: ${value}`);
    }
    for (const warning of scan.warnings) report.warn(warning);
  },
};

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

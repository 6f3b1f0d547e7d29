import { type Channel, describe } from '../../index.ts';
import { readInput, scanOptions } from '../scan-options.ts';
import type { Command } from './command.ts';

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
        `  ${index}  ${channel.name.padEnd(24)} ${channel.columns} x ${channel.rows} px, ${size}, ${formatNumber(channel.min)} .. ${formatNumber(channel.max)} ${channel.unit || '(no unit)'}${more.length ? `, ${more.join(', ')}` : ''}`,
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

function formatNumber(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(5) : 'none';
}

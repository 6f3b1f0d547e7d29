import { describe, expect, test } from 'vitest';
import { chooseChannels, isTopography, describe as nameOf } from '../../bindings/core/channels.ts';
import { OptionError } from '../../bindings/core/errors.ts';
import { type Channel, makeChannel, type Scan } from '../../bindings/core/scan.ts';

function channel(name: string, known: Partial<Channel> = {}, flat = false): Channel {
  const pixels = Float32Array.from({ length: 12 }, (_, i) => (flat ? 1 : i));
  return makeChannel(name, pixels, known.rows ?? 3, known.columns ?? 4, known);
}

function scanOf(...channels: Channel[]): Scan {
  return { name: 'scan', format: 'test', channels, header: {}, warnings: [] };
}

const forward = { unit: 'm', direction: 'forward' } as const;
const backward = { unit: 'm', direction: 'backward' } as const;
const names = (channels: Channel[]) => channels.map(nameOf);

describe('chooseChannels', () => {
  test('takes the topography and its retrace, wherever they stand', () => {
    const current = channel('Current', { ...forward, unit: 'A' });
    const scan = scanOf(current, channel('Z', backward), channel('Z', forward));
    expect(names(chooseChannels(scan))).toEqual(['Z:forward', 'Z:backward']);
  });

  test('takes the other bias rather than the retrace', () => {
    const filled = channel('Z', { ...forward, biasV: -2 });
    const retrace = channel('Z', { ...backward, biasV: -2 });
    const empty = channel('Z', { ...forward, biasV: 1.5 });
    expect(chooseChannels(scanOf(filled, retrace, empty))).toEqual([filled, empty]);
    expect(chooseChannels(scanOf(filled, { ...filled, name: 'Z' }))).toEqual([filled]);
  });

  test('takes one channel when no other belongs to it', () => {
    const small = channel('Z', { ...backward, rows: 2, columns: 6 });
    expect(names(chooseChannels(scanOf(channel('Z', forward), small)))).toEqual(['Z:forward']);
    const up = channel('Z', { ...forward, slow: 'up' });
    const down = channel('Z', { ...backward, slow: 'down' });
    expect(names(chooseChannels(scanOf(up, down)))).toEqual(['Z:forward']);
  });

  test('takes the first two of a file that names nothing', () => {
    const scan = scanOf(channel('channel 0'), channel('channel 1'), channel('channel 2'));
    expect(names(chooseChannels(scan))).toEqual(['channel 0', 'channel 1']);
  });

  test('takes a length without a name for heights, one with another name not', () => {
    const untitled = channel('channel 1', { unit: 'm' });
    const scan = scanOf(channel('channel 0', { unit: 'V' }), untitled);
    expect(names(chooseChannels(scan))).toEqual(['channel 1']);
    expect(isTopography(untitled)).toBe(true);
    const named = ['forward', 'backward'].map((direction) =>
      channel('Z', { direction: direction as 'forward' | 'backward', unit: 'm' }),
    );
    expect(names(chooseChannels(scanOf(untitled, ...named)))).toEqual(['Z:forward', 'Z:backward']);
    expect(isTopography(channel('Amplitude', { unit: 'm' }))).toBe(false);
    expect(isTopography(channel('channel 0', { unit: 'V' }))).toBe(false);
  });

  test('takes the current where the height is constant', () => {
    const input = channel('Input 4', { direction: 'forward', unit: 'V' });
    const current = channel('Current', { direction: 'forward', unit: 'A' });
    const scan = scanOf(channel('Z', forward, true), input, current);
    expect(names(chooseChannels(scan))).toEqual(['Current:forward']);
  });

  test('does as told, by number, by name and by direction, whatever the case', () => {
    const scan = scanOf(channel('Z', forward), channel('Z', backward));
    expect(names(chooseChannels(scan, ['1']))).toEqual(['Z:backward']);
    expect(names(chooseChannels(scan, ['z']))).toEqual(['Z:forward']);
    expect(names(chooseChannels(scan, ['Z:Backward', '0']))).toEqual(['Z:backward', 'Z:forward']);
  });

  test('names what there is when it is asked for what there is not', () => {
    const scan = scanOf(channel('Z', forward), channel('wide', { rows: 2, columns: 6 }));
    expect(() => chooseChannels(scan, ['Q'])).toThrow(/'Q': scan has 0=Z:forward, 1=wide/);
    expect(() => chooseChannels(scan, ['0', '1'])).toThrow(/3 x 4 pixels but 'wide' is 2 x 6/);
    expect(() => chooseChannels(scan, ['0', '1', '0'])).toThrow(OptionError);
    expect(() => chooseChannels(scanOf())).toThrow(OptionError);
  });
});

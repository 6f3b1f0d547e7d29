import { OptionError } from './errors.ts';
import type { Channel, Scan } from './scan.ts';

/**
 * The one or two channels that the pipeline works on. `wanted` names them by index ('0'), by name
 * ('Z') or by name and direction ('Z:backward'). With none wanted: the topography, and with it the
 * same image at another bias or, without one, recorded on the way back or, in a file that names
 * nothing, the next image.
 */
export function chooseChannels(scan: Scan, wanted: readonly string[] = []): Channel[] {
  if (scan.channels.length === 0) throw new OptionError(`${scan.name}: holds no image.`);
  if (wanted.length > 2) {
    throw new OptionError(`channels: expected one or two, got ${wanted.length}.`);
  }
  const chosen = wanted.length > 0 ? wanted.map((name) => findChannel(scan, name)) : guess(scan);
  const [first, second] = chosen;
  if (second && (second.rows !== first.rows || second.columns !== first.columns)) {
    throw new OptionError(
      `channels: '${describe(first)}' is ${first.rows} x ${first.columns} pixels but '${describe(second)}' is ${second.rows} x ${second.columns}; they must show the same area.`,
    );
  }
  return chosen;
}

/** A channel's name and direction, as chooseChannels accepts it. */
export function describe(channel: Channel): string {
  return channel.direction === 'unknown' ? channel.name : `${channel.name}:${channel.direction}`;
}

function findChannel(scan: Scan, wanted: string): Channel {
  if (/^\d+$/.test(wanted)) {
    const channel = scan.channels[Number(wanted)];
    if (channel) return channel;
  }
  const lower = wanted.toLowerCase();
  const found = scan.channels.find(
    (channel) => describe(channel).toLowerCase() === lower || channel.name.toLowerCase() === lower,
  );
  if (found) return found;
  const names = scan.channels.map((channel, index) => `${index}=${describe(channel)}`).join(', ');
  throw new OptionError(`channel '${wanted}': ${scan.name} has ${names}.`);
}

function guess(scan: Scan): Channel[] {
  const usable = scan.channels.filter(varies);
  const first =
    usable.find((channel) => isNamedTopography(channel) && channel.direction !== 'backward') ??
    usable.find(isNamedTopography) ??
    usable.find(isTopography) ??
    // A constant-height scan: the picture is in the current.
    usable.find((channel) => channel.unit === 'A' && channel.direction !== 'backward') ??
    usable.find((channel) => channel.direction !== 'backward') ??
    usable[0] ??
    scan.channels[0];
  const partners = usable.filter((channel) => channel !== first && isPartner(channel, first));
  const second = partners.find((channel) => isOtherBias(channel, first)) ?? partners[0];
  return second ? [first, second] : [first];
}

/** Whether the image holds more than one value; the height of a constant-height scan does not. */
function varies(channel: Channel): boolean {
  let first = Number.NaN;
  for (const value of channel.pixels) {
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return true;
  }
  return false;
}

/**
 * Whether a channel holds heights, by its unit or, where the file gives none, its name. A length under
 * a name that is only our number for it (readers call it 'channel 0') is taken for one.
 */
export function isTopography(channel: Channel): boolean {
  const isUntitled = channel.unit === 'm' && /^channel \d+$/i.test(channel.name.trim());
  return isUntitled || isNamedTopography(channel);
}

function isNamedTopography({ name, unit }: Channel): boolean {
  const called = name.trim();
  return (
    (unit === 'm' && /^(z|topo|height)/i.test(called)) || /^(z|topography|height)$/i.test(called)
  );
}

/** Whether both were recorded in the same direction at biases that differ: two sights of one area. */
function isOtherBias(channel: Channel, first: Channel): boolean {
  return (
    channel.direction === first.direction &&
    channel.biasV !== null &&
    first.biasV !== null &&
    channel.biasV !== first.biasV
  );
}

function isPartner(channel: Channel, first: Channel): boolean {
  if (channel.rows !== first.rows || channel.columns !== first.columns) return false;
  if (first.direction === 'unknown') return channel.unit === first.unit && channel.unit === '';
  if (channel.name !== first.name || channel.slow !== first.slow) return false;
  return channel.direction === 'backward' || isOtherBias(channel, first);
}

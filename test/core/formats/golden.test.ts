import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readScan, type Siblings } from '../../../bindings/core/formats/index.ts';
import type { Channel, Scan } from '../../../bindings/core/scan.ts';
import { hasShared, readShared, sharedFolder, sharedTitle } from '../../shared.ts';

interface Golden {
  file: string;
  format: string;
  meta: Record<string, unknown>;
  channels: {
    name: string;
    unit: string;
    direction: string;
    scale?: number;
    zscale?: string;
    nx: number;
    ny: number;
    width_m: number;
    height_m: number;
    n_nan?: number;
    min: number;
    max: number;
    mean: number;
    std: number;
    pixels: [number, number, number][];
  }[];
}

const tolerance = 1e-6;

/** Names of our channels where the goldens have another: of what has no title, and of a title that says the direction too. */
const names: Readonly<Record<string, string>> = {
  GwyDataField: 'channel 0',
  layer0: 'Generated 1',
  'I 3 37-1 Backward Down': 'I 3 37-1',
};

/** Formats that this library reads; the other goldens are of formats recognised only. */
const readFormats = [
  'nanonis-sxm',
  'omicron-mtrx-data',
  'createc-dat',
  'gwy',
  'gwy-old(GWYO)',
  'gsf',
  'rhk-sm4',
  'wsxm',
  'igor-ibw5',
  'nanosurf-nid',
  'nanonis-3ds',
  'nanoscope',
  'aarhus-mul',
];

const golden: Golden[] = hasShared
  ? readdirSync(resolve(sharedFolder, 'vendor/golden')).map((name) =>
      JSON.parse(new TextDecoder().decode(readShared(`vendor/golden/${name}`))),
    )
  : [];

const siblings: Siblings = {
  names: hasShared ? readdirSync(resolve(sharedFolder, 'vendor')) : [],
  read: (name) => readShared(`vendor/${name}`),
};

type GoldenChannel = Golden['channels'][0];

/**
 * The RHK goldens say that their values are scaled, but they are the numbers as stored: the current is
 * 10 nA in 2^31 steps (so the mean of every one is its set-point), and the heights are the range
 * of the piezo in as many, downwards. A lock-in's 'min -1757088' is -8.2 pA.
 */
function rhkScale(file: string, { unit }: GoldenChannel): number {
  const range = unit === 'A' ? 1e-8 : file.startsWith('line_hopg') ? -6e-7 : -1.5e-7;
  return Math.fround(range / 2 ** 31);
}

/** A golden in nm or mV. */
function scaled(wanted: GoldenChannel, scale: number): GoldenChannel {
  const { min, max, mean, std, pixels } = wanted;
  const [least, most, middle, spread] = [min, max, mean, std].map((n) => n * scale);
  const inUnit = pixels.map(([x, y, n]): [number, number, number] => [x, y, n * scale]);
  return { ...wanted, min: least!, max: most!, mean: middle!, std: spread!, pixels: inUnit };
}

/** The grid's goldens have our names and units: 'LockinX (V) @sweep idx 100' of 200 is in the middle. */
function asOurSlice(wanted: GoldenChannel): GoldenChannel {
  const [, name, unit] = /^(?:param )?(\w+) \((\w+)\)/.exec(wanted.name)!;
  const at = wanted.name.endsWith('@sweep idx 100') ? ' at 0.001106 V' : '';
  return { ...wanted, name: `${name}${at}`, unit: unit! };
}

/** Goldens of .mul have the numbers of the images alone, and say beside the unit how they were scaled. */
function asMul(wanted: GoldenChannel): GoldenChannel {
  const name = wanted.name.replace(/^img(\d+) z$/, 'Z $1');
  return { ...scaled(wanted, 1e-9), name, unit: wanted.unit.slice(0, 2) };
}

/** Goldens of Nanoscope are named as in the file, in nm or, without a sensitivity's unit, in what 'Z scale' ends in. */
function asNanoscope(wanted: GoldenChannel): GoldenChannel {
  const name = /"(.*)"/.exec(wanted.name)![1]!;
  const direction = wanted.direction === 'Trace' ? 'forward' : 'backward';
  const of = wanted.unit || wanted.zscale!.split(' ').at(-1)!;
  const [unit, scale] = { 'nm/V': ['m', 1e-9], mV: ['V', 1e-3], º: ['deg', 1] }[of] as [
    string,
    number,
  ];
  return { ...scaled(wanted, scale), name, unit, direction };
}

/** A golden in the unit that it names. */
function inUnits({ file, format }: Golden, wanted: GoldenChannel): GoldenChannel {
  if (format === 'nanonis-3ds') return asOurSlice(wanted);
  if (format === 'nanosurf-nid') {
    return { ...wanted, direction: wanted.direction.replace('Scan ', '') };
  }
  if (format === 'wsxm') return scaled(wanted, 1e-9);
  if (format === 'aarhus-mul') return asMul(wanted);
  if (format === 'nanoscope') return asNanoscope(wanted);
  if (format !== 'rhk-sm4') return wanted;
  const scale = rhkScale(file, wanted);
  const ends = [wanted.min * scale, wanted.max * scale];
  const [min, max] = [Math.min(...ends), Math.max(...ends)];
  const [mean, std] = [wanted.mean * scale, wanted.std * Math.abs(scale)];
  const pixels = wanted.pixels.map(([x, y, n]): [number, number, number] => [x, y, n * scale]);
  const direction = wanted.direction === 'RHK_SCAN_LEFT' ? 'backward' : 'forward';
  return { ...wanted, direction, min, max, mean, std, pixels };
}

/**
 * Where a golden pixel (x, y) is in our channel, whose row 0 is the top and column 0 the left.
 * - .sxm goldens are in the order of the file: an upward scan begins with its bottom row, and
 *   backward lines run right to left.
 * - The Matrix golden comes from access2theMatrix, which turns backward lines but begins both up
 *   and down images with the bottom row, the first one recorded of an upward image.
 * - WSxM files begin with the lower right pixel, and the goldens keep their order.
 * - Igor's y points up; .nid, .3ds, Nanoscope and .mul begin with the bottom row.
 * - .gwy and .gsf store the top row first, as we do.
 * - The RHK goldens come from spym, which mirrors lines stored right to left, as we do, but takes
 *   the number of columns for that of rows. Its 512 rows of line_hopg are 8 lines of 512 cut into
 *   pieces of 8: the file counts 8 completed lines, and neighbours among these correlate to 0.998.
 */
function place(format: string, channel: Channel, x: number, y: number): [number, number] {
  if (format === 'rhk-sm4') {
    const { rows, columns } = channel;
    const stored = y * rows + (rows - 1 - x);
    return [columns - 1 - (stored % columns), Math.floor(stored / columns)];
  }
  if (format === 'wsxm') return [channel.columns - 1 - x, channel.rows - 1 - y];
  const bottomFirst =
    format === 'omicron-mtrx-data' ||
    format === 'igor-ibw5' ||
    format === 'nanosurf-nid' ||
    format === 'nanonis-3ds' ||
    format === 'nanoscope' ||
    format === 'aarhus-mul' ||
    (format === 'nanonis-sxm' && channel.slow === 'up');
  const mirrored = format === 'nanonis-sxm' && channel.direction === 'backward';
  return [mirrored ? channel.columns - 1 - x : x, bottomFirst ? channel.rows - 1 - y : y];
}

/** What a count of a Createc channel is in `unit`, from the constants of the file's header. */
function createcScale({ header }: Scan, { name }: Channel): number {
  const volts = 20 / 2 ** 20;
  if (name === 'Current') return volts / 10 ** Number(header['Gainpreamp / GainPre 10^']);
  if (name !== 'Z') return 1;
  return Number(header['ZPiezoconst']) * Number(header['GainZ / GainZ']) * volts * 1e-10;
}

/**
 * Our Createc channel as ProbeFlow, which made the goldens, reads the file:
 * - from the spare number before the first pixel, so that each pixel is one to the right of ours and
 *   the first is the spare one, or the last of the image before;
 * - with Dacto[A]z, rounded to five decimals, for the heights, and with half of the current and its
 *   sign turned round;
 * - without the rows that were not measured.
 */
function asProbeFlow(scan: Scan, i: number, wanted: Golden['channels'][0]): Channel {
  const channel = scan.channels[i]!;
  const before = scan.channels[i - 1];
  const factor = wanted.scale! / createcScale(scan, channel);
  const pixels = new Float64Array(wanted.nx * wanted.ny);
  if (before) {
    const last = before.pixels[before.pixels.length - 1]! / createcScale(scan, before);
    pixels[0] = (Number.isNaN(last) ? 0 : last) * wanted.scale!;
  }
  for (let k = 1; k < pixels.length; k++) pixels[k] = channel.pixels[k - 1]! * factor;
  return {
    ...channel,
    name: `${channel.name} ${channel.direction}`,
    unit: channel.unit || 'DAC',
    pixels,
    rows: wanted.ny,
    heightNm: (channel.heightNm! * wanted.ny) / channel.rows,
  };
}

function statistics({ pixels }: Channel) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let n = 0;
  for (const value of pixels) {
    if (Number.isNaN(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    n++;
  }
  const mean = sum / n;
  let squares = 0;
  for (const value of pixels) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return { min, max, mean, std: Math.sqrt(squares / n), nan: pixels.length - n };
}

function expectClose(got: number, wanted: number, what: string, scale = Math.abs(wanted)): void {
  expect(Math.abs(got - wanted), `${what}: ${got} for ${wanted}`).toBeLessThanOrEqual(
    tolerance * scale,
  );
}

function read(file: string): Scan {
  return readScan(readShared(`vendor/${file}`), file, { siblings });
}

describe.skipIf(!hasShared)(sharedTitle('readScan equals the golden summaries'), () => {
  const cases = golden.filter(({ format }) => readFormats.includes(format));

  it('covers every golden file of the formats read', () => {
    expect(cases.map(({ file }) => file).sort()).toEqual(
      siblings.names
        .filter((name) =>
          /\.(sxm|gwy|gsf|Z_mtrx|sm4|stp|top|ibw|nid|3ds|di|mul)$|^(createc|A25).*\.dat$/i.test(
            name,
          ),
        )
        .slice()
        .sort(),
    );
  });

  const withImages = cases.filter(({ channels }) => channels.length > 0);

  it.each(cases.filter((one) => !withImages.includes(one)))('$file has none', ({ file }) => {
    expect(() => read(file)).toThrow(/holds no image/);
  });

  it.each(withImages)('$file', (one) => {
    const { file, format, channels } = one;
    const scan = read(file);
    // Of our images of a grid, the goldens have the topography and those in the middle of the sweep.
    if (format === 'nanonis-3ds')
      scan.channels = scan.channels.filter((_, i) => i === 0 || i % 5 === 3);
    expect(scan.channels.length).toBe(channels.length);
    channels.forEach((stored, i) => {
      const wanted = inUnits(one, stored);
      const channel = format === 'createc-dat' ? asProbeFlow(scan, i, wanted) : scan.channels[i]!;
      const title = `${wanted.name} ${wanted.direction}`;
      const size = [wanted.nx, wanted.ny];
      // spym names rows and columns of an image the wrong way round; see place.
      if (format === 'rhk-sm4') size.reverse();
      expect([channel.columns, channel.rows], title).toEqual(size);
      expect(channel.name).toBe(names[wanted.name] ?? wanted.name);
      // Gwyddion 1.x wrote the unit it showed (nm) beside values in metres; ours has no prefix.
      expect(channel.unit).toBe(wanted.unit === 'nm' ? 'm' : wanted.unit);
      if (wanted.direction !== '?') {
        const [direction, slow] = wanted.direction.split('/');
        expect(channel.direction).toBe(direction);
        if (slow) expect(channel.slow).toBe(slow);
      }
      if (file === 'test.gwy' || file.startsWith('10x10')) {
        // Their lateral unit is the empty string: 128 of nothing is no physical size.
        expect([channel.widthNm, channel.heightNm]).toEqual([null, null]);
      } else {
        expectClose(channel.widthNm!, wanted.width_m * 1e9, `${title} width`);
        expectClose(channel.heightNm!, wanted.height_m * 1e9, `${title} height`);
      }

      const got = statistics(channel);
      expect(got.nan, title).toBe(wanted.n_nan ?? 0);
      expectClose(got.min, wanted.min, `${title} min`);
      expectClose(got.max, wanted.max, `${title} max`);
      // A mean near zero is a difference of large numbers: its scale is that of the values.
      const largest = Math.max(Math.abs(wanted.min), Math.abs(wanted.max));
      expectClose(
        got.mean,
        wanted.mean,
        `${title} mean`,
        Math.max(Math.abs(wanted.mean), largest * 1e-8),
      );
      expectClose(got.std, wanted.std, `${title} std`, Math.max(wanted.std, largest * 1e-8));
      for (const [x, y, value] of wanted.pixels) {
        const [column, row] = place(format, channel, x, y);
        expectClose(
          channel.pixels[row * channel.columns + column]!,
          value,
          `${title} (${x}, ${y})`,
        );
      }
    });
  });

  it.each(cases.filter(({ meta }) => typeof meta['bias_V'] === 'number'))(
    '$file: bias, set-point, angle and direction',
    ({ file, meta }) => {
      for (const channel of read(file).channels) {
        expectClose(channel.biasV!, meta['bias_V'] as number, 'bias');
        const setpoint = meta['setpoint_A'] ?? meta['setpoint'];
        expectClose(channel.setpointA!, Number.parseFloat(String(setpoint)), 'set-point');
        expectClose(channel.angleDeg!, meta['scan_angle_deg'] as number, 'angle');
        expect(channel.slow).toBe(meta['scan_dir'] ?? 'unknown');
      }
    },
  );

  it.each(cases.filter(({ format }) => format === 'createc-dat'))(
    '$file: bias, set-point, angle and rows not measured',
    ({ file, meta, channels }) => {
      const { channels: got } = read(file);
      got.forEach((channel, i) => {
        const { biasV, angleDeg, slow, rows, columns, pixels } = channel;
        expect(biasV).toBe(Number((Number(meta['bias_mV']) / 1000).toPrecision(12)));
        expect(angleDeg).toBe(Number(meta['scan_angle_deg']));
        expect(slow).toBe('down');
        expect([columns, rows]).toEqual([meta['Nx'], meta['Ny']]);
        // The feedback of the AFM follows a frequency shift: its 7.000 are Hz.
        const ampere = file.includes('qplus') ? null : Number(meta['setpoint']);
        expect(channel.setpointA).toBe(ampere);
        expect(pixels.subarray(channels[i]!.ny * columns).every(Number.isNaN)).toBe(true);
      });
    },
  );

  it('takes the place and the bias of a grid, and the scan of a Nanosurf file, from their headers', () => {
    const grid = read('NanonisReader_STS_grid_lockin.3ds');
    expect(grid.warnings).toEqual([]);
    expect(grid.channels.map(({ biasV }) => biasV).slice(0, 6)).toEqual([
      ...[null, -0.22, -0.1094472, 0.001105528, 0.1094472, 0.22],
    ]);
    expect(grid.channels[5]!.name).toBe('Current at 0.22 V');
    expect(grid.channels[0]).toMatchObject({ angleDeg: 45, widthNm: 5, heightNm: 5 });
    const scan = read('nid-1.nid');
    expect(scan.warnings).toEqual([]);
    // The set-point of an AFM is a force.
    expect(scan.channels[1]).toMatchObject({ slow: 'up', angleDeg: 0, setpointA: null });
  });
  it.each(cases.filter(({ format }) => format === 'aarhus-mul'))(
    '$file: bias, set-point and angle',
    ({ file, meta }) => {
      const images = meta['images'] as Record<string, number>[];
      read(file).channels.forEach(({ biasV, setpointA, angleDeg }, i) => {
        expectClose(biasV!, images[i]!['bias_mV']! / 1000, 'bias');
        expectClose(setpointA!, images[i]!['current_nA']! * 1e-9, 'set-point');
        expect(angleDeg).toBe(images[i]!['tilt']);
      });
    },
  );

  it('takes the Matrix parameters as they were when the image was written', () => {
    const { channels, warnings } = read('20201111--4_1.Z_mtrx');
    expect(warnings).toEqual([]);
    for (const { biasV, setpointA, angleDeg } of channels) {
      expectClose(biasV!, 0.6, 'bias');
      expectClose(setpointA!, 3e-10, 'set-point');
      expect(angleDeg).toBe(0);
    }
  });
});

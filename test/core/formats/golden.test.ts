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

/** Formats that this library reads; the other goldens are of formats recognised only. */
const readFormats = ['nanonis-sxm', 'omicron-mtrx-data', 'gwy', 'gwy-old(GWYO)', 'gsf'];

const golden: Golden[] = hasShared
  ? readdirSync(resolve(sharedFolder, 'vendor/golden')).map((name) =>
      JSON.parse(new TextDecoder().decode(readShared(`vendor/golden/${name}`))),
    )
  : [];

const siblings: Siblings = {
  names: hasShared ? readdirSync(resolve(sharedFolder, 'vendor')) : [],
  read: (name) => readShared(`vendor/${name}`),
};

/**
 * Where a golden pixel (x, y) is in our channel, whose row 0 is the top and column 0 the left.
 * - .sxm goldens are in the order of the file: an upward scan begins with its bottom row, and
 *   backward lines run right to left.
 * - The Matrix golden comes from access2theMatrix, which turns backward lines but begins both up
 *   and down images with the bottom row, the first one recorded of an upward image.
 * - .gwy and .gsf store the top row first, as we do.
 */
function place(format: string, channel: Channel, x: number, y: number): [number, number] {
  const bottomFirst =
    format === 'omicron-mtrx-data' || (format === 'nanonis-sxm' && channel.slow === 'up');
  const mirrored = format === 'nanonis-sxm' && channel.direction === 'backward';
  return [mirrored ? channel.columns - 1 - x : x, bottomFirst ? channel.rows - 1 - y : y];
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
        .filter((name) => /\.(sxm|gwy|gsf|Z_mtrx)$/.test(name))
        .slice()
        .sort(),
    );
  });

  it.each(cases)('$file', ({ file, format, channels }) => {
    const scan = read(file);
    expect(scan.channels.length).toBe(channels.length);
    channels.forEach((wanted, i) => {
      const channel = scan.channels[i]!;
      const title = `${wanted.name} ${wanted.direction}`;
      expect([channel.columns, channel.rows], title).toEqual([wanted.nx, wanted.ny]);
      // A GWYO file of version 1.x has no titles: its golden is named after the type.
      expect(channel.name).toBe(wanted.name === 'GwyDataField' ? 'channel 0' : wanted.name);
      // Gwyddion 1.x wrote the unit it showed (nm) beside values in metres; ours has no prefix.
      expect(channel.unit).toBe(wanted.unit === 'nm' ? 'm' : wanted.unit);
      if (wanted.direction !== '?') {
        const [direction, slow] = wanted.direction.split('/');
        expect(channel.direction).toBe(direction);
        if (slow) expect(channel.slow).toBe(slow);
      }
      if (file === 'test.gwy') {
        // Its lateral unit is the empty string: 128 of nothing is no physical size.
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
        expectClose(channel.setpointA!, Number.parseFloat(String(meta['setpoint'])), 'set-point');
        expect(channel.angleDeg).toBe(meta['scan_angle_deg']);
        expect(channel.slow).toBe(meta['scan_dir']);
      }
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

import { describe, expect, test } from 'vitest';
import { CancelledError, OptionError, ShapeError } from '../../../bindings/core/errors.ts';
import { estimateLattices } from '../../../bindings/core/lattice/estimate.ts';
import { preprocess } from '../../../bindings/core/preprocess/index.ts';
import { findSurface } from '../../../bindings/core/preprocess/surfaces.ts';
import { type Channel, makeChannel, type Step } from '../../../bindings/core/scan.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';
import { hasShared, readShared, sharedTitle } from '../../shared.ts';
import { make, noisy, withDefects } from './images.ts';

const kernels = createKernels();

/** Rows `period` px apart with defects, noise and tilt, metres. */
function rowsChannel(size: number, period: number, known: Partial<Channel> = {}): Channel {
  const wave = (x: number, y: number) =>
    0.02 * kernels.sin((2 * Math.PI * (0.8 * x + 0.6 * y)) / period) + 0.004 * x - 0.002 * y;
  const made = withDefects(noisy(kernels, make(size, size, wave), 0.004, 5), 30, 3, 0.1, 6);
  return makeChannel(
    'Z',
    made.heights.map((h) => h * 1e-9),
    size,
    size,
    {
      unit: 'm',
      widthNm: 50,
      heightNm: 50,
      ...known,
    },
  );
}

function step(steps: readonly Step[], name: string): Step {
  const found = steps.find((s) => s.name === name);
  if (!found) throw new Error(`no step ${name}`);
  return found;
}

describe('preprocess', () => {
  test('levels, records every step, keeps the grid and does not touch its input', () => {
    const channel = rowsChannel(256, 6.2);
    const before = Float64Array.from(channel.pixels);
    const stages: string[] = [];
    const result = preprocess(kernels, [channel], {}, { onProgress: (e) => stages.push(e.stage) });
    expect(channel.pixels).toEqual(before);
    expect([result.rows, result.columns, result.scaleX, result.scaleY]).toEqual([256, 256, 1, 1]);
    expect(result.heightUnit).toBe('nm');
    expect(result.pixelNm).toBeCloseTo(50 / 256, 12);
    expect(result.steps.map((s) => s.name)).toEqual([
      'missing',
      'units',
      'lines',
      'lattice',
      'level',
      'scars',
      'tip',
      'resample',
    ]);
    expect(step(result.steps, 'lattice')['spacing']).toBeCloseTo((6.2 * 50) / 256, 1);
    expect(stages.length).toBeGreaterThan(5);
    const sorted = Float32Array.from(result.planes[0]).sort();
    expect(Math.abs(sorted[sorted.length >> 1])).toBeLessThan(1e-3);
    // Corrugation of 20 pm and noise; the tilt was 1.5 nm.
    expect(sorted[Math.floor(0.95 * sorted.length)]).toBeLessThan(0.05);
  });

  test('unfinished scans come out without NaN, marked and reported', () => {
    const channel = rowsChannel(256, 6.2);
    const pixels = Float64Array.from(channel.pixels).fill(NaN, 180 * 256);
    pixels.fill(NaN, 50 * 256, 51 * 256);
    const { planes, valid, warnings, steps } = preprocess(kernels, [{ ...channel, pixels }]);
    expect(planes[0].every(Number.isFinite)).toBe(true);
    expect(valid.reduce((sum, v) => sum + v, 0)).toBe(179 * 256);
    expect(step(steps, 'missing')['missingLines']).toEqual([77]);
    expect(warnings.some((w) => w.includes('not measured'))).toBe(true);
    // The filled part continues the levelled surface: no tilt turned round.
    const high = planes[0].subarray(180 * 256).reduce((m, h) => Math.max(m, Math.abs(h)), 0);
    expect(high).toBeLessThan(0.25);
  });

  test('resamples to the pixel asked for, and scale leads back to the file', () => {
    const channel = rowsChannel(256, 12);
    const { rows, columns, pixelNm, scaleX, planes, valid } = preprocess(kernels, [channel], {
      pixelNm: 0.4,
    });
    expect([rows, columns]).toEqual([125, 125]);
    expect(pixelNm).toBeCloseTo(0.4, 9);
    expect(scaleX * 256).toBeCloseTo(125, 9);
    expect(planes[0]).toHaveLength(125 * 125);
    expect(valid).toHaveLength(125 * 125);
  });

  test('the surface sets the working pixel', () => {
    const { columns, pixelNm } = preprocess(kernels, [rowsChannel(256, 6)], { surface: 'ge001' });
    expect(columns).toBe(512);
    expect(pixelNm).toBeCloseTo(findSurface('ge001').pixelNm, 9);
  });

  test('hum finer than any atoms is not taken for rows', () => {
    const period = (px: number) => (2 * Math.PI) / px;
    const wave = (x: number, y: number) =>
      0.02 * kernels.cos(period(16) * x) +
      0.05 * kernels.cos(period(3) * (0.1 * x + 0.995 * y) + 1);
    const { heights } = noisy(kernels, make(256, 256, wave), 0.03, 7);
    const known = { unit: 'nm', widthNm: 10, heightNm: 10 };
    const channel = makeChannel('Z', heights, 256, 256, known);
    const rowsOf = (surface?: string) => {
      const options = { resample: 'off' as const, ...(surface ? { surface } : {}) };
      const levelled = preprocess(kernels, [channel], options);
      const [fit] = estimateLattices(kernels, levelled);
      const seen = step(levelled.steps, 'lattice')['spacing'] as number;
      return { seen, estimated: fit.lengthA.value * levelled.pixelNm! };
    };
    const rows = rowsOf('tio2-110');
    expect(rows.seen).toBeCloseTo(0.625, 2);
    expect(rows.estimated).toBeCloseTo(0.625, 2);
    // The hum repeats over 0.117 nm, no rows of atoms over less than 0.2 nm.
    expect(rowsOf().seen).toBeCloseTo(0.625, 2);
  });

  test('hum that goes with the time, to and fro, is not taken for rows', () => {
    const cosine = (turns: number) => kernels.cos(2 * Math.PI * turns);
    const channels = [1, -1].map((way) => {
      const wave = (x: number, y: number) =>
        0.01 * cosine((14 * x + 23 * y) / 256) + 0.04 * cosine((way * 5.3 * x + 74 * y) / 256);
      const { heights } = noisy(kernels, make(256, 256, wave), 0.01, 5 + way);
      return makeChannel('Z', heights, 256, 256, { unit: 'nm' });
    });
    const spacing = (of: Channel[]) =>
      step(preprocess(kernels, of, { hysteresis: 'off' }).steps, 'lattice')['spacing'];
    expect(spacing(channels)).toBeNull();
    expect(spacing([channels[0]])).toBeCloseTo(256 / Math.hypot(5.3, 74), 1);
    expect(spacing([channels[0], channels[0]])).toBeCloseTo(256 / Math.hypot(5.3, 74), 1);
  });

  test('a lattice sampled far too finely is shrunk to 16 px per period, others are kept', () => {
    const fine = preprocess(kernels, [rowsChannel(256, 32)]);
    expect(step(fine.steps, 'resample')['reason']).toBe('lattice');
    expect(fine.columns).toBeGreaterThan(120);
    expect(fine.columns).toBeLessThan(136);
    const off = preprocess(kernels, [rowsChannel(256, 32)], { resample: 'off' });
    expect(off.columns).toBe(256);
  });

  test('pixels become square', () => {
    const channel = rowsChannel(256, 8, { widthNm: 50, heightNm: 25 });
    const { rows, columns, scaleX, scaleY } = preprocess(kernels, [channel]);
    expect([rows, columns]).toEqual([256, 512]);
    expect([scaleX, scaleY]).toEqual([2, 1]);
  });

  test('pixels become square even when resampling is off, and nearly square ones are kept', () => {
    const off = { resample: 'off' } as const;
    const flat = preprocess(kernels, [rowsChannel(256, 8, { widthNm: 50, heightNm: 25 })], off);
    expect([flat.rows, flat.columns]).toEqual([256, 512]);
    expect(flat.pixelNm).toBeCloseTo(25 / 256, 9);
    expect(step(flat.steps, 'resample')['reason']).toBe('square pixels');
    const nearly = rowsChannel(256, 8, { widthNm: 50, heightNm: 50.2 });
    const kept = preprocess(kernels, [nearly], { ...off, pixelNm: 0.4 });
    expect([kept.rows, kept.columns, kept.scaleY]).toEqual([256, 256, 1]);
    expect(step(kept.steps, 'resample')['reason']).toBe('off');
    const squeezed = rowsChannel(256, 8, { widthNm: 50, heightNm: 50.4 });
    expect(preprocess(kernels, [squeezed], off).rows).toBe(258);
  });

  test('a retrace is moved onto its trace; two forward images are not', () => {
    const forward = rowsChannel(256, 9, { direction: 'forward' });
    const pixels = forward.pixels.map((_, i) => {
      const x = i % 256;
      return forward.pixels[i - x + Math.min(255, Math.max(0, x - 3))];
    }) as Float64Array;
    const retrace: Channel = { ...forward, pixels, direction: 'backward' };
    const { steps, planes } = preprocess(kernels, [forward, retrace]);
    const found = step(steps, 'hysteresis');
    expect(found['applied']).toBe(true);
    for (const s of found['shiftPx'] as number[]) expect(Math.abs(s - 3)).toBeLessThan(0.1);
    let worst = 0;
    for (let y = 0; y < 256; y++) {
      for (let x = 20; x < 236; x++) {
        const i = y * 256 + x;
        worst = Math.max(worst, Math.abs(planes[0][i] - planes[1][i]));
      }
    }
    expect(worst).toBeLessThan(0.02);
    const same = preprocess(kernels, [forward, { ...retrace, direction: 'forward' }]);
    expect(same.steps.some((s) => s.name === 'hysteresis')).toBe(false);
  });

  test('every step can be turned off', () => {
    const channel = rowsChannel(64, 6);
    const { planes } = preprocess(kernels, [channel], {
      unit: 'arbitrary',
      lines: 'off',
      level: 'off',
      scars: 'off',
      hysteresis: 'off',
      resample: 'off',
    });
    expect(planes[0]).toEqual(Float32Array.from(channel.pixels));
  });

  test('preprocessing twice is preprocessing once', () => {
    const once = preprocess(kernels, [rowsChannel(256, 6.2)]);
    const again = makeChannel('Z', once.planes[0], once.rows, once.columns, {
      unit: 'nm',
      widthNm: 50,
      heightNm: 50,
    });
    const twice = preprocess(kernels, [again]);
    let sum = 0;
    twice.planes[0].forEach((h, i) => {
      sum += (h - once.planes[0][i]) ** 2;
    });
    expect(Math.sqrt(sum / (256 * 256))).toBeLessThan(0.001);
  });

  test('bad calls get a named error', () => {
    const channel = rowsChannel(64, 6);
    const other = rowsChannel(32, 6);
    const unknown = { ...channel, widthNm: null, heightNm: null };
    expect(() => preprocess(kernels, [])).toThrow(ShapeError);
    expect(() => preprocess(kernels, [channel, other])).toThrow(ShapeError);
    const negative = { ...channel, rows: -channel.rows, columns: -channel.columns };
    expect(() => preprocess(kernels, [negative])).toThrow(ShapeError);
    // @ts-expect-error: a text, as a form gives it
    expect(() => preprocess(kernels, [channel], { pixelNm: '0.1' })).toThrow(OptionError);
    expect(() => preprocess(kernels, [channel], { surface: 'moon' })).toThrow(OptionError);
    expect(() => preprocess(kernels, [channel], { pixelNm: -1 })).toThrow(OptionError);
    expect(() => preprocess(kernels, [channel], { pixelNm: 1e-5 })).toThrow(OptionError);
    expect(() => preprocess(kernels, [unknown], { pixelNm: 0.1 })).toThrow(OptionError);
    expect(() => preprocess(kernels, [channel], {}, { signal: { aborted: true } })).toThrow(
      CancelledError,
    );
  });
});

/** float64 pixels of a version 1 .npy file, (512, 512). */
function sharedChannel(name: string, widthNm: number): Channel {
  const bytes = readShared(`real/${name}.npy`);
  const start = 10 + bytes[8] + 256 * bytes[9];
  const pixels = new Float64Array(bytes.slice(start).buffer);
  return makeChannel(name, pixels, 512, 512, { unit: 'nm', widthNm, heightNm: widthNm });
}

describe.skipIf(!hasShared)(sharedTitle('preprocess real scans'), () => {
  test('brockley: one step of Si(001), two terraces', () => {
    const scan = sharedChannel('si001-h-brockley-23_2.channel0', 100);
    const { steps } = preprocess(kernels, [scan]);
    const found = step(steps, 'level');
    expect(found['terraces']).toBe(2);
    const [height] = found['stepHeights'] as number[];
    expect(Math.abs(height - 0.136)).toBeLessThan(0.005);
  });

  test('neasden: no steps, and rows as far apart as on Si(001)', () => {
    const scan = sharedChannel('si001-h-neasden-9_2.channel0', 100);
    const { steps } = preprocess(kernels, [scan]);
    expect(step(steps, 'level')['terraces']).toBe(1);
    // The width is only assumed and the scanner uncalibrated: within 12 %.
    expect(Math.abs((step(steps, 'lattice')['spacing'] as number) / 0.768 - 1)).toBeLessThan(0.12);
  });
});

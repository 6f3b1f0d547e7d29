import { describe, expect, it } from 'vitest';
import { Random } from '../../../bindings/core/random.ts';
import { addNoise } from '../../../bindings/core/simulate/noise.ts';
import { scanWith } from '../../../bindings/core/simulate/probe.ts';
import { Tables } from '../../../bindings/core/simulate/tables.ts';
import { Warp } from '../../../bindings/core/simulate/warp.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

const tables = new Tables(createKernels());
const sharp = { curvature: 0, reach: 0, blurX: 0, blurY: 0 };
const [rows, columns] = [23, 31];

function rough(seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: rows * columns }, () => random.between(-1, 1));
}

describe('the tip', () => {
  it('dilates as the definition says', () => {
    const values = rough(1);
    const [curvature, reach] = [0.07, 3];
    const scanned = scanWith(tables, { ...sharp, curvature, reach }, { values, rows, columns });
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let highest = -Infinity;
        for (let v = Math.max(0, y - reach); v <= Math.min(rows - 1, y + reach); v++) {
          for (let u = Math.max(0, x - reach); u <= Math.min(columns - 1, x + reach); u++) {
            const drop = curvature * ((u - x) ** 2 + (v - y) ** 2);
            highest = Math.max(highest, values[v * columns + u] - drop);
          }
        }
        // Two float32 roundings of heights up to 2.
        expect(Math.abs(scanned[y * columns + x] - highest)).toBeLessThan(2 * 2 ** -23);
      }
    }
  });

  it('doubles what is tall and leaves the rest', () => {
    const values = new Float32Array(rows * columns);
    values[10 * columns + 10] = 1;
    const second = { x: 4, y: -3, height: 0.4 };
    const scanned = scanWith(tables, { ...sharp, second }, { values, rows, columns });
    expect(scanned[10 * columns + 10]).toBe(1);
    expect(scanned[7 * columns + 14]).toBeCloseTo(0.6, 6);
    expect(scanned.filter((height) => height !== 0).length).toBe(2);
  });

  it('blurs without adding or taking away', () => {
    const values = new Float32Array(rows * columns);
    values[11 * columns + 15] = 1;
    const scanned = scanWith(tables, { ...sharp, blurX: 2, blurY: 1 }, { values, rows, columns });
    const sum = scanned.reduce((total, height) => total + height, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(rows * columns * 2 ** -24);
    const flat = new Float32Array(rows * columns).fill(0.5);
    for (const height of scanWith(
      tables,
      { ...sharp, blurX: 1.3, blurY: 0.4, curvature: 0.1, reach: 2 },
      { values: flat, rows, columns },
    )) {
      expect(Math.abs(height - 0.5)).toBeLessThan(2 ** -22);
    }
  });
});

describe('noise', () => {
  const quiet = { white: 0, along: 0, alongPx: 2, line: 0, slow: 0, slowPx: 20, pink: 0 };
  const size = 300;
  const made = (part: Partial<typeof quiet>) => {
    const image = { values: new Float32Array(size * size), rows: size, columns: size };
    addNoise(tables, new Random(5), image, { ...quiet, ...part });
    return image.values;
  };
  const deviation = (values: Float32Array) => {
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  };

  it('has the strength that is asked for', () => {
    // Relative error of a deviation from n independent values: 1 / sqrt(2 n); four of them allowed.
    const within = (independent: number) => 4 / Math.sqrt(2 * independent);
    const n = size * size;
    expect(Math.abs(deviation(made({ white: 2 })) / 2 - 1)).toBeLessThan(within(n));
    expect(Math.abs(deviation(made({ along: 2 })) / 2 - 1)).toBeLessThan(within(n / 8));
    expect(Math.abs(deviation(made({ line: 2 })) / 2 - 1)).toBeLessThan(within(size));
    expect(Math.abs(deviation(made({ slow: 2 })) / 2 - 1)).toBeLessThan(within(n / 40 / 40));
    expect(deviation(made({}))).toBe(0);
  });

  it('is constant along a line where it is a line offset, and correlated where it lasts', () => {
    const lines = made({ line: 1 });
    expect(lines.slice(0, size).every((v) => v === lines[0])).toBe(true);
    const along = made({ along: 1, alongPx: 3 });
    let product = 0;
    for (let i = 1; i < along.length; i++) product += along[i] * along[i - 1];
    expect(product / along.length).toBeGreaterThan(0.7);
  });
});

describe('tables', () => {
  it('agree with the functions they stand for', () => {
    for (let i = 0; i <= 1000; i++) {
      const square = i * 0.0137;
      const exact = Math.exp(-square / 2) - Math.exp(-7);
      // Linear interpolation: step^2 / 8 times the largest second derivative, 1/4.
      expect(Math.abs(tables.bell(square) - exact)).toBeLessThan((14 / 4096) ** 2 / 32 + 1e-15);
      const turns = (i - 500) * 0.0173;
      const error = Math.abs(tables.cosine(turns) - Math.cos(2 * Math.PI * turns));
      expect(error).toBeLessThan(((2 * Math.PI) / 4096) ** 2 / 8 + 1e-13);
    }
  });

  it('draws normal deviates', () => {
    const random = new Random(1);
    const n = 100_000;
    const drawn = Array.from({ length: n }, () => tables.normal(random));
    const moment = (p: number) => drawn.reduce((sum, v) => sum + v ** p, 0) / n;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });
});

describe('a distorted frame', () => {
  it('is undone by its inverse', () => {
    const warp = new Warp(
      80,
      90,
      (row, column) => 0.0004 * row * row + 0.02 * column,
      (row) => -0.0004 * row * row,
    );
    for (let y = 5; y < 75; y += 7.3) {
      for (let x = 5; x < 80; x += 8.1) {
        const there = warp.surfaceAt(x, y);
        const back = warp.pixelAt(there.x, there.y);
        expect(Math.hypot(back.x - x, back.y - y)).toBeLessThan(1e-6);
      }
    }
  });
});

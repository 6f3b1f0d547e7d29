import { describe, expect, it } from 'vitest';
import { planesToPixels } from '../reference/layout.ts';
import * as reference from '../reference/pool.ts';
import { expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();

function pool(
  planes: Float32Array,
  channels: number,
  rows: number,
  columns: number,
  inOffset = 0,
  outOffset = 0,
): Float32Array {
  const outRows = rows >> 1;
  const outColumns = columns >> 1;
  const length = (outRows + 2) * (outColumns + 2) * channels;
  const from = memory.input(planesToPixels(planes, channels, rows, columns), inOffset);
  const to = memory.output(length * 4, outOffset);
  memory.wasm.maxPool2x2(to, from, rows, columns, channels);
  const pooled = memory.f32(to, length);
  memory.verify(`maxPool2x2 ${channels} x ${rows} x ${columns}`);
  return pooled;
}

/** Values and border at once: the expected planes, laid out as bordered pixels. */
function check(channels: number, rows: number, columns: number, offsets: number[]): void {
  const planes = values(channels * rows * columns, rows * 100 + columns);
  const expected = reference.maxPool2x2(planes, channels, rows, columns);
  expectSame(
    `maxPool2x2 ${channels} x ${rows} x ${columns}`,
    pool(planes, channels, rows, columns, ...offsets),
    planesToPixels(expected, channels, rows >> 1, columns >> 1),
  );
}

describe('maxPool2x2', () => {
  it('all small sizes, odd rows and columns dropped', () => {
    for (const rows of upTo(11)) {
      for (const columns of upTo(11)) check(5, rows, columns, [0, 0]);
    }
  });

  it('all channel counts, every pair of offsets', () => {
    for (const channels of [...upTo(17), 64]) {
      for (const a of upTo(3)) for (const b of upTo(3)) check(channels, 4, 6, [a, b]);
    }
  });

  it('a NaN is the maximum of its own four pixels and of no others', () => {
    for (const channels of [1, 4, 5]) {
      for (let i = 0; i < 16; i++) {
        const planes = values(channels * 16);
        planes[i] = NaN;
        const expected = reference.maxPool2x2(planes, channels, 4, 4);
        expect(expected.filter(Number.isNaN).length).toBe(1);
        expectSame(
          'pool of NaN',
          pool(planes, channels, 4, 4),
          planesToPixels(expected, channels, 2, 2),
        );
      }
    }
  });

  it('a constant stays the constant', () => {
    const pooled = pool(new Float32Array(3 * 6 * 6).fill(-2.5), 3, 6, 6);
    expect(pooled.filter((v) => v === -2.5).length).toBe(27);
  });
});

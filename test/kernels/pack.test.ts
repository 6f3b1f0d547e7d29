import { describe, it } from 'vitest';
import { packFilters, packPoints } from '../reference/pack.ts';
import { expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();

describe('packPoints', () => {
  it('all numbers of points, every offset, both widths', () => {
    for (const n of upTo(67)) {
      for (const dimension of [1, 2, 3, 17]) {
        for (const width of [8, 16]) {
          for (const a of upTo(3)) {
            const points = values(n * dimension);
            const expected = packPoints(points, n, dimension, width);
            const from = memory.input(points, a);
            const to = memory.output(expected.byteLength, (a + n) % 4);
            memory.wasm.packPoints(to, from, n, dimension, width);
            expectSame('blocks', memory.f32(to, expected.length), expected);
            memory.verify('packPoints');
          }
        }
      }
    }
  });
});

describe('packFilters', () => {
  it('all kinds, channels up to two groups, every offset', () => {
    for (const [taps, up] of [
      [9, 0],
      [1, 0],
      [4, 1],
    ]) {
      for (const inChannels of [1, 2, 3, 8]) {
        for (const outChannels of upTo(17)) {
          const weights = values(inChannels * outChannels * taps);
          const expected = packFilters(weights, inChannels, outChannels, taps, up === 1);
          const from = memory.input(weights, outChannels % 4);
          const to = memory.output(expected.byteLength, (inChannels + taps) % 4);
          memory.wasm.packFilters(to, from, inChannels, outChannels, taps, up);
          expectSame('filters', memory.f32(to, expected.length), expected);
          memory.verify('packFilters');
        }
      }
    }
  });
});

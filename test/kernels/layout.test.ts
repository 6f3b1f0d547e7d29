import fc from 'fast-check';
import { describe, it } from 'vitest';
import * as reference from '../reference/layout.ts';
import { expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';

const memory = new Guarded();
const { wasm } = memory;

function check(channels: number, rows: number, columns: number, offset: number): void {
  const what = `${channels} x ${rows} x ${columns} at offset ${offset}`;
  const planes = values(channels * rows * columns);
  const bordered = (rows + 2) * (columns + 2) * channels;
  const expected = reference.planesToPixels(planes, channels, rows, columns);

  const planesAt = memory.input(planes, offset);
  const pixelsAt = memory.output(bordered * 4, (offset + 1) % 4);
  wasm.planesToPixels(pixelsAt, planesAt, channels, rows, columns);
  expectSame(`planesToPixels ${what}`, memory.f32(pixelsAt, bordered), expected);
  memory.verify(`planesToPixels ${what}`);

  const backFrom = memory.input(expected, offset);
  const backAt = memory.output(planes.byteLength, (offset + 2) % 4);
  wasm.pixelsToPlanes(backAt, backFrom, channels, rows, columns);
  expectSame(`pixelsToPlanes ${what}`, memory.f32(backAt, planes.length), planes);
  memory.verify(`pixelsToPlanes ${what}`);
}

describe('planes to bordered pixels and back', () => {
  it('all small sizes', () => {
    for (const rows of upTo(9)) {
      for (const columns of upTo(9)) check(3, rows, columns, (rows + columns) % 4);
    }
  });

  it('all channel counts, every offset', () => {
    for (const channels of [...upTo(17), 64]) {
      for (const offset of upTo(3)) check(channels, 3, 5, offset);
    }
  });

  it('any shape', () => {
    const size = fc.nat(40);
    fc.assert(
      fc.property(fc.nat(20), size, size, fc.nat(3), (channels, rows, columns, offset) => {
        check(channels, rows, columns, offset);
      }),
    );
  });
});

describe('channels beside others', () => {
  it('all counts, every offset', () => {
    for (const channels of upTo(19)) {
      for (const offset of upTo(3)) {
        const [fromChannels, toChannels, count] = [channels + 2, channels + 3, 5];
        const from = values(fromChannels * count);
        const fromAt = memory.input(from, offset);
        const toAt = memory.output(toChannels * count * 4, offset);
        const before = memory.f32(toAt, toChannels * count);
        wasm.copyChannels(toAt, toChannels, fromAt, fromChannels, channels, count);
        const expected = Float32Array.from({ length: toChannels * count }, (_, i) => {
          const channel = i % toChannels;
          return channel < channels
            ? from[Math.floor(i / toChannels) * fromChannels + channel]
            : before[i];
        });
        const what = `copyChannels ${channels} at offset ${offset}`;
        expectSame(what, memory.f32(toAt, toChannels * count), expected);
        memory.verify(what);
      }
    }
  });
});

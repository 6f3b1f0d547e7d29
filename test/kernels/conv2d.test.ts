import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConvLayer } from '../../bindings/core/kernels.ts';
import * as reference from '../reference/conv2d.ts';
import { pixelsToPlanes, planesToPixels } from '../reference/layout.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { Guarded, upTo, values } from './guarded.ts';
import { AFFINE, flagsOf, layerOf, POOL, packGroups, packParameters } from './layers.ts';

const memory = new Guarded();

const layer = (inChannels: number, outChannels: number, flags = 0) =>
  layerOf('3x3', inChannels, outChannels, flags);

function packWeights(l: ConvLayer): Float32Array {
  return Float32Array.from(
    packGroups(l, 9, (o, i, tap) => l.weights[(o * l.inChannels + i) * 9 + tap]),
  );
}

/** The raw kernel; checks the border of its output and returns the middle as planes. */
function convolve(
  l: ConvLayer,
  planes: Float32Array,
  rows: number,
  columns: number,
  offsets = [0, 0, 0, 0],
): Float32Array {
  const what = `conv3x3 ${l.inChannels} -> ${l.outChannels}, ${rows} x ${columns}`;
  const [outRows, outColumns] = l.pool ? [rows >> 1, columns >> 1] : [rows, columns];
  const length = (outRows + 2) * (outColumns + 2) * l.outChannels;
  const from = memory.input(planesToPixels(planes, l.inChannels, rows, columns), offsets[0]);
  const weights = memory.input(packWeights(l), offsets[1]);
  const parameters = memory.input(packParameters(l), offsets[2]);
  const to = memory.output(length * 4, offsets[3]);
  memory.wasm.conv3x3(
    to,
    from,
    weights,
    parameters,
    rows,
    columns,
    l.inChannels,
    l.outChannels,
    flagsOf(l),
  );
  const pixels = memory.f32(to, length);
  memory.verify(what);
  const out = pixelsToPlanes(pixels, l.outChannels, outRows, outColumns);
  expectSame(`${what}, border`, pixels, planesToPixels(out, l.outChannels, outRows, outColumns));
  return out;
}

/** Each output adds 9 inChannels products to the bias; then one product and one sum at most. */
function check(l: ConvLayer, rows: number, columns: number, offsets?: number[]): void {
  const planes = values(l.inChannels * rows * columns, 15);
  const terms = reference.conv3x3(reference.magnitude(l), planes.map(Math.abs), rows, columns);
  expectClose(
    `conv3x3 ${l.inChannels} -> ${l.outChannels}, ${rows} x ${columns}`,
    convolve(l, planes, rows, columns, offsets),
    reference.conv3x3(l, planes, rows, columns),
    (i) => bound(9 * l.inChannels + 3, terms[i]),
  );
}

describe('conv3x3', () => {
  it('all small sizes, pooled and not', () => {
    for (const rows of upTo(9)) {
      for (const columns of upTo(9)) {
        for (const flags of [0, 8, 10]) check(layer(3, 5, flags), rows, columns);
      }
    }
  });

  it('all channel counts', () => {
    const counts = [...upTo(17).slice(1), 64];
    for (const inChannels of counts) {
      for (const outChannels of counts) check(layer(inChannels, outChannels, 7), 2, 5);
    }
  });

  it('every epilogue', () => {
    for (const flags of upTo(15)) {
      for (const outChannels of [1, 4, 6, 8, 13]) check(layer(4, outChannels, flags), 5, 6);
    }
  });

  it('every offset', () => {
    for (const a of upTo(3)) {
      for (const b of upTo(3)) {
        for (const c of upTo(3)) {
          for (const d of upTo(3)) check(layer(3, 11, 2), 3, 6, [a, b, c, d]);
        }
      }
    }
  });

  it('no channels in leaves the bias, no channels out writes nothing', () => {
    check(layer(0, 5), 3, 4);
    check(layer(5, 0), 3, 4);
  });

  it('a NaN reaches the nine outputs around it, through every epilogue', () => {
    const rows = 6;
    const columns = 7;
    for (const flags of upTo(7)) {
      const planes = values(2 * rows * columns);
      planes[3 * columns + 2] = NaN;
      const out = convolve(layer(2, 9, flags), planes, rows, columns);
      for (let i = 0; i < out.length; i++) {
        const y = Math.floor(i / columns) % rows;
        const near = Math.abs(y - 3) <= 1 && Math.abs((i % columns) - 2) <= 1;
        expect(Number.isNaN(out[i])).toBe(near);
      }
    }
  });

  it('a NaN is in the maximum of the four pooled pixels that see it, and in no other', () => {
    for (const flags of [POOL, POOL | AFFINE, 15]) {
      const planes = values(2 * 6 * 7);
      planes[3 * 7 + 2] = NaN; // seen by rows 2..4 and columns 1..3
      const out = convolve(layer(2, 9, flags), planes, 6, 7);
      for (let i = 0; i < out.length; i++) {
        const y = Math.floor(i / 3) % 3;
        const x = i % 3;
        expect(Number.isNaN(out[i])).toBe(y >= 1 && x <= 1);
      }
    }
  });

  it('the centre tap alone copies its channel exactly', () => {
    const weights = new Float32Array(8 * 2 * 9);
    for (let o = 0; o < 8; o++) weights[(o * 2 + 1) * 9 + 4] = 1;
    const planes = values(2 * 5 * 9);
    const out = convolve({ inChannels: 2, outChannels: 8, weights }, planes, 5, 9);
    for (let o = 0; o < 8; o++) {
      expectSame('copy', out.subarray(o * 45, (o + 1) * 45), planes.subarray(45));
    }
  });

  it('a pixel is computed alike wherever it lies in a row', () => {
    // 4 columns are one block, 5..7 leave pixels over: the same neighbourhood gives the same bits
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.nat(1000), (shift, seed) => {
        const wide = new Float32Array(3 * 16);
        const patch = values(9, seed);
        for (let y = 0; y < 3; y++) wide.set(patch.subarray(y * 3, y * 3 + 3), y * 16 + shift + 2);
        const l = layer(1, 9, 2);
        const moved = convolve(l, wide, 3, 16);
        const alone = convolve(l, patch, 3, 3);
        for (let i = 0; i < alone.length; i++) {
          const row = Math.floor(i / 3);
          expect(moved[row * 16 + shift + 2 + (i % 3)]).toBe(alone[i]);
        }
      }),
    );
  });
});

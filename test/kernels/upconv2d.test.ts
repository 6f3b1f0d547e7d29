import { describe, expect, it } from 'vitest';
import type { ConvLayer } from '../../bindings/core/kernels.ts';
import { conv1x1 } from '../reference/conv1x1.ts';
import { magnitude } from '../reference/conv2d.ts';
import { pixelsToPlanes, planesToPixels } from '../reference/layout.ts';
import { bound, expectClose, expectSame } from '../reference/tolerance.ts';
import { upConv2x2 } from '../reference/upconv2d.ts';
import { Guarded, upTo, values } from './guarded.ts';
import { flagsOf, layerOf, packGroups, packParameters } from './layers.ts';

// The two kernels that look at one pixel at a time: 1x1 convolution and 2x2 up-convolution.

const memory = new Guarded();
const kinds = {
  '1x1': {
    kernel: memory.wasm.conv1x1,
    reference: conv1x1,
    scale: 1,
    pack: (l: ConvLayer) => packGroups(l, 1, (o, i) => l.weights[o * l.inChannels + i]),
  },
  up2x2: {
    kernel: memory.wasm.upConv2x2,
    reference: upConv2x2,
    scale: 2,
    pack: (l: ConvLayer) =>
      upTo(3).flatMap((tap) =>
        packGroups(l, 1, (o, i) => l.weights[(i * l.outChannels + o) * 4 + tap]),
      ),
  },
};
type Kind = keyof typeof kinds;

/** The raw kernel; checks the border of its output and returns the middle as planes. */
function convolve(
  l: ConvLayer,
  planes: Float32Array,
  rows: number,
  columns: number,
  offsets = [0, 0, 0, 0],
): Float32Array {
  const { kernel, scale, pack } = kinds[l.kind as Kind];
  const what = `${l.kind} ${l.inChannels} -> ${l.outChannels}, ${rows} x ${columns}`;
  const [outRows, outColumns] = [rows * scale, columns * scale];
  const length = (outRows + 2) * (outColumns + 2) * l.outChannels;
  const from = memory.input(planesToPixels(planes, l.inChannels, rows, columns), offsets[0]);
  const weights = memory.input(Float32Array.from(pack(l)), offsets[1]);
  const parameters = memory.input(packParameters(l), offsets[2]);
  const to = memory.output(length * 4, offsets[3]);
  kernel(to, from, weights, parameters, rows, columns, l.inChannels, l.outChannels, flagsOf(l));
  const pixels = memory.f32(to, length);
  memory.verify(what);
  const out = pixelsToPlanes(pixels, l.outChannels, outRows, outColumns);
  expectSame(`${what}, border`, pixels, planesToPixels(out, l.outChannels, outRows, outColumns));
  return out;
}

/** inChannels products added to the bias; then one product and one sum at most. */
function check(l: ConvLayer, rows: number, columns: number, offsets?: number[]): void {
  const { reference } = kinds[l.kind as Kind];
  const planes = values(l.inChannels * rows * columns, 15);
  const terms = reference(magnitude(l), planes.map(Math.abs), rows, columns);
  expectClose(
    `${l.kind} ${l.inChannels} -> ${l.outChannels}, ${rows} x ${columns}`,
    convolve(l, planes, rows, columns, offsets),
    reference(l, planes, rows, columns),
    (i) => bound(l.inChannels + 3, terms[i]),
  );
}

for (const kind of ['1x1', 'up2x2'] as const) {
  const layer = (inChannels: number, outChannels: number, flags = 0) =>
    layerOf(kind, inChannels, outChannels, flags);

  describe(kind, () => {
    it('all small sizes', () => {
      for (const rows of upTo(6)) {
        for (const columns of upTo(9)) check(layer(3, 5), rows, columns);
      }
    });

    it('all channel counts', () => {
      const counts = [...upTo(17).slice(1), 64];
      for (const inChannels of counts) {
        for (const outChannels of counts) check(layer(inChannels, outChannels, 7), 2, 5);
      }
    });

    it('every epilogue', () => {
      for (const flags of upTo(7)) check(layer(4, 13, flags), 3, 6);
    });

    it('every offset', () => {
      for (const place of upTo(3)) {
        for (const offset of upTo(3)) {
          check(
            layer(3, 11, 2),
            3,
            6,
            upTo(3).map((i) => (i === place ? offset : 1)),
          );
        }
      }
    });

    it('no channels in leaves the bias, no channels out writes nothing', () => {
      check(layer(0, 5), 3, 4);
      check(layer(5, 0), 3, 4);
    });

    it('a NaN stays in its own pixel', () => {
      const { scale } = kinds[kind];
      const planes = values(2 * 3 * 6);
      planes[1 * 6 + 2] = NaN;
      const out = convolve(layer(2, 9, 7), planes, 3, 6);
      out.forEach((value, at) => {
        const y = Math.floor(at / (6 * scale) / scale) % 3;
        const x = Math.floor((at % (6 * scale)) / scale);
        expect(Number.isNaN(value)).toBe(y === 1 && x === 2);
      });
    });
  });
}

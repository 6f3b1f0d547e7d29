import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conv4FromWeights } from '../../bindings/core/embed.ts';
import type { ConvLayer } from '../../bindings/core/kernels.ts';
import { prefersWinograd } from '../../bindings/core/layers.ts';
import { readWeights } from '../../bindings/core/weights/index.ts';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { readNpy } from '../npy.ts';
import * as reference from '../reference/conv2d.ts';
import { finish } from '../reference/epilogue.ts';
import { pixelsToPlanes, planesToPixels } from '../reference/layout.ts';
import { maxPool2x2 } from '../reference/pool.ts';
import { bound, expectClose, expectSame, U } from '../reference/tolerance.ts';
import { AT, BT, G, winogradRoundings, winogradTerms } from '../reference/winograd.ts';
import { hasShared, readShared, sharedTitle } from '../shared.ts';
import { Guarded, upTo, values } from './guarded.ts';
import { AFFINE, flagsOf, layerOf, POOL, packParameters } from './layers.ts';

const memory = new Guarded();
const { wasm } = memory;

const layer = (inChannels: number, outChannels: number, flags = 0) =>
  layerOf('3x3', inChannels, outChannels, flags);

function transformed(l: ConvLayer, offset = 0): Float32Array {
  const length = 36 * Math.ceil(l.outChannels / 8) * 8 * l.inChannels;
  const from = memory.input(l.weights, offset);
  const to = memory.output(length * 4, offset);
  wasm.winogradWeights(to, from, l.inChannels, l.outChannels);
  const weights = memory.f32(to, length);
  memory.verify('winogradWeights');
  return weights;
}

/** The raw kernel on n images of planes; checks the borders of its output and returns the middles. */
function convolve(
  l: ConvLayer,
  planes: Float32Array,
  n: number,
  rows: number,
  columns: number,
  offsets = [0, 0, 0, 0, 0],
): Float32Array {
  const { inChannels, outChannels } = l;
  const what = `winograd3x3 ${inChannels} -> ${outChannels}, ${n} x ${rows} x ${columns}`;
  const [outRows, outColumns] = l.pool ? [rows >> 1, columns >> 1] : [rows, columns];
  const image = inChannels * rows * columns;
  const outImage = outChannels * outRows * outColumns;
  const length = (outRows + 2) * (outColumns + 2) * outChannels;
  const weights = transformed(l, offsets[1]);
  const pixels = upTo(n - 1).flatMap((i) => [
    ...planesToPixels(planes.subarray(i * image, (i + 1) * image), inChannels, rows, columns),
  ]);
  const from = memory.input(Float32Array.from(pixels), offsets[0]);
  const weightsAt = memory.input(weights, offsets[1]);
  const parameters = memory.input(packParameters(l), offsets[2]);
  const scratch = memory.output(wasm.winogradScratch(inChannels, outChannels), offsets[3]);
  const to = memory.output(n * length * 4, offsets[4]);
  wasm.winograd3x3(
    to,
    from,
    weightsAt,
    parameters,
    scratch,
    n,
    rows,
    columns,
    inChannels,
    outChannels,
    flagsOf(l),
  );
  const bordered = memory.f32(to, n * length);
  memory.verify(what);
  const out = new Float32Array(n * outImage);
  for (let i = 0; i < n; i++) {
    const one = bordered.subarray(i * length, (i + 1) * length);
    const middle = pixelsToPlanes(one, outChannels, outRows, outColumns);
    expectSame(`${what}, border`, one, planesToPixels(middle, outChannels, outRows, outColumns));
    out.set(middle, i * outImage);
  }
  return out;
}

/** Error bound of each output: roundings times the sum of the absolute terms, through epilogue and pool. */
function tolerances(
  l: ConvLayer,
  planes: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const positive = reference.magnitude(l);
  const terms = winogradTerms(l, planes, rows, columns).map((sum, i) =>
    bound(winogradRoundings(l.inChannels), finish(positive, Math.floor(i / (rows * columns)), sum)),
  );
  return l.pool ? maxPool2x2(terms, l.outChannels, rows, columns) : terms;
}

function check(l: ConvLayer, n: number, rows: number, columns: number, offsets?: number[]): void {
  const image = l.inChannels * rows * columns;
  const planes = values(n * image, 15);
  const out = convolve(l, planes, n, rows, columns, offsets);
  const outImage = out.length / n;
  for (let i = 0; i < n; i++) {
    const one = planes.subarray(i * image, (i + 1) * image);
    const allowed = tolerances(l, one, rows, columns);
    expectClose(
      `winograd3x3 ${l.inChannels} -> ${l.outChannels}, image ${i} of ${n}, ${rows} x ${columns}`,
      out.subarray(i * outImage, (i + 1) * outImage),
      reference.conv3x3(l, one, rows, columns),
      (at) => allowed[at],
    );
  }
}

describe('the three matrices', () => {
  it('make a convolution: A^T (G g . B^T d) is the sum of g and the shifted d, exactly but for G', () => {
    for (let tap = 0; tap < 3; tap++) {
      for (let from = 0; from < 6; from++) {
        const products = upTo(5).map((point) => G[point][tap] * BT[point][from]);
        for (let out = 0; out < 4; out++) {
          const sum = products.reduce((total, p, point) => total + AT[out][point] * p, 0);
          expect(Math.abs(sum - (out + tap === from ? 1 : 0))).toBeLessThan(1e-14);
        }
      }
    }
  });
});

describe('winogradWeights', () => {
  it('are G g G^T, rounded once, zero where there is no channel', () => {
    for (const [inChannels, outChannels] of [
      [1, 1],
      [4, 8],
      [3, 13],
    ]) {
      for (const offset of upTo(3)) {
        const l = layer(inChannels, outChannels);
        const packed = transformed(l, offset);
        const groups = Math.ceil(outChannels / 8);
        packed.forEach((weight, at) => {
          const o = (Math.floor(at / (8 * inChannels)) % groups) * 8 + (at % 8);
          const i = Math.floor(at / 8) % inChannels;
          const point = Math.floor(at / (8 * inChannels * groups));
          let expected = 0;
          if (o < outChannels) {
            for (let tap = 0; tap < 9; tap++) {
              const left = G[Math.floor(point / 6)][Math.floor(tap / 3)];
              const g = l.weights[(o * inChannels + i) * 9 + tap];
              expected += left * g * G[point % 6][tap % 3];
            }
          }
          // half a unit in the last place, and a little for the order of the sum in float64
          expect(Math.abs(weight - expected)).toBeLessThanOrEqual(U * Math.abs(expected) + 1e-14);
        });
      }
    }
  });
});

describe('winograd3x3', () => {
  it('all small sizes, pooled and not', () => {
    for (const rows of upTo(13)) {
      for (const columns of upTo(13)) {
        for (const flags of [0, POOL, POOL | AFFINE]) check(layer(4, 4, flags), 1, rows, columns);
      }
    }
  });

  it('all channel counts that are multiples of four', () => {
    const counts = [4, 8, 12, 16, 20, 64];
    for (const inChannels of counts) {
      for (const outChannels of counts) check(layer(inChannels, outChannels, 7), 1, 6, 7);
    }
  });

  it('every epilogue', () => {
    for (const flags of upTo(15)) check(layer(8, 12, flags), 1, 9, 10);
  });

  it('every offset', () => {
    for (const place of upTo(4)) {
      for (const offset of upTo(3)) {
        check(
          layer(4, 8, 7),
          2,
          5,
          6,
          upTo(4).map((i) => (i === place ? offset : 1)),
        );
      }
    }
  });

  it('many images at once, with tiles that do not fill the last block', () => {
    check(layer(4, 4, POOL), 53, 5, 5);
    check(layer(4, 8), 9, 7, 9);
    expect(convolve(layer(4, 4), new Float32Array(0), 0, 5, 5).length).toBe(0);
  });

  it('an image has the same bits wherever it stands in a batch', () => {
    const l = layer(8, 8, 15);
    const image = 8 * 9 * 7;
    const planes = values(30 * image);
    const batch = convolve(l, planes, 30, 9, 7);
    const outImage = batch.length / 30;
    for (const i of [0, 1, 13, 29]) {
      const alone = convolve(l, planes.subarray(i * image, (i + 1) * image), 1, 9, 7);
      expectSame(`image ${i}`, batch.subarray(i * outImage, (i + 1) * outImage), alone);
    }
  });

  it('scaling the input by a power of two scales the output exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20, max: 20 }), fc.nat(1000), (exponent, seed) => {
        const l = { ...layer(4, 4), bias: new Float32Array(4) };
        const planes = values(4 * 6 * 6, seed);
        const factor = 2 ** exponent;
        const scaled = convolve(
          l,
          planes.map((v) => v * factor),
          1,
          6,
          6,
        );
        expectSame(
          'scaled',
          scaled,
          convolve(l, planes, 1, 6, 6).map((v) => v * factor),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('a NaN stays in the tiles that see it and in its own image', () => {
    const planes = values(3 * 4 * 12 * 12);
    planes[4 * 144 + 5 * 12 + 6] = NaN; // image 1, in the middle of the tile of rows and columns 4..7
    const out = convolve(layer(4, 4), planes, 3, 12, 12);
    out.forEach((value, at) => {
      const y = Math.floor(at / 12) % 12;
      const x = at % 12;
      const inTile = y >= 4 && y < 8 && x >= 4 && x < 8;
      const inImage = at >= 4 * 144 && at < 2 * 4 * 144;
      expect(Number.isNaN(value)).toBe(inTile && inImage);
    });
  });

  it('errs by no more than a few roundings on typical values', () => {
    // a random walk of the roundings; points 0, +-1, +-2 would err twice as much and fail
    const l = { ...layer(64, 64), bias: new Float32Array(64) };
    const planes = values(64 * 20 * 20, 3);
    const out = convolve(l, planes, 1, 20, 20);
    const expected = reference.conv3x3(l, planes, 20, 20);
    let error = 0;
    let size = 0;
    expected.forEach((value, i) => {
      error += (out[i] - value) ** 2;
      size += value * value;
    });
    expect(Math.sqrt(error / size)).toBeLessThan(30 * U);
  });
});

describe('the choice between direct and Winograd', () => {
  it('takes whole vectors of channels and enough outputs per tile', () => {
    expect(prefersWinograd(layer(64, 64), 20, 20)).toBe(true);
    expect(prefersWinograd(layer(64, 64, POOL), 5, 5)).toBe(true);
    expect(prefersWinograd(layer(2, 64), 40, 40)).toBe(false);
    expect(prefersWinograd(layer(64, 66), 40, 40)).toBe(false);
    expect(prefersWinograd(layer(64, 64), 2, 2)).toBe(false);
    expect(prefersWinograd(layer(64, 64), 1, 100)).toBe(false);
    expect(prefersWinograd(layer(64, 64), 0, 0)).toBe(false);
    expect(prefersWinograd(layerOf('1x1', 64, 64), 20, 20)).toBe(false);
  });
});

describe.skipIf(!hasShared)(sharedTitle('published networks against float64'), () => {
  for (const name of ['si-ge', 'si-tio2']) {
    it(`${name}: every layer and the whole within 1e-4 of the largest output`, () => {
      const kernels = createKernels();
      const file = readWeights(readShared(`reference/protonet-${name}.safetensors`), name);
      const layers = conv4FromWeights(file);
      const crops = Float32Array.from(readNpy(readShared('reference/crops.npy')).values);
      for (const crop of [0, 17, 40, 63]) {
        let planes = crops.subarray(crop * 3200, (crop + 1) * 3200);
        const whole = kernels.run(kernels.load(layers), planes, 1, 40, 40).planes;
        expectNear('whole', whole, reference.run(layers, planes, 40, 40), 1e-5);
        for (const [i, l] of layers.entries()) {
          const side = 40 >> i;
          const expected = reference.conv3x3(l, planes, side, side);
          expectNear(`layer ${i}`, kernels.convolve(l, planes, side, side), expected, 1e-5);
          planes = Float32Array.from(expected);
        }
      }
    });
  }
});

/** Ten times closer than the 1e-4 that embeddings are held to. */
function expectNear(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  share: number,
): void {
  const largest = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  expectClose(what, actual, expected, () => share * largest);
}

import { describe, it } from 'vitest';
import { instantiate, upTo } from './guarded.ts';

const wasm = instantiate();
const end = wasm.memory.buffer.byteLength;

/**
 * Call a kernel once per operand with that operand as the last bytes of memory: a load or store
 * beyond it traps, where one beside an operand elsewhere goes unnoticed if its value is not used.
 */
function atTheEnd(bytes: number[], call: (...addresses: number[]) => void): void {
  for (const last of bytes.keys()) {
    let top = Math.ceil(wasm.heapBase() / 16) * 16;
    const addresses = bytes.map((size, i) => {
      if (i === last) return end - size;
      top += size;
      return top - size;
    });
    call(...addresses);
  }
}

describe('nothing beyond the end of memory is touched by', () => {
  it('layout and pool', () => {
    for (const channels of upTo(9)) {
      for (const columns of upTo(9)) {
        const planes = channels * 3 * columns * 4;
        const pixels = channels * 5 * (columns + 2) * 4;
        const pooled = channels * 3 * ((columns >> 1) + 2) * 4;
        const size = [3, columns] as const;
        atTheEnd([pixels, planes], (out, from) => {
          wasm.planesToPixels(out, from, channels, ...size);
        });
        atTheEnd([planes, pixels], (out, from) => {
          wasm.pixelsToPlanes(out, from, channels, ...size);
        });
        atTheEnd([pooled, pixels], (out, from) => {
          wasm.maxPool2x2(out, from, ...size, channels);
        });
      }
    }
  });

  it('conv3x3', () => {
    for (const channels of [1, 2, 3, 4, 5, 7, 8, 9]) {
      for (const columns of upTo(9)) {
        const pixels = (columns + 2) * 4 * channels * 4;
        const groups = Math.ceil(channels / 8);
        const sizes = [pixels, pixels, groups * 288 * channels, groups * 96];
        atTheEnd(sizes, (out, from, weights, parameters) => {
          wasm.conv3x3(out, from, weights, parameters, 2, columns, channels, channels, 7);
        });
      }
    }
  });

  it('resizeBilinear', () => {
    for (const columns of upTo(9)) {
      for (const outColumns of upTo(9)) {
        const sizes = [outColumns * 12, columns * 8, outColumns * 4, outColumns * 4];
        atTheEnd(sizes, (out, plane, index, weight) => {
          wasm.resizeBilinear(out, plane, 2, columns, 3, outColumns, index, weight);
        });
      }
    }
  });

  it('distances', () => {
    for (const dimension of upTo(17)) {
      for (const n of upTo(6)) {
        for (const m of upTo(5)) {
          const sizes = [n * m * 4, n * dimension * 4, m * dimension * 4, m * 4];
          atTheEnd(sizes, (out, queries, prototypes, norms) => {
            wasm.squaredEuclidean(out, queries, prototypes, n, m, dimension);
            wasm.cosine(out, queries, prototypes, n, m, dimension, norms);
          });
        }
      }
    }
  });

  it('k-means', () => {
    const k = 3;
    for (const dimension of upTo(9).slice(1)) {
      for (const n of upTo(17)) {
        const points = n * dimension * 4;
        const blocks = Math.ceil(n / 8) * 32 * dimension;
        const centres = k * dimension * 4;
        atTheEnd([blocks, points], (out, from) => wasm.packPoints(out, from, n, dimension));
        atTheEnd([n * 4, blocks, dimension * 4], (nearest, from, centre) => {
          wasm.kmeansSeedStep(nearest, from, centre, n, dimension);
        });
        const sizes = [n * 4, centres * 2, k * 4, points, blocks, centres];
        atTheEnd(sizes, (labels, sums, counts, rows, lanes, from) => {
          wasm.kmeansStep(labels, sums, counts, rows, lanes, from, n, k, dimension);
        });
      }
    }
  });
});

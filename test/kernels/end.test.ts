import { describe, it } from 'vitest';
import { instantiate, upTo } from './guarded.ts';

const wasm = instantiate();
wasm.memory.grow(4); // the scratch of a small Winograd layer is more than one page
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

  it('winograd3x3', () => {
    for (const channels of [4, 8, 12]) {
      const weights = 36 * Math.ceil(channels / 8) * 32 * channels;
      const raw = channels * channels * 36;
      atTheEnd([weights, raw], (out, from) => {
        wasm.winogradWeights(out, from, channels, channels);
      });
      const scratch = wasm.winogradScratch(channels, channels);
      for (const rows of [3, 4, 5, 6]) {
        for (const columns of upTo(9)) {
          for (const flags of [7, 15]) {
            const pixels = 2 * (columns + 2) * (rows + 2) * channels * 4;
            const pooled = 2 * ((columns >> 1) + 2) * ((rows >> 1) + 2) * channels * 4;
            const made = flags & 8 ? pooled : pixels;
            const sizes = [made, pixels, weights, Math.ceil(channels / 8) * 96, scratch];
            atTheEnd(sizes, (out, from, packed, parameters, own) => {
              // biome-ignore format: one call, one line
              wasm.winograd3x3(out, from, packed, parameters, own, 2, rows, columns, channels, channels, flags);
            });
          }
        }
      }
    }
  });

  it('conv1x1 and upConv2x2', () => {
    for (const channels of [1, 2, 3, 4, 5, 7, 8, 9]) {
      for (const columns of upTo(9)) {
        const pixels = (columns + 2) * 4 * channels * 4;
        const up = (2 * columns + 2) * 6 * channels * 4;
        const groups = Math.ceil(channels / 8);
        const weights = groups * 32 * channels;
        atTheEnd([pixels, pixels, weights, groups * 96], (out, from, packed, parameters) => {
          wasm.conv1x1(out, from, packed, parameters, 2, columns, channels, channels, 7);
        });
        atTheEnd([up, pixels, weights * 4, groups * 96], (out, from, packed, parameters) => {
          wasm.upConv2x2(out, from, packed, parameters, 2, columns, channels, channels, 7);
        });
      }
    }
  });

  it('packFilters', () => {
    for (const channels of [1, 3, 8, 9]) {
      for (const taps of [1, 4, 9]) {
        const packed = Math.ceil(channels / 8) * 32 * channels * taps;
        atTheEnd([packed, channels * channels * taps * 4], (out, from) => {
          wasm.packFilters(out, from, channels, channels, taps, taps === 4 ? 1 : 0);
        });
      }
    }
  });

  it('widenHalves and scaleRows', () => {
    for (const n of upTo(9)) {
      atTheEnd([n * 4, n * 2], (out, halves) => wasm.widenHalves(out, halves, n));
      atTheEnd([n * 8, n * 8, 16], (out, from, by) => wasm.scaleRows(out, from, by, 2, n));
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

  it('blur', () => {
    for (const columns of upTo(13)) {
      for (const radius of upTo(5)) {
        const sizes = [columns * 12, columns * 12, (radius + 1) * 4, (columns + 2 * radius) * 4];
        atTheEnd(sizes, (out, plane, weights, line) => {
          wasm.blur(out, plane, 3, columns, weights, radius, line);
        });
      }
    }
  });

  it('distances', () => {
    for (const dimension of upTo(17)) {
      for (const n of upTo(9)) {
        for (const m of upTo(9)) {
          const blocks = (count: number) => Math.ceil(count / 8) * 32;
          const inputs = [blocks(n) * dimension, blocks(m) * dimension, blocks(n), blocks(m), 128];
          for (const form of [0, 1, 2]) {
            atTheEnd([n * m * 4, ...inputs], (out, queries, prototypes, q, p, tile) => {
              wasm.norms(q, queries, n, dimension, 0);
              wasm.norms(p, prototypes, m, dimension, 1);
              wasm.distances(out, queries, prototypes, q, p, n, m, dimension, form, tile);
            });
            atTheEnd([n * 4, n * 4, ...inputs], (index, out, queries, prototypes, q, p, tile) => {
              wasm.nearest(index, out, queries, prototypes, q, p, n, m, dimension, form, tile);
            });
          }
        }
      }
    }
  });

  it('k-means', () => {
    const k = 3;
    for (const dimension of upTo(9).slice(1)) {
      for (const n of upTo(33).slice(k)) {
        const points = n * dimension * 4;
        const padded = Math.ceil(n / 16) * 64;
        const blocks = padded * dimension;
        const centres = k * dimension * 4;
        for (const width of [8, 16]) {
          const packed = Math.ceil(n / width) * width * dimension * 4;
          atTheEnd([packed, points], (out, from) => {
            wasm.packPoints(out, from, n, dimension, width);
          });
        }
        atTheEnd([centres, padded, blocks, k * 8], (out, nearest, from, uniforms) => {
          new Uint8Array(wasm.memory.buffer, uniforms, k * 8).fill(0);
          wasm.kmeansSeeds(out, nearest, from, uniforms, n, k, dimension);
        });
        const planes = k * (dimension + 1) * 4;
        const sizes = [8, padded, centres, k * 4, centres * 2, planes, blocks];
        atTheEnd(sizes, (result, labels, out, counts, sums, between, from) => {
          wasm.kmeans(result, labels, out, counts, sums, between, from, n, k, dimension, 3, -1);
        });
      }
    }
  });
});

import { expect, test } from 'vitest';
import { embedPixels } from '../../bindings/core/embed-pixels.ts';
import { createKernels } from '../../bindings/node/index.ts';

const kernels = createKernels();

test('means over 2x2 pixels, times half a Gaussian about the centre', () => {
  const size = 8;
  const crops = Float32Array.from({ length: 2 * 2 * size * size }, (_, i) => (i * 37) % 101);
  const { embeddings, dimension } = embedPixels(kernels, crops, 2, size);
  expect(dimension).toBe(2 * 4 * 4);
  expect(embeddings.length).toBe(2 * dimension);
  for (let plane = 0; plane < 4; plane++) {
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const at = (y: number, x: number) => crops[(plane * size + 2 * i + y) * size + 2 * j + x];
        const mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
        // The spread is a quarter of the side: one of the four means.
        const square = (i - 1.5) ** 2 + (j - 1.5) ** 2;
        expect(embeddings[(plane * 4 + i) * 4 + j]).toBeCloseTo(mean * Math.exp(-square / 4), 3);
      }
    }
  }
});

test('no crops, no embeddings', () => {
  expect(embedPixels(kernels, new Float32Array(0), 0, 40)).toEqual({
    embeddings: new Float32Array(0),
    dimension: 800,
  });
});

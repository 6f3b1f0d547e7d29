import type { Embeddings } from './embed.ts';
import type { Kernels } from './kernels.ts';

/** Pixels of a crop that are averaged into one, down and across. */
const BLOCK = 2;
/** Standard deviation of the weights about the centre, in sides of the crop. */
const SPREAD = 0.25;

/**
 * Crops (n, 2, size, size) as embeddings of themselves: means over 2x2 pixels, times weights that fall
 * as a Gaussian from the centre, whose squares weigh the squared distance between two crops. What a
 * network has learnt to overlook is still in them.
 */
export function embedPixels(
  kernels: Kernels,
  crops: Float32Array,
  n: number,
  size: number,
): Embeddings {
  const side = Math.floor(size / BLOCK);
  const dimension = 2 * side * side;
  const bell = Float64Array.from({ length: side }, (_, i) => {
    const off = (i - (side - 1) / 2) / (SPREAD * side);
    // Half the exponent: distances are squared.
    return kernels.exp(-0.25 * off * off);
  });
  const embeddings = new Float32Array(n * dimension);
  let to = 0;
  for (let plane = 0; plane < 2 * n; plane++) {
    for (let i = 0; i < side; i++) {
      const top = (plane * size + BLOCK * i) * size;
      for (let j = 0; j < side; j++) {
        const at = top + BLOCK * j;
        const sum = crops[at] + crops[at + 1] + crops[at + size] + crops[at + size + 1];
        embeddings[to++] = (sum / (BLOCK * BLOCK)) * bell[i] * bell[j];
      }
    }
  }
  return { embeddings, dimension };
}

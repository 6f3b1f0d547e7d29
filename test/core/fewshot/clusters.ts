import type { Kernels } from '../../../bindings/core/kernels.ts';
import { Random } from '../../../bindings/core/random.ts';

/** Gaussian clusters of embeddings around unit-spaced random centres, `each` per class. */
export function makeClusters(
  kernels: Kernels,
  classes: number,
  each: number,
  spread: number,
  seed = 1,
  dimension = 16,
): { embeddings: Float32Array; labels: Int32Array; dimension: number } {
  const random = new Random(seed);
  const centres = Float64Array.from({ length: classes * dimension }, () => kernels.normal(random));
  const labels = Int32Array.from({ length: classes * each }, (_, i) => Math.floor(i / each));
  const embeddings = new Float32Array(labels.length * dimension);
  for (let i = 0; i < embeddings.length; i++) {
    const label = labels[Math.floor(i / dimension)];
    embeddings[i] =
      5 + centres[label * dimension + (i % dimension)] + spread * kernels.normal(random);
  }
  return { embeddings, labels, dimension };
}

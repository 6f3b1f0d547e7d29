// Runs in a fresh Node: from the import of the built package to the first embedding, in ms.
import process from 'node:process';
import type * as adatom from '../../bindings/node/index.ts';

const [, , entry, side] = process.argv;
const size = Number(side);
const crop = Float32Array.from({ length: 2 * size * size }, (_, i) => (i % 17) / 17);

const start = performance.now();
const { createKernels, defaultWeights, loadEmbeddingNetwork }: typeof adatom = await import(entry);
const imported = performance.now();
const kernels = createKernels();
const instantiated = performance.now();
const { bytes, name } = defaultWeights();
const { loaded } = loadEmbeddingNetwork(kernels, bytes, name);
const weighted = performance.now();
const { planes } = kernels.run(loaded, crop, 1, size, size);
const end = performance.now();

const steps = {
  import: imported - start,
  instantiate: instantiated - imported,
  weights: weighted - instantiated,
  'first run': end - weighted,
};
console.log(JSON.stringify({ ms: end - start, values: planes.length, steps }));

// The module's surface: re-exports and the heap base, no logic.
// Addresses are bytes, sizes are elements unless a name says bytes, everything is f32 unless it says otherwise.

export { conv3x3 } from './conv2d';
export { planesToPixels, pixelsToPlanes } from './layout';
export { maxPool2x2 } from './pool';
export { resizeBilinear } from './resize';
export { squaredEuclidean, cosine } from './distances';
export { packPoints, kmeansStep, kmeansSeedStep } from './kmeans';
export { exp, log, sin, cos } from './math';

/** First byte the host may use; below it lies the module's static data. */
export function heapBase(): usize {
  return __heap_base;
}

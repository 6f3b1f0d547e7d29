// The module's surface: re-exports and the heap base, no logic.
// Addresses are bytes, sizes are elements unless a name says bytes, everything is f32 unless it says otherwise.

export { conv3x3 } from './conv2d';
export { conv1x1 } from './conv1x1';
export { upConv2x2 } from './upconv2d';
export { winograd3x3, winogradWeights, winogradScratch } from './winograd';
export { planesToPixels, pixelsToPlanes, copyChannels, gather2x2, accumulate } from './layout';
export { maxPool2x2 } from './pool';
export { channelMoments, affine, affineSums, affineBackward } from './batchnorm';
export { weightGradient } from './weight-gradient';
export { resizeBilinear } from './resize';
export { norms, distances, nearest } from './distances';
export { weightedSum } from './weighted-sum';
export { packPoints, packFilters } from './pack';
export { widenHalves, scaleRows } from './weights';
export { kmeansSeeds, kmeans, kmeansStep, movePoints } from './kmeans';
export { blur } from './filters';
export { exp, log, sin, cos } from './math';

/** First byte the host may use; below it lies the module's static data. */
export function heapBase(): usize {
  return __heap_base;
}

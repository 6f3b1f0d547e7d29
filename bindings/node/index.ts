export type * from '../core/engine/types.ts';
export * from '../core/index.ts';
export { defaultWeights } from './default-weights.ts';
export { type AdatomOptions, createAdatom } from './engine.ts';
export { createKernels } from './instantiate.ts';
export { createPool } from './pool.ts';
export { type ReadFile, readScanFile } from './read.ts';
export { createShardRunner } from './train.ts';
export type { FileUrl } from './worker-url.ts';

export type * from '../core/engine/types.ts';
export * from '../core/index.ts';
export {
  fromWebAnnotations,
  type MarkedDefect,
  toWebAnnotations,
  type WebAnnotation,
} from './annotations.ts';
export { defaultWeights } from './default-weights.ts';
export { type AdatomOptions, createAdatom } from './engine.ts';
export type { WasmSource } from './instance.ts';
export { createKernels } from './instantiate.ts';
export { createPool } from './pool.ts';
export type { WorkerOptions } from './start-worker.ts';
export { createShardRunner } from './train.ts';

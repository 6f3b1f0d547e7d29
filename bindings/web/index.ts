export * from '../core/index.ts';
export { createEngine, type Engine, type EngineOptions } from './engine.ts';
export { createKernels } from './instantiate.ts';
export type { NetworkName, OnProgress } from './local.ts';
export { createPool } from './pool.ts';
export type { WorkerOptions } from './start-worker.ts';

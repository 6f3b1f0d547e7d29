export * from '../core/index.ts';
export { createKernels } from './instantiate.ts';
export { createPool } from './pool.ts';
export { type ReadFile, readScanFile } from './read.ts';

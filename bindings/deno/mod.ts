export * from '../core/index.ts';
export { createKernels } from './instantiate.ts';
export { type ReadFile, readScanFile } from './read.ts';

import { weightsOr } from '../core/engine/packaged.ts';
import type { Engine } from '../core/engine/types.ts';
import { sharedWeights } from './default-weights.ts';
import { type AdatomOptions, engineOf } from './engine-of.ts';
import { compileKernels } from './instantiate.ts';

export type { AdatomOptions } from './engine-of.ts';

/** The pipeline in worker threads, or on this one with `workers: 0`; dispose() of it when done. */
export async function createAdatom(options: AdatomOptions = {}): Promise<Engine> {
  return engineOf(
    compileKernels(options.wasm),
    weightsOr(sharedWeights(), options.weights),
    options,
  );
}

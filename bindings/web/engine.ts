import { weightsOr } from '../core/engine/packaged.ts';
import type { Engine } from '../core/engine/types.ts';
import { sharedWeights } from './default-weights.ts';
import { type AdatomOptions, engineOf } from './engine-of.ts';
import { compileKernels } from './instantiate.ts';

export type { AdatomOptions } from './engine-of.ts';

/**
 * The pipeline in Web Workers, so that the page stays responsive, or on the calling thread with
 * `workers: 0`; dispose() of it when done. Needs nothing of a Content-Security-Policy but
 * 'wasm-unsafe-eval' and a worker from the page's own origin, and no cross-origin isolation.
 */
export async function createAdatom(options: AdatomOptions = {}): Promise<Engine> {
  const module = await compileKernels(options.wasm);
  return engineOf(module, weightsOr(sharedWeights(), options.weights), options);
}

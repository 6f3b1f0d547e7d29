// adatom/slim: the same without kernels and weights inside; the caller brings them.

import type { Engine } from '../core/engine/types.ts';
import { type AdatomOptions, engineOf } from './engine-of.ts';
import { compile } from './instance.ts';

export type * from '../core/engine/types.ts';
export * from '../core/index.ts';
export { instantiate as createKernels } from './instance.ts';

/** What slim's createAdatom takes in Node: the kernels (adatom/adatom.wasm) too. */
export type SlimOptions = AdatomOptions & Required<Pick<AdatomOptions, 'wasm'>>;

/**
 * As createAdatom of `adatom`, with the kernels that are given. Without weights too, embeddings are
 * those of an untrained network, and results say so.
 */
export async function createAdatom(options: SlimOptions): Promise<Engine> {
  return engineOf(compile(options.wasm), options.weights, options);
}

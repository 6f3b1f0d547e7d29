// adatom/kernels: the numbers alone, for programs that cut crops themselves and want to start soon.

import { weightsBase64 } from '../../build/adatom-weights.ts';
import { decodeBase64 } from '../core/base64.ts';
import { packagedNaming } from '../core/engine/packaged.ts';
import type { NamedBytes } from '../core/engine/types.ts';

export * from '../core/numbers.ts';
export { createKernels } from './instantiate.ts';

/** The network that the package brings to name defects with. */
export async function defaultWeights(): Promise<NamedBytes> {
  return packagedNaming({ decode: () => decodeBase64(weightsBase64()) });
}

import { weightsBase64 } from '../../build/adatom-weights.ts';
import { decodeBase64 } from '../core/base64.ts';
import type { NamedBytes } from '../core/engine/types.ts';

/** The network that the package brings. */
export async function defaultWeights(): Promise<NamedBytes> {
  return { name: 'adatom.safetensors', bytes: decodeBase64(weightsBase64) };
}

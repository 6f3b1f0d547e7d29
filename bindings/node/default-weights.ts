import { weightsBase64, weightsSha256 } from '../../build/adatom-weights.ts';
import { segmentWeightsBase64, segmentWeightsSha256 } from '../../build/segment-weights.ts';
import { packagedNetworks } from '../core/engine/packaged.ts';
import type { DefaultWeights } from '../core/engine/types.ts';
import { decodeBase64 } from './base64.ts';

const networks = packagedNetworks(
  { decode: () => decodeBase64(weightsBase64()), sha256: weightsSha256 },
  { decode: () => decodeBase64(segmentWeightsBase64()), sha256: segmentWeightsSha256 },
);

/** The networks that the package brings: one to name defects with, and one to find them. */
export function defaultWeights(): DefaultWeights {
  return networks.handedOut();
}

/** The same, decoded once for all engines of this thread; not handed out, so that nobody changes them. */
export function sharedWeights(): DefaultWeights {
  return networks.shared();
}

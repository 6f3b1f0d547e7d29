import { weightsBase64 } from '../../build/adatom-weights.ts';
import { segmentWeightsBase64 } from '../../build/segment-weights.ts';
import { packagedWeights } from '../core/engine/packaged.ts';
import type { DefaultWeights } from '../core/engine/types.ts';
import { decodeBase64 } from './base64.ts';

/** The networks that the package brings: one to name defects with, and one to find them. */
export function defaultWeights(): DefaultWeights {
  return packagedWeights(
    () => decodeBase64(weightsBase64()),
    () => decodeBase64(segmentWeightsBase64()),
  );
}

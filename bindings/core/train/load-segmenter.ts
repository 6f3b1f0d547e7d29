import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { WeightsError } from '../errors.ts';
import { isConcat } from '../layers.ts';
import { MASKS } from '../segment/masks.ts';
import { PLANES } from '../segment/network-planes.ts';
import type { Segmenter } from '../segment/segmenter.ts';
import { readWeights, type WeightArithmetic } from '../weights/index.ts';
import { freshState, inferenceLayers, planNetwork, restoreTensors } from './trainer.ts';
import type { NetworkSpec } from './types.ts';

/**
 * A segmentation network out of a file of `adatom train --task segment`; `knownHash` is the sha256 of
 * its bytes, where somebody knows it. With Kernels for `arithmetic` it is read sooner, to the same bit. Throws FormatError or WeightsError.
 */
export function loadSegmenter(
  bytes: Uint8Array,
  name: string,
  knownHash?: string,
  arithmetic?: WeightArithmetic,
): Segmenter {
  const { tensors, metadata } = readWeights(bytes, name, arithmetic);
  if (metadata['task'] !== 'segment' || !metadata['network']) {
    throw new WeightsError(
      `${name}: expected a segmentation network of adatom train --task segment, found another one.`,
    );
  }
  const plan = planNetwork(JSON.parse(metadata['network']) as NetworkSpec);
  const state = freshState(plan, 0);
  const wrong = restoreTensors(plan, state, tensors);
  if (wrong) throw new WeightsError(`${name}: expected a tensor ${wrong} of its own network.`);
  const layers = inferenceLayers(plan, state);
  const head = layers[layers.length - 1];
  if (isConcat(head) || head.kind !== '1x1') {
    throw new WeightsError(`${name}: expected a 1x1 convolution at the network's end.`);
  }
  if (head.outChannels !== MASKS.length || plan.inChannels !== PLANES) {
    throw new WeightsError(
      `${name}: expected a network of ${PLANES} planes and ${MASKS.length} masks, found one of ${plan.inChannels} and ${head.outChannels}: train it anew.`,
    );
  }
  const hash = knownHash ?? bytesToHex(sha256(bytes));
  return { name, sha256: hash, trunk: layers.slice(0, -1), head };
}

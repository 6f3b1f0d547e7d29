import type { ConvLayer, NetworkLayer } from '../layers.ts';

/** A segmentation network with what a result must say about it. */
export interface Segmenter {
  /** File name. */
  name: string;
  sha256: string;
  /** From planes to one vector of features per pixel. */
  trunk: readonly NetworkLayer[];
  /** The last layer, 1x1: from features to the logits of MASKS. */
  head: ConvLayer;
}

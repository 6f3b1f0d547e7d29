import type { Kernels } from '../kernels.ts';
import type { Loss } from './prototypical-loss.ts';

/** Added to both sides of the soft Dice, so that an empty target counts little. */
const SMOOTH = 20;

/**
 * Loss of masks: per channel, weighted, the mean binary cross-entropy of the pixels plus one minus the
 * soft Dice of all of them (Milletari et al. 2016, V-Net; squares left out). logits and
 * targets (pixels, channels), counted (pixels) 0 where a pixel tells nothing. The accuracy is the Dice
 * of the first channel cut at one half. gradient: (pixels, channels).
 */
export function maskLoss(
  kernels: Kernels,
  logits: Float32Array,
  targets: Uint8Array,
  counted: Uint8Array,
  weights: readonly number[],
): Loss {
  const channels = weights.length;
  const gradient = new Float32Array(logits.length);
  const pixels = counted.reduce((sum, value) => sum + value, 0);
  let loss = 0;
  let accuracy = 1;
  const likely = new Float64Array(counted.length);
  for (let c = 0; c < channels; c++) {
    let [entropy, both, sum, bothHard, sumHard] = [0, 0, 0, 0, 0];
    for (let i = 0; i < counted.length; i++) {
      if (!counted[i]) continue;
      const logit = logits[i * channels + c];
      const target = targets[i * channels + c];
      const small = kernels.exp(-Math.abs(logit));
      const p = logit >= 0 ? 1 / (1 + small) : small / (1 + small);
      likely[i] = p;
      entropy += kernels.log(1 + small) + Math.max(logit, 0) - logit * target;
      both += p * target;
      sum += p + target;
      const hard = logit > 0 ? 1 : 0;
      bothHard += hard & target;
      sumHard += hard + target;
    }
    const dice = (2 * both + SMOOTH) / (sum + SMOOTH);
    const each = weights[c] / Math.max(1, pixels);
    loss += each * entropy + weights[c] * (1 - dice);
    if (c === 0 && sumHard > 0) accuracy = (2 * bothHard) / sumHard;
    for (let i = 0; i < counted.length; i++) {
      if (!counted[i]) continue;
      const target = targets[i * channels + c];
      const p = likely[i];
      const ofDice = (2 * target - dice) / (sum + SMOOTH);
      gradient[i * channels + c] = each * (p - target) - weights[c] * ofDice * p * (1 - p);
    }
  }
  return { loss, accuracy, gradient };
}

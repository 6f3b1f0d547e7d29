import { expect } from 'vitest';
import { AdatomError } from '../../../bindings/core/errors.ts';
import type { Random } from '../../../bindings/core/random.ts';
import { readWeights } from '../../../bindings/core/weights/index.ts';

/** Read it; only an AdatomError may come out, and no more values than the file could hold. */
export function readsOrRefuses(bytes: Uint8Array): 'read' | 'refused' {
  try {
    const { tensors } = readWeights(bytes, 'fuzzed');
    let count = 0;
    for (const { values } of tensors.values()) count += values.length;
    expect(count).toBeLessThanOrEqual(400 * bytes.length);
    return 'read';
  } catch (error) {
    if (error instanceof AdatomError) return 'refused';
    throw error;
  }
}

/** A copy with one to three bytes replaced; half the time by extreme values. */
export function damaged(bytes: Uint8Array, random: Random, within = bytes.length): Uint8Array {
  const copy = bytes.slice();
  for (let i = 0; i <= random.below(3); i++) {
    const extreme = [0, 255, 127, 128][random.below(4)];
    copy[random.below(within)] = random.uniform() < 0.5 ? extreme : random.below(256);
  }
  return copy;
}

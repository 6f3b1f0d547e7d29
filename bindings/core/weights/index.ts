import { FormatError } from '../errors.ts';
import type { WeightArithmetic } from './arithmetic.ts';
import { isLegacyPth, isPth, readPth } from './pth.ts';
import { isSafetensors, readSafetensors } from './safetensors.ts';
import type { WeightsFile } from './tensor.ts';

export type { WeightArithmetic } from './arithmetic.ts';
export { readPth } from './pth.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
export type { Tensor, WeightsFile } from './tensor.ts';

/**
 * Read a weights file, recognised by its content: safetensors or a PyTorch state dict. With Kernels for
 * `arithmetic` a cold engine is done sooner, to the same bit. Throws FormatError.
 */
export function readWeights(
  bytes: Uint8Array,
  name: string,
  arithmetic?: WeightArithmetic,
): WeightsFile {
  if (isPth(bytes)) return readPth(bytes, name);
  if (isSafetensors(bytes)) return readSafetensors(bytes, name, arithmetic);
  if (isLegacyPth(bytes)) {
    throw new FormatError(
      name,
      0,
      'a PyTorch file from before version 1.6',
      'the zip format (load and save it again with a newer PyTorch)',
    );
  }
  throw new FormatError(name, 0, firstBytes(bytes), 'safetensors or a PyTorch .pth in zip format');
}

function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  const hex = [...bytes.subarray(0, 8)].map((b) => b.toString(16).padStart(2, '0'));
  return `bytes ${hex.join(' ')}`;
}

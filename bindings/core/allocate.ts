import { AdatomError } from './errors.ts';

/** Room for a large result. Throws AdatomError when the host grants none. */
export function allocate(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    throw new AdatomError(`out of memory: a result of ${(length / 2 ** 18).toFixed(0)} MiB.`);
  }
}

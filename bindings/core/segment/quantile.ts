import { select } from '../select.ts';

/** Value below which the given fraction (0..1) of the first `count` values lies. Reorders them. */
export function quantile(values: Float32Array, count: number, fraction: number): number {
  return select(values, Math.min(count - 1, Math.floor(fraction * count)), count);
}

/**
 * The value that stands at a rank (0 is the smallest) of the first `count` values, by Hoare's
 * selection. Reorders them.
 */
export function select(values: Float32Array, count: number, rank: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const t = values[i];
        values[i++] = values[j];
        values[j--] = t;
      }
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}

/** Value below which the given fraction (0..1) of the first `count` values lies. Reorders them. */
export function quantile(values: Float32Array, count: number, fraction: number): number {
  return select(values, count, Math.min(count - 1, Math.floor(fraction * count)));
}

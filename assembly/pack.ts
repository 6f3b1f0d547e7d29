import { transpose } from './layout';

/**
 * Vectors (n, dimension) to blocks (ceil(n/width), dimension, width): a lane is a vector, so that
 * sums along the dimension need none across lanes. The last vector fills up the last block.
 */
export function packPoints(out: usize, points: usize, n: i32, dimension: i32, width: i32): void {
  const bytes: usize = (<usize>dimension) << 2;
  const step: usize = (<usize>width) << 2;
  const last = points + bytes * <usize>(n - 1);
  for (let i = 0; i < n; i += width) {
    const left = min(n - i, width);
    transpose(out, step, points, bytes, left, dimension);
    for (let p = left; p < width; p++) transpose(out + ((<usize>p) << 2), step, last, bytes, 1, dimension);
    out += bytes * width;
    points += bytes * width;
  }
}

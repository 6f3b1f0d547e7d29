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

/**
 * A convolution's weights as the kernels read them, zero where there is no output channel. From
 * (outChannels, inChannels, taps) to (ceil(outChannels/8), taps, inChannels, 8); of an
 * up-convolution (up not 0) from (inChannels, outChannels, taps) to (taps, ceil(outChannels/8), inChannels, 8).
 */
export function packFilters(out: usize, weights: usize, inChannels: i32, outChannels: i32, taps: i32, up: i32): void {
  const groups = (outChannels + 7) >> 3;
  const group: usize = (<usize>inChannels) << 5;
  const tapStep = up ? group * groups : group;
  const groupStep = up ? group : group * taps;
  memory.fill(out, 0, group * groups * taps);
  for (let o = 0; o < outChannels; o++) {
    let to = out + groupStep * <usize>(o >> 3) + ((<usize>(o & 7)) << 2);
    for (let i = 0; i < inChannels; i++) {
      let from = weights + ((<usize>((up ? i * outChannels + o : o * inChannels + i) * taps)) << 2);
      let at = to;
      for (let tap = 0; tap < taps; tap++) {
        f32.store(at, f32.load(from));
        from += 4;
        at += tapStep;
      }
      to += 32;
    }
  }
}

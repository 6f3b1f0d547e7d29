/** (ceil(n / width), dimension, width), the last of n vectors repeated to fill up the last block. */
export function packPoints(
  points: Float32Array,
  n: number,
  dimension: number,
  width: number,
): Float32Array {
  const blocks = new Float32Array(Math.ceil(n / width) * width * dimension);
  for (let i = 0; i < blocks.length; i++) {
    const block = Math.floor(i / (width * dimension));
    const d = Math.floor(i / width) % dimension;
    blocks[i] = points[Math.min(block * width + (i % width), n - 1) * dimension + d];
  }
  return blocks;
}

/**
 * Groups of eight output channels, zeros in the last: from (outChannels, inChannels, taps) to
 * (groups, taps, inChannels, 8), or from (inChannels, outChannels, taps) to (taps, groups, inChannels, 8).
 */
export function packFilters(
  weights: Float32Array,
  inChannels: number,
  outChannels: number,
  taps: number,
  up: boolean,
): Float32Array {
  const groups = Math.ceil(outChannels / 8);
  const packed = new Float32Array(groups * taps * inChannels * 8);
  packed.forEach((_, at) => {
    const i = Math.floor(at / 8) % inChannels;
    const outer = Math.floor(at / (8 * inChannels));
    const [group, tap] = up
      ? [outer % groups, Math.floor(outer / groups)]
      : [Math.floor(outer / taps), outer % taps];
    const o = group * 8 + (at % 8);
    if (o >= outChannels) return;
    packed[at] = weights[(up ? i * outChannels + o : o * inChannels + i) * taps + tap];
  });
  return packed;
}

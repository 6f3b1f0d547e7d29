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

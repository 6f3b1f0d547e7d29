import type { Picture } from '../../../bindings/core/lattice/spectrum.ts';
import { Random } from '../../../bindings/core/random.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

export const kernels = createKernels();

/** Height at pixel (x, y). */
export type Height = (x: number, y: number) => number;

/** One plane per height, with white noise of a standard deviation. */
export function picture(
  rows: number,
  columns: number,
  heights: readonly Height[],
  noise = 0,
  seed = 1,
): Picture {
  const random = new Random(seed);
  const planes = heights.map((height) =>
    Float32Array.from(
      { length: rows * columns },
      (_, i) =>
        height(i % columns, Math.floor(i / columns)) +
        (noise > 0 ? noise * kernels.normal(random) : 0),
    ),
  );
  return { rows, columns, planes, valid: new Uint8Array(rows * columns).fill(1) };
}

/** Sum of waves of (amplitude, h, k) on the lattice of a, b (px) with its top at (x0, y0). */
export function corrugation(
  a: readonly [number, number],
  b: readonly [number, number],
  waves: readonly (readonly [amplitude: number, h: number, k: number])[],
  [x0, y0]: readonly [number, number] = [0, 0],
): Height {
  const area = a[0] * b[1] - a[1] * b[0];
  return (x, y) => {
    const u = (b[1] * (x - x0) - b[0] * (y - y0)) / area;
    const v = (a[0] * (y - y0) - a[1] * (x - x0)) / area;
    return waves.reduce(
      (sum, [amplitude, h, k]) => sum + amplitude * Math.cos(2 * Math.PI * (h * u + k * v)),
      0,
    );
  };
}

/** A vector of a length at an angle. */
export function polar(length: number, degrees: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [length * Math.cos(angle), length * Math.sin(angle)];
}

/** Bright grains, as a blunt tip shows them, nothing of which repeats. */
export const grains: Height = (x, y) => {
  let sum = 0;
  for (const [column, row] of [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j]))) {
    const [i, j] = [Math.floor(x / 6) + column - 1, Math.floor(y / 6) + row - 1];
    // Anywhere within its square, as far as anyone can tell.
    const [dx, dy] = [Math.sin(i * 127.1 + j * 311.7), Math.sin(i * 269.5 + j * 183.3)].map(
      (value) => 6 * (value * 43758.5453 - Math.floor(value * 43758.5453)),
    );
    sum += 3 * Math.exp(-((x - 6 * i - dx) ** 2 + (y - 6 * j - dy) ** 2) / 8);
  }
  return sum;
};

import type { Picture } from '../../../bindings/core/lattice/spectrum.ts';
import { Random } from '../../../bindings/core/random.ts';
import { createKernels } from '../../../bindings/node/instantiate.ts';

export const kernels = createKernels();

/** Height at pixel (x, y). */
type Height = (x: number, y: number) => number;

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

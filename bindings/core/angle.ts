import type { Kernels } from './kernels.ts';

/** Angle of (x, y) from the x axis, degrees in -180..180, y down so clockwise; 0 for no length. */
export function angleDeg(kernels: Kernels, x: number, y: number): number {
  const length = Math.sqrt(x * x + y * y);
  if (!(length > 0)) return 0;
  const [cos, sin] = [x / length, y / length];
  // A right angle's worth, then corrected by the sine of what is left until nothing is.
  let angle =
    cos >= Math.abs(sin)
      ? sin
      : cos <= -Math.abs(sin)
        ? Math.PI - sin
        : sin > 0
          ? Math.PI / 2 - cos
          : cos - Math.PI / 2;
  for (let round = 0; round < 4; round++) {
    angle += sin * kernels.cos(angle) - cos * kernels.sin(angle);
  }
  const degrees = (angle * 180) / Math.PI;
  return degrees > 180 ? degrees - 360 : degrees;
}

import { angleDeg } from '../angle.ts';
import type { Kernels } from '../kernels.ts';
import type { Corner } from './contour.ts';

/** What second moments say of a shape. */
export interface Axes {
  /** Direction of the longest extent, degrees in -90..90, clockwise from x as a picture is seen. */
  orientationDeg: number;
  /** Longest over shortest extent, 1 or more: that of the ellipse of equal moments. */
  elongation: number;
}

/** Axes of the inside of polygons, holes running the other way; null for what has no inside. */
export function axesOf(kernels: Kernels, polygons: readonly (readonly Corner[])[]): Axes | null {
  let [area, sx, sy, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (const polygon of polygons) {
    polygon.forEach(([x0, y0], k) => {
      const [x1, y1] = polygon[(k + 1) % polygon.length];
      // Green's theorem, a triangle with the origin at a time.
      const w = x0 * y1 - x1 * y0;
      area += w / 2;
      sx += (w * (x0 + x1)) / 6;
      sy += (w * (y0 + y1)) / 6;
      xx += (w * (x0 * x0 + x0 * x1 + x1 * x1)) / 12;
      yy += (w * (y0 * y0 + y0 * y1 + y1 * y1)) / 12;
      xy += (w * (x0 * y1 + 2 * x0 * y0 + 2 * x1 * y1 + x1 * y0)) / 24;
    });
  }
  if (!(area > 0)) return null;
  const mxx = xx / area - (sx / area) * (sx / area);
  const myy = yy / area - (sy / area) * (sy / area);
  const mxy = xy / area - (sx / area) * (sy / area);
  const mean = (mxx + myy) / 2;
  const spread = Math.sqrt(((mxx - myy) / 2) * ((mxx - myy) / 2) + mxy * mxy);
  if (!(mean > spread)) return null;
  return {
    orientationDeg: angleDeg(kernels, (mxx - myy) / 2, mxy) / 2,
    elongation: Math.sqrt((mean + spread) / (mean - spread)),
  };
}

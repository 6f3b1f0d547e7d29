import type { Position } from './types.ts';

/** Whether a place lies within the box that has a and b as opposite corners. */
export function isInBox({ x, y }: Position, a: Position, b: Position): boolean {
  return (
    x >= Math.min(a.x, b.x) &&
    x <= Math.max(a.x, b.x) &&
    y >= Math.min(a.y, b.y) &&
    y <= Math.max(a.y, b.y)
  );
}

/** Whether a place lies within a closed polygon, by the even-odd rule. */
export function isInPolygon({ x, y }: Position, polygon: readonly Position[]): boolean {
  let inside = false;
  polygon.forEach((a, i) => {
    const b = polygon[(i + polygon.length - 1) % polygon.length];
    if (a.y > y === b.y > y) return;
    if (x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}

/** Index of the place nearest to a point, within `reach`; -1 for none. */
export function nearest(places: readonly Position[], { x, y }: Position, reach: number): number {
  let best = -1;
  let least = reach * reach;
  places.forEach((place, i) => {
    const squared = (place.x - x) * (place.x - x) + (place.y - y) * (place.y - y);
    if (squared > least) return;
    least = squared;
    best = i;
  });
  return best;
}

/** A direction on the picture, y downwards. */
export type Heading = 'left' | 'right' | 'up' | 'down';

/**
 * The place that an arrow key leads to: the nearest one that lies that way, where sideways counts
 * double; -1 when there is none.
 */
export function towards(places: readonly Position[], from: Position, heading: Heading): number {
  const sign = heading === 'right' || heading === 'down' ? 1 : -1;
  const across = heading === 'left' || heading === 'right';
  let best = -1;
  let least = Infinity;
  places.forEach((place, i) => {
    const ahead = sign * (across ? place.x - from.x : place.y - from.y);
    const aside = Math.abs(across ? place.y - from.y : place.x - from.x);
    if (ahead <= 0 || aside > 2 * ahead) return;
    if (ahead + 2 * aside >= least) return;
    least = ahead + 2 * aside;
    best = i;
  });
  return best;
}

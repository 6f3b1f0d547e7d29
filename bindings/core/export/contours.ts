/**
 * The outline of one region of a label image as closed polygons, outer ones clockwise on the picture
 * and holes the other way. Coordinates are pixel corners, [x0, y0, x1, y1, ...]: the pixel in column c
 * covers c to c + 1. Only corners are listed. Diagonal neighbours of one region are one polygon.
 */
export function contoursOf(
  regionIds: Int32Array,
  columns: number,
  { id, box }: { id: number; box: { left: number; top: number; right: number; bottom: number } },
): number[][] {
  const rows = regionIds.length / columns;
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < columns && y < rows && regionIds[y * columns + x] === id;
  // Left-to-right edges over the region's upper sides begin the polygons; each is walked once.
  const walked = new Set<number>();
  const polygons: number[][] = [];
  for (let y = box.top; y <= box.bottom + 1; y++) {
    for (let x = box.left; x <= box.right; x++) {
      if (!inside(x, y) || inside(x, y - 1) || walked.has(y * (columns + 1) + x)) continue;
      polygons.push(
        walk(inside, x, y, (cornerX, cornerY) => {
          walked.add(cornerY * (columns + 1) + cornerX);
        }),
      );
    }
  }
  return polygons;
}

/** Right, down, left, up. */
const STEPS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** Follow the border from the upper left corner of pixel (x, y), the region on the right hand. */
function walk(
  inside: (x: number, y: number) => boolean,
  startX: number,
  startY: number,
  onUpperSide: (x: number, y: number) => void,
): number[] {
  const corners: number[] = [];
  let x = startX;
  let y = startY;
  let heading = 0;
  do {
    if (heading === 0) onUpperSide(x, y);
    x += STEPS[heading][0];
    y += STEPS[heading][1];
    const next = turn(inside, x, y, heading);
    if (next !== heading) corners.push(x, y);
    heading = next;
  } while (x !== startX || y !== startY || heading !== 0);
  return corners;
}

/** Heading after a corner: as far to the left as the region allows, which joins diagonal pixels. */
function turn(
  inside: (x: number, y: number) => boolean,
  x: number,
  y: number,
  heading: number,
): number {
  const ahead = (to: number, right: boolean) => {
    const [dx, dy] = STEPS[to];
    const [sx, sy] = right ? [-dy, dx] : [dy, -dx];
    return inside(x + (dx + sx - 1) / 2, y + (dy + sy - 1) / 2);
  };
  if (ahead(heading, false)) return (heading + 3) % 4;
  if (ahead(heading, true)) return heading;
  return (heading + 1) % 4;
}

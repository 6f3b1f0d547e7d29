/** A rectangle by its sides, in the picture's own unit. */
export interface Sides {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** A picture and, in it, the plate that is to be put into a corner at some distance from the edges. */
interface Layout {
  width: number;
  height: number;
  plateWidth: number;
  plateHeight: number;
  margin: number;
}

/**
 * Left and top of the plate in the corner where the fewest of the marks come nearer than the margin;
 * of equally free corners the lower left. What is `taken` is covered only where nothing else is left.
 * null where the picture has no room for the plate.
 */
export function freeCorner(
  { width, height, plateWidth, plateHeight, margin }: Layout,
  marks: readonly Sides[],
  taken: readonly Sides[] = [],
): [left: number, top: number] | null {
  const right = width - plateWidth - margin;
  const bottom = height - plateHeight - margin;
  if (right < 0 || bottom < 0) return null;
  const hidden = (all: readonly Sides[], [x, y]: [number, number]) =>
    all.filter(
      (one) =>
        one.right > x - margin &&
        one.bottom > y - margin &&
        one.left < x + plateWidth + margin &&
        one.top < y + plateHeight + margin,
    ).length;
  const corners: [number, number][] = [
    [margin, bottom],
    [right, bottom],
    [margin, margin],
    [right, margin],
  ];
  const counts = corners.map(
    (corner) => hidden(marks, corner) + (marks.length + 1) * hidden(taken, corner),
  );
  return corners[counts.indexOf(Math.min(...counts))];
}

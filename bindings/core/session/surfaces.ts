import type { ClassLibrary, SurfaceSeen } from './types.ts';

/** Rows whose distances differ by more than this part are of different surfaces. */
const SAME = 0.1;

/** What a levelled scan shows of its surface; undefined where that has no length to compare. */
export function surfaceSeen(
  source: string,
  { rowSpacingPx, pixelNm }: { rowSpacingPx?: number | null; pixelNm: number | null },
): SurfaceSeen | undefined {
  if (rowSpacingPx === undefined) return undefined;
  if (rowSpacingPx === null) return { source, rowSpacingNm: null };
  return pixelNm === null ? undefined : { source, rowSpacingNm: rowSpacingPx * pixelNm };
}

/** A sentence where examples come from what seems to be another surface than the scan's, else none. */
export function surfaceWarnings(
  library: Pick<ClassLibrary, 'surfaces'> | null,
  scan: SurfaceSeen | undefined,
): string[] {
  if (!scan) return [];
  const others = (library?.surfaces ?? []).filter((one) => !isAlike(one, scan));
  if (others.length === 0) return [];
  const theirs = others.map(({ source, ...seen }) => `${source} ${rowsText(seen)}`).join(', ');
  return [
    `Examples may be of another surface: ${theirs}, this scan ${rowsText(scan)}. Look at the names before you trust them.`,
  ];
}

function isAlike(a: SurfaceSeen, b: SurfaceSeen): boolean {
  if (a.rowSpacingNm === null || b.rowSpacingNm === null) return a.rowSpacingNm === b.rowSpacingNm;
  return Math.abs(a.rowSpacingNm - b.rowSpacingNm) <= SAME * a.rowSpacingNm;
}

function rowsText({ rowSpacingNm }: Omit<SurfaceSeen, 'source'>): string {
  return rowSpacingNm === null
    ? 'shows no lattice'
    : `has rows ${Number(rowSpacingNm.toPrecision(3))} nm apart`;
}

import type { Defect } from '../../core/index.ts';
import { type AddedDefect, isAt, type Labelling, measureRuns } from '../../core/session/index.ts';
import type { Found, PreparedInfo } from '../index.ts';

/** The defects of a scan as the person left them: found, less those erased, and those painted. */
export interface Candidates {
  defects: readonly Defect[];
  /** (rows, columns): id of the defect at each pixel, 0 outside. */
  regionIds: Int32Array;
}

/** Erased defects vanish; painted ones come last and get the next free ids. */
export function candidatesOf(
  found: Found,
  { rows, columns, pixelXNm, pixelYNm }: PreparedInfo,
  { added, erased }: Pick<Labelling, 'added' | 'erased'>,
): Candidates {
  const gone = new Set(
    found.defects.filter((one) => erased.some((at) => isAt(at, one))).map(({ id }) => id),
  );
  const kept = found.defects.filter(({ id }) => !gone.has(id));
  if (gone.size === 0 && added.length === 0) return { defects: kept, regionIds: found.regionIds };
  const regionIds = found.regionIds.slice();
  for (const { id, box } of found.defects) {
    if (!gone.has(id)) continue;
    for (let row = box.top; row <= box.bottom; row++) {
      for (let at = row * columns + box.left; at <= row * columns + box.right; at++) {
        if (regionIds[at] === id) regionIds[at] = 0;
      }
    }
  }
  const pixelArea = pixelXNm && pixelYNm ? pixelXNm * pixelYNm : null;
  const painted = added.map((one, i): Defect => {
    const id = found.defects.length + 1 + i;
    for (const [row, column, length] of one.runs) {
      regionIds.fill(id, row * columns + column, row * columns + column + length);
    }
    return { ...paintedDefect(one, id, pixelArea), touchesBorder: touches(one, rows, columns) };
  });
  return { defects: [...kept, ...painted], regionIds };
}

function paintedDefect(
  { x, y, runs }: AddedDefect,
  id: number,
  pixelArea: number | null,
): Omit<Defect, 'touchesBorder'> {
  const { areaPx } = measureRuns(runs);
  const box = {
    left: Math.min(...runs.map(([, column]) => column)),
    top: Math.min(...runs.map(([row]) => row)),
    right: Math.max(...runs.map(([, column, length]) => column + length - 1)),
    bottom: Math.max(...runs.map(([row]) => row)),
  };
  const areaNm2 = pixelArea === null ? null : areaPx * pixelArea;
  return { id, x, y, areaPx, areaNm2, box, tooLarge: false };
}

function touches({ runs }: AddedDefect, rows: number, columns: number): boolean {
  return runs.some(
    ([row, column, length]) =>
      row === 0 || row === rows - 1 || column === 0 || column + length === columns,
  );
}

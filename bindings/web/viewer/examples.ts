import {
  isInside,
  isReservedLabel,
  labelText,
  readPointsCsv,
  SupportError,
} from '../../core/index.ts';
import type { DefectLabel } from '../../core/session/index.ts';
import type { PreparedInfo } from '../index.ts';

/**
 * The labelled examples of a table with the columns x_px, y_px and label, a table of defects among
 * them: what nobody and nothing has named is no example. Throws FormatError or SupportError, which
 * name the table's line.
 */
export function readExamples(
  text: string,
  file: string,
  size: Pick<PreparedInfo, 'rows' | 'columns'>,
): DefectLabel[] {
  const points = readPointsCsv(text, file);
  for (const point of points) {
    if (isInside(point, size)) continue;
    throw new SupportError(
      `${file}, line ${point.line}: (${point.x}, ${point.y}) is outside the scan of ${size.columns} x ${size.rows} pixels.`,
    );
  }
  const examples = points.flatMap(({ x, y, label }) => (isName(label) ? [{ x, y, label }] : []));
  if (examples.length > 0) return examples;
  throw new SupportError(`${file}: expected a label in the column label, found none.`);
}

/** Not the words for what has no class. */
function isName(label: string | null): label is string {
  return label !== null && label !== labelText('') && !isReservedLabel(label);
}

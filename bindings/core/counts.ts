import type { Prepared } from './prepared.ts';
import { areaNm2, shareOf } from './share.ts';

/** One class's count and its density over the area searched, null without a physical size. */
export interface ClassCount {
  label: string;
  count: number;
  /** What the density is over: the part of the scan where a defect could have been found. */
  areaNm2: number | null;
  perNm2: number | null;
  /** Poisson standard error; null for a count of zero, which has only an upper limit. */
  errorPerNm2: number | null;
  /** Upper limit with 95 % confidence of a count of zero. */
  below95PerNm2: number | null;
}

/** With none found, three or more were expected with less than 5 % probability: -ln 0.05. */
const NONE_95 = 2.996;

/**
 * Count labels; the classes named come first and in order, even when their count is zero.
 * `searchedFraction` is the part of the frame where a defect could have been found.
 */
export function countLabels(
  labels: readonly string[],
  classes: readonly string[],
  prepared: Prepared,
  searchedFraction = shareOf(prepared.levelled.valid),
): ClassCount[] {
  const area = areaNm2(prepared, searchedFraction);
  return [...new Set([...classes, ...labels])].map((label) => {
    const count = labels.filter((other) => other === label).length;
    return {
      label,
      count,
      areaNm2: area,
      perNm2: area ? count / area : null,
      errorPerNm2: area && count > 0 ? Math.sqrt(count) / area : null,
      below95PerNm2: area && count === 0 ? NONE_95 / area : null,
    };
  });
}

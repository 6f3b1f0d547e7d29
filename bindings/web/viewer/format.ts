import { extentText } from '../../core/export/figures.ts';
import type { PreparedInfo } from '../index.ts';

const PREFIXES = [
  ['', 1],
  ['m', 1e-3],
  ['µ', 1e-6],
  ['n', 1e-9],
  ['p', 1e-12],
  ['f', 1e-15],
] as const;

/** A unit to say values of about this size in, and what to multiply them by. */
export function readableUnit(unit: string, size: number): { unit: string; factor: number } {
  if (unit === '') return { unit, factor: 1 };
  const [base, inBase] = unit === 'nm' ? ['m', 1e-9] : [unit, 1];
  const most = Math.abs(size) * inBase;
  const found = PREFIXES.find(([, scale]) => most >= scale) ?? PREFIXES[PREFIXES.length - 1];
  const [prefix, scale] = most > 0 ? found : PREFIXES[0];
  return { unit: `${prefix}${base}`, factor: inBase / scale };
}

/** A value with its unit, to three digits. */
export function valueText(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'not measured';
  const readable = readableUnit(unit, value);
  const text = String(Number((value * readable.factor).toPrecision(3))).replace('-', '−');
  return `${text} ${readable.unit}`.trim();
}

/** A fixed number of decimals, with a true minus sign; '' for what is not known. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  return value.toFixed(decimals).replace('-', '−');
}

/** How wide and high a scan is; '' where that is not known. */
export function sizeText({
  rows,
  columns,
  pixelXNm,
  pixelYNm,
}: Pick<PreparedInfo, 'rows' | 'columns' | 'pixelXNm' | 'pixelYNm'>): string {
  if (!pixelXNm || !pixelYNm) return '';
  return extentText(pixelXNm * columns, pixelYNm * rows, (value) =>
    // A tenth of what is shown, or three digits of what is less.
    value < 10 ? String(Number(value.toPrecision(3))) : fixed(value, 1),
  );
}

/** A length to be changed by hand: what parseLength reads. */
export function lengthValue(nm: number): string {
  return `${Number(nm.toPrecision(6))} nm`;
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

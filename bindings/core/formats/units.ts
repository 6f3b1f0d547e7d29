/** Exact decimal values of the SI prefixes; no power function, which engines may round differently. */
const prefixes: Record<string, number> = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  µ: 1e-6, // U+00B5, the micro sign
  μ: 1e-6, // U+03BC, the Greek letter
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
};

const bases = ['m', 'A', 'V', 'Hz', 's', 'N', 'W', 'C', 'F', 'S', 'Pa', 'J', 'eV', 'K', 'T', '°'];

/** What a reader warns of where lengths are missing. */
export const sizeUnknown = 'the file does not say how many metres wide it is.';

/** 'nm' -> { unit: 'm', scale: 1e-9 }; a unit that is not a prefixed SI unit stays itself, scale 1. */
export function splitUnit(text: string): { unit: string; scale: number } {
  const unit = text.trim();
  if (unit === 'Å' || unit === 'Å' || unit === 'Ang') return { unit: 'm', scale: 1e-10 };
  const scale = prefixes[unit.charAt(0)];
  const base = unit.slice(1);
  if (scale === undefined || bases.includes(unit) || !bases.includes(base)) {
    return { unit, scale: 1 };
  }
  return { unit: base, scale };
}

/**
 * Metres as nanometres, null when not a positive length. Rounded to 15 digits, so that the 4e-9 m
 * of a header is 4 nm and not 4.000000000000001.
 */
export function metresToNm(metres: number): number | null {
  if (!(metres > 0) || !Number.isFinite(metres)) return null;
  return Number((metres * 1e9).toPrecision(15));
}

/** A decimal number of a text header, null when it is none. Some locales write a decimal comma. */
export function parseNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = /^\s*([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[-+]?\d+)?)/i.exec(text);
  if (!number) return null;
  const value = Number(number[1]!.replace(',', '.'));
  return Number.isFinite(value) ? value : null;
}

/** A number with its unit, in the unit without prefix, of which the file's own is `scale`. */
export interface Quantity {
  value: number;
  unit: string;
  scale: number;
}

/** '600 nm' -> { value: 6e-7, unit: 'm', scale: 1e-9 }; null when it does not begin with a number. */
export function parseQuantity(text: string | undefined): Quantity | null {
  const found = /^([-+]?[\d.,]+(?:e[-+]?\d+)?)(.*)$/i.exec(text ?? '');
  const number = parseNumber(found?.[1]);
  if (!found || number === null) return null;
  const { unit, scale } = splitUnit(found[2]!);
  // 15 digits: -50 mV are -0.05 V.
  return { value: Number((number * scale).toPrecision(15)), unit, scale };
}

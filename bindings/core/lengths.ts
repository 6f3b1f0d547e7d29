import { OptionError } from './errors.ts';

/** A length as a user writes it: in nm, or in pixels of the file's own grid. */
export interface Length {
  value: number;
  unit: 'nm' | 'px';
}

const NM_PER: Record<string, number> = {
  nm: 1,
  pm: 1e-3,
  a: 0.1,
  å: 0.1,
  um: 1e3,
  µm: 1e3,
  m: 1e9,
};

/** No scan and no feature of one is smaller or larger; a wrong unit is. */
const SENSIBLE = { nm: [1e-3, 1e6], px: [1, 1e5] } as const;

/** Read '100nm', '2.1 nm', '850pm', '12Å', '0.5um' or '16px'; a bare number is in nm. */
export function parseLength(text: string, option: string): Length {
  return read(text, option, 'a length such as 100nm or 16px');
}

function read(text: string, option: string, expected: string): Length {
  const match = /^\s*([0-9.]+(?:e[+-]?\d+)?)\s*([a-zµå]*)\s*$/i.exec(text);
  const value = match ? Number(match[1]) : Number.NaN;
  const unit = (match?.[2] ?? '').toLowerCase() || 'nm';
  const factor = NM_PER[unit];
  if (!(value > 0 && Number.isFinite(value)) || (unit !== 'px' && factor === undefined)) {
    throw new OptionError(`${option}: expected ${expected}, got '${text}'.`);
  }
  const length: Length = unit === 'px' ? { value, unit } : { value: value * factor, unit: 'nm' };
  const [least, most] = SENSIBLE[length.unit];
  if (!(length.value >= least && length.value <= most)) {
    throw new OptionError(`${option}: expected ${least} to ${most} ${length.unit}, got '${text}'.`);
  }
  return length;
}

/** As parseLength, for an option that only makes sense as a physical length; returns nm. */
export function parseLengthNm(text: string, option: string): number {
  const expected = 'a physical length such as 100nm';
  const length = read(text, option, expected);
  if (length.unit === 'px') {
    throw new OptionError(`${option}: expected ${expected}, got '${text}'.`);
  }
  return length.value;
}

/** Read an area such as '0.5nm2', '0.5nm²' or a bare number in nm². */
export function parseAreaNm2(text: string, option: string): number {
  const match = /^\s*([0-9.]+(?:e[+-]?\d+)?)\s*(nm2|nm²|nm\^2)?\s*$/i.exec(text);
  const value = match ? Number(match[1]) : Number.NaN;
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new OptionError(`${option}: expected an area such as 0.5nm2, got '${text}'.`);
  }
  return value;
}

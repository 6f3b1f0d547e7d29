/** One square centimetre in nm². */
const NM2_PER_CM2 = 1e14;

/** A density per nm², as the pipeline counts it. */
export interface Density {
  perNm2: number | null;
  /** Poisson standard error. */
  errorPerNm2: number | null;
  /** Upper limit with 95 % confidence when none was found. */
  below95PerNm2: number | null;
}

/**
 * A density as a person writes it: value and error with one power of ten, the error to two digits and
 * the value to as many decimals; the upper limit when none was found, and '' without a physical size.
 */
export function densityText(density: Density, per: 'nm2' | 'cm2'): string {
  const factor = per === 'cm2' ? NM2_PER_CM2 : 1;
  if (density.below95PerNm2 !== null) {
    const { mantissa, exponent } = scientific(density.below95PerNm2 * factor);
    return `< ${power(mantissa.toFixed(1), exponent)}`;
  }
  if (density.perNm2 === null || density.errorPerNm2 === null) return '';
  const { mantissa, exponent, unit } = scientific(density.perNm2 * factor);
  const error = (density.errorPerNm2 * factor) / unit;
  const digits = error >= 1 ? 1 : 2;
  return power(`${mantissa.toFixed(digits)} ± ${error.toFixed(digits)}`, exponent);
}

function scientific(value: number): { mantissa: number; exponent: number; unit: number } {
  const [, power] = value.toExponential().split('e');
  const unit = Number(`1e${power}`);
  return { mantissa: value / unit, exponent: Number(power), unit };
}

function power(text: string, exponent: number): string {
  const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  if (exponent === 0) return text;
  const raised = String(exponent)
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => digits[Number(digit)]);
  return text.includes('±') ? `(${text}) × 10${raised}` : `${text} × 10${raised}`;
}

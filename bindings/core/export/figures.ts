/** Without an exponent, which lengths and areas of a scan do not need. */
export function fourDigits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** One square micrometre in nm². */
const NM2_PER_UM2 = 1e6;

/** An area with its unit, to so many digits: from one square micrometre on in these. */
export function areaText(nm2: number, digits = 4): string {
  const [value, unit] = nm2 < NM2_PER_UM2 ? [nm2, 'nm²'] : [nm2 / NM2_PER_UM2, 'µm²'];
  return `${Number(value.toPrecision(digits))} ${unit}`;
}

export function percent(share: number): string {
  return share > 0 && share < 0.0005 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}

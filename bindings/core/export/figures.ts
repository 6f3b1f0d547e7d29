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

/** How wide and high a scan is, each number as `number` writes it: from one micrometre on in these. */
export function extentText(widthNm: number, heightNm: number, number = fourDigits): string {
  const [inUnit, unit] = Math.max(widthNm, heightNm) < 1000 ? [1, 'nm'] : [1000, 'µm'];
  return `${number(widthNm / inUnit)} × ${number(heightNm / inUnit)} ${unit}`;
}

export function percent(share: number): string {
  return share > 0 && share < 0.0005 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}

/** Without an exponent, which lengths and areas of a scan do not need. */
export function fourDigits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function percent(share: number): string {
  return share > 0 && share < 0.0005 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}

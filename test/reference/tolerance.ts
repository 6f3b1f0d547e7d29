/** Largest relative error of one f32 rounding. */
export const U = 2 ** -24;

/**
 * Error bound of a value reached through n f32 roundings on every path, given the sum of the
 * absolute terms: gamma(n) * magnitude with gamma(n) = n u / (1 - n u) (Higham 2002, section 3.1).
 * The last term covers results below the normal range, where the spacing stays 2^-149.
 */
export function bound(n: number, magnitude: number): number {
  return ((n * U) / (1 - n * U)) * magnitude + n * 2 ** -149;
}

/** Throw at the first value farther from expected than tolerance(i); NaN equals NaN only. */
export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: (i: number) => number,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values, expected ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || Math.abs(actual[i] - expected[i]) <= tolerance(i)) {
      continue;
    }
    throw new Error(
      `${what}: value ${i} is ${actual[i]}, expected ${expected[i]} within ${tolerance(i)}`,
    );
  }
}

export function expectSame(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  expectClose(what, actual, expected, () => 0);
}

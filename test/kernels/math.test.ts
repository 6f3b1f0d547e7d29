import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantiate } from './guarded.ts';

const wasm = instantiate();

/** Distance to the next f64 of larger magnitude. */
function ulp(x: number): number {
  const bits = new BigUint64Array(new Float64Array([Math.abs(x)]).buffer);
  bits[0]++;
  return new Float64Array(bits.buffer)[0] - Math.abs(x);
}

/** Both the module's functions and Math's are within one ulp of the truth, so within two of each other. */
function check(name: 'exp' | 'log' | 'sin' | 'cos', x: number): void {
  const expected = Math[name](x);
  const actual = wasm[name](x);
  if (Object.is(actual, expected)) return;
  expect(Math.abs(actual - expected), `${name}(${x})`).toBeLessThanOrEqual(2 * ulp(expected));
}

const ranges = {
  exp: [-745, 709],
  log: [0, 1e300],
  sin: [-1e9, 1e9],
  cos: [-1e9, 1e9],
} as const;

for (const name of ['exp', 'log', 'sin', 'cos'] as const) {
  describe(name, () => {
    it('agrees with Math within two units in the last place', () => {
      const [min, max] = ranges[name];
      const x = fc.oneof(
        fc.double({ min, max, noNaN: true }),
        fc.double({ min: Math.max(min, -10), max: 10, noNaN: true }),
      );
      fc.assert(
        fc.property(x, (v) => check(name, v)),
        { numRuns: 5000 },
      );
    });

    it('special values', () => {
      for (const x of [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324, 1e308]) check(name, x);
    });
  });
}

describe('near multiples of pi / 2', () => {
  it('keeps its relative precision where a sine or cosine vanishes', () => {
    for (let i = -2000; i <= 2000; i++) {
      check('sin', (i * Math.PI) / 2);
      check('cos', (i * Math.PI) / 2);
    }
  });
});

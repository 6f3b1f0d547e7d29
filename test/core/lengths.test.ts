import { expect, test } from 'vitest';
import { OptionError } from '../../bindings/core/errors.ts';
import { parseAreaNm2, parseLength, parseLengthNm } from '../../bindings/core/lengths.ts';

test.each([
  ['100nm', 100],
  ['2.1 nm', 2.1],
  ['850pm', 0.85],
  ['12Å', 1.2],
  ['12a', 1.2],
  ['0.5um', 500],
  ['1e-7m', 100],
  ['7', 7],
])('%s is %f nm', (text, nm) => {
  expect(parseLengthNm(text, '--width')).toBeCloseTo(nm, 12);
});

test('pixels are pixels', () => {
  expect(parseLength('16px', '--crop')).toEqual({ value: 16, unit: 'px' });
  expect(() => parseLengthNm('16px', '--width')).toThrow(/--width: expected a physical length/);
});

test.each(['', 'nm', '-5nm', '0nm', '5 parsec', '1..2nm', 'NaN', '5m', '0.0001nm', '0.5px'])(
  "'%s' is refused by the option's name",
  (text) => {
    expect(() => parseLength(text, '--crop')).toThrow(OptionError);
    expect(() => parseLength(text, '--crop')).toThrow(/^--crop: /);
    expect(() => parseLengthNm(text, '--width')).toThrow(/^--width: expected (?!.*16px)/);
  },
);

test('areas', () => {
  expect(parseAreaNm2('0.5nm2', '--min-area')).toBe(0.5);
  expect(parseAreaNm2('3 nm²', '--min-area')).toBe(3);
  expect(parseAreaNm2('0', '--min-area')).toBe(0);
  for (const bad of ['', '5px', '-1', 'nm2']) {
    expect(() => parseAreaNm2(bad, '--min-area')).toThrow(/--min-area/);
  }
});

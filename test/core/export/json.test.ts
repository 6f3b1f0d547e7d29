import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../bindings/core/errors.ts';
import { writeResultJson } from '../../../bindings/core/export/json.ts';

describe('writeResultJson', () => {
  it('keeps the order of keys and turns what is not a number into null', () => {
    const text = writeResultJson({ z: 1, a: [Number.NaN, -Infinity, 0.1], m: { b: null, a: 'µ' } });
    expect(text.endsWith('}\n')).toBe(true);
    expect(Object.keys(JSON.parse(text))).toEqual(['z', 'a', 'm']);
    expect(JSON.parse(text)).toEqual({ z: 1, a: [null, null, 0.1], m: { b: null, a: 'µ' } });
  });

  it.each([
    ['Float32Array', new Float32Array(2)],
    ['Map', new Map()],
    ['Set', new Set()],
    ['BigInt', 1n],
  ])('refuses a %s, saying where', (name, value) => {
    const write = () => writeResultJson({ steps: [{ plane: value }] });
    expect(write).toThrow(OptionError);
    expect(write).toThrow(`got ${name} in 'plane'`);
  });

  it('refuses nothing at all', () => {
    expect(() => writeResultJson(undefined)).toThrow(OptionError);
  });
});

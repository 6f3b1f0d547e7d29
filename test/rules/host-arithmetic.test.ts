import { describe, expect, it } from 'vitest';
import { findHostArithmetic } from '../../scripts/rules/host-arithmetic.mjs';

const forbidden = [
  'Math.exp(x)',
  'Math.log2(x)',
  'Math.pow(x, 3)',
  'Math.sin(x)',
  'Math.atan2(x, y)',
  'Math.hypot(x, y)',
  'Math.random()',
  "Math['cos'](x)",
  'const { tan } = Math;',
  'const m = Math;',
  'x ** 3',
  'x **= 2',
  '10 ** digits',
  'new Date()',
  'Date.now()',
  'performance.now()',
  'globalThis.crypto',
  "a.localeCompare(b, 'en')",
  'x.toLocaleString()',
  'new Intl.NumberFormat()',
];

const allowed = [
  'Math.sqrt(x) + Math.floor(x) * Math.PI',
  'Math.imul(a, b) + Math.fround(x)',
  '2 ** times',
  '10 ** 6',
  'kernels.exp(x)',
  "const header = { Date: 'a' }; header.Date",
  "'Math.exp(x)' // Math.exp",
];

describe('the rule that core computes the same bits on every host', () => {
  it.each(forbidden)('refuses %s', (text) => {
    expect(findHostArithmetic('core.ts', text)).toHaveLength(1);
  });

  it.each(allowed)('allows %s', (text) => {
    expect(findHostArithmetic('core.ts', text)).toEqual([]);
  });

  it('says where', () => {
    expect(findHostArithmetic('core.ts', 'let y;\ny = Math.exp(1);')[0]).toMatch(/^core\.ts:2: /);
  });
});

import { describe, expect, it } from 'vitest';
import { fromUtf8, toUtf8 } from '../../bindings/core/utf8.ts';

const texts = ['', 'plain', '100 % "Å" \n\0', 'α ≤ 1, 走査トンネル顕微鏡, 🔬', 'ä'.repeat(20000)];

describe('UTF-8', () => {
  it('is what the platform makes of the same', () => {
    for (const text of texts) {
      const bytes = new TextEncoder().encode(text);
      expect(toUtf8(text)).toEqual(bytes);
      expect(fromUtf8(bytes)).toBe(text);
    }
  });

  it('refuses what is none', () => {
    expect(() => fromUtf8(Uint8Array.of(0x41, 0xff))).toThrow(URIError);
    expect(() => toUtf8('\ud800')).toThrow(URIError);
  });
});

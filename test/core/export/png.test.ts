import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../bindings/core/errors.ts';
import { writeGreyPng, writeRgbPng } from '../../../bindings/core/export/png.ts';

describe('png', () => {
  it('writes 8 and 16 bits of grey and colour that decode to the same', () => {
    const bytes = Uint8Array.from({ length: 7 * 5 }, (_, i) => (i * 37) & 255);
    expect(decode(writeGreyPng(bytes, 5, 7))).toMatchObject({
      width: 7,
      height: 5,
      depth: 8,
      channels: 1,
      data: bytes,
    });
    const words = Uint16Array.from(bytes, (v) => v * 257 - 3);
    expect(decode(writeGreyPng(words, 5, 7))).toMatchObject({ depth: 16, data: words });
    const rgb = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * 91) & 255);
    expect(decode(writeRgbPng(rgb, 5, 7))).toMatchObject({ channels: 3, data: rgb });
  });

  it('takes a part of a larger array for what it is', () => {
    const part = Uint8Array.from({ length: 20 }, (_, i) => i).subarray(4, 10);
    expect(decode(writeGreyPng(part, 2, 3)).data).toEqual(part.slice());
  });

  it('refuses pixels that do not fit', () => {
    expect(() => writeGreyPng(new Uint8Array(5), 2, 3)).toThrow(ShapeError);
    expect(() => writeRgbPng(new Uint8Array(6), 2, 3)).toThrow(/2 x 3 x 3 values.*got 6/);
    expect(() => writeGreyPng(new Uint8Array(0), 0, 3)).toThrow(ShapeError);
  });
});

import { describe, expect, test } from 'vitest';
import { cleanMask } from '../../../bindings/core/segment/clean.ts';

const SIZE = 40;
const PERIOD = 8;

/** A mask of rectangles, bounds inclusive. */
function maskOf(
  ...boxes: readonly (readonly [left: number, top: number, right: number, bottom: number])[]
) {
  const mask = new Uint8Array(SIZE * SIZE);
  for (const [left, top, right, bottom] of boxes) {
    for (let y = top; y <= bottom; y++) mask.fill(1, y * SIZE + left, y * SIZE + right + 1);
  }
  return mask;
}

const clean = (mask: Uint8Array, clicked?: readonly number[]) =>
  cleanMask(mask, new Uint8Array(SIZE * SIZE).fill(1), SIZE, SIZE, PERIOD, clicked);

const inside = [18, 18, 22, 21] as const;
const deep = [10, 0, 14, 4] as const;
const slivers = [
  ['top', [10, 0, 16, 3]],
  ['left', [0, 10, 3, 16]],
  ['right', [36, 10, 39, 16]],
  ['bottom', [10, 36, 16, 39]],
] as const;

describe('cleanMask', () => {
  test('keeps what lies inside, and what reaches 0.6 row spacings in from the frame', () => {
    const mask = maskOf(inside, deep);
    expect(clean(mask)).toEqual(mask);
  });

  test.each(slivers)('drops a sliver along the %s of the frame', (_, sliver) => {
    expect(clean(maskOf(inside, sliver))).toEqual(maskOf(inside));
  });

  test('keeps a sliver that was clicked', () => {
    const [, sliver] = slivers[0];
    const mask = maskOf(sliver);
    expect(clean(mask, [12])).toEqual(mask);
    expect(clean(mask, [12 * SIZE])).toEqual(maskOf());
    const line = maskOf([10, 20, 30, 20]);
    expect(clean(line, [20 * SIZE + 12])).toEqual(maskOf());
  });

  test('where rows are far apart, a sliver is one of less than five pixels', () => {
    const valid = new Uint8Array(SIZE * SIZE).fill(1);
    const five = maskOf([10, 0, 20, 4]);
    expect(cleanMask(five, valid, SIZE, SIZE, 32)).toEqual(five);
    expect(cleanMask(maskOf([10, 0, 25, 3]), valid, SIZE, SIZE, 32)).toEqual(maskOf());
  });
});

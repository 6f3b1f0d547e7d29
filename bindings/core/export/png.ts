import { encode } from 'fast-png';
import { ShapeError } from '../errors.ts';

/** A grey PNG of 8 or 16 bits per pixel. pixels (rows, columns). */
export function writeGreyPng(
  pixels: Uint8Array | Uint16Array,
  rows: number,
  columns: number,
): Uint8Array {
  return write(pixels, rows, columns, 1, pixels instanceof Uint16Array ? 16 : 8);
}

/** A colour PNG. rgb (rows, columns, 3). */
export function writeRgbPng(rgb: Uint8Array, rows: number, columns: number): Uint8Array {
  return write(rgb, rows, columns, 3, 8);
}

function write(
  pixels: Uint8Array | Uint16Array,
  rows: number,
  columns: number,
  channels: number,
  depth: 8 | 16,
): Uint8Array {
  if (rows < 1 || columns < 1 || pixels.length !== rows * columns * channels) {
    throw new ShapeError(
      `png: expected ${rows} x ${columns} x ${channels} values, at least one, got ${pixels.length}.`,
    );
  }
  const png = encode(
    { width: columns, height: rows, data: pixels, depth, channels },
    { zlib: { level: 6 } },
  );
  return png.slice();
}

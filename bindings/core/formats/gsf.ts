import { makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, decodeText, quote } from './bytes.ts';
import { directionOfTitle, nameOfTitle } from './gwy.ts';
import { metresToNm, parseNumber, splitUnit } from './units.ts';

export const gsfMagic = 'Gwyddion Simple Field 1.0\n';

/**
 * Gwyddion Simple Field .gsf: 'key = value' lines, zeros up to a multiple of four bytes, then
 * little-endian float32, top row first. Throws FormatError.
 * Format: Gwyddion user guide, "Gwyddion Simple Field".
 */
export function readGsf(bytes: Uint8Array, file: string): Scan {
  const cursor = new Cursor(bytes, file);
  cursor.skip(gsfMagic.length, 'the first line of a Gwyddion Simple Field');
  const headerAt = cursor.offset;
  const text = decodeText(cursor.zeroEnded('a zero byte that ends the header'));
  const header: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const entry = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (entry) header[entry[1]!] = entry[2]!;
  }

  const columns = size(cursor, header, 'XRes', headerAt);
  const rows = size(cursor, header, 'YRes', headerAt);
  // One to four zeros: the header ends in a zero even when its length is a multiple of four.
  cursor.skip((4 - (cursor.offset % 4)) % 4, 'zeros up to a multiple of four bytes');
  if (cursor.left !== rows * columns * 4) {
    cursor.fail(
      `${count(cursor.left, 'byte')} of pixels`,
      `${rows * columns * 4} (${columns} x ${rows} float32)`,
    );
  }
  const pixels = new Float32Array(rows * columns);
  const values = splitUnit(header['ZUnits'] ?? '');
  const view = new DataView(bytes.buffer, bytes.byteOffset + cursor.offset);
  for (let i = 0; i < pixels.length; i++) pixels[i] = view.getFloat32(4 * i, true) * values.scale;

  const lengths = splitUnit(header['XYUnits'] ?? '');
  const length = (key: string): number | null => {
    const real = parseNumber(header[key]);
    return real !== null && lengths.unit === 'm' ? metresToNm(real * lengths.scale) : null;
  };
  const title = header['Title'] || 'channel 0';
  const channel = makeChannel(nameOfTitle(title), pixels, rows, columns, {
    unit: values.unit,
    direction: directionOfTitle(title),
    widthNm: length('XReal'),
    heightNm: length('YReal'),
  });
  return { name: file, format: 'gsf', channels: [channel], header, warnings: [] };
}

function size(cursor: Cursor, header: Record<string, string>, key: string, at: number): number {
  const text = header[key];
  if (text === undefined) return cursor.fail(`no ${key}`, `a line '${key} = ...'`, at);
  const n = /^\d+$/.test(text) ? Number(text) : 0;
  return n > 0 ? n : cursor.fail(`${key} = ${quote(text)}`, 'a positive whole number', at);
}

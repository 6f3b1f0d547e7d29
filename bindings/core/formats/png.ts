import { type DecodedPng, decode } from 'fast-png';
import { AdatomError } from '../errors.ts';
import { makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, decodeLatin1, quote } from './bytes.ts';
import { colourWarning, toGrey } from './grey.ts';

export const pngMagic = '\x89PNG\r\n\x1a\n';

// Deflate shrinks at most about 1032 times, so a header cannot honestly announce more than that.
const largestRatio = 1032;

const samplesOfColourType: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

let crcTable: Uint32Array | undefined;

/** CRC-32 of a chunk's type and content. PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * Walk the chunks before anything is decoded: lengths inside the file, checksums right, and a size
 * that the compressed pixels can fill.
 */
function checkChunks(bytes: Uint8Array, file: string): void {
  const cursor = new Cursor(bytes, file, 0, bytes.length, 'big');
  cursor.skip(pngMagic.length, 'the magic of a PNG file');
  let wanted = 0;
  let compressed = 0;
  for (let type = ''; type !== 'IEND'; ) {
    const at = cursor.offset;
    const length = cursor.u32('the length of a chunk');
    cursor.need(length + 8, 'a chunk');
    const checked = bytes.subarray(at + 4, at + 8 + length);
    type = decodeLatin1(checked.subarray(0, 4));
    if ((wanted === 0) !== (type === 'IHDR'))
      cursor.fail(`chunk ${quote(type)}`, 'chunk IHDR first and once', at);
    if (type === 'IHDR')
      wanted = checkHeader(new Cursor(bytes, file, at + 8, at + 8 + length, 'big'));
    if (type === 'IDAT') compressed += length;
    cursor.offset = at + 8 + length;
    if (cursor.u32('a checksum') !== crc32(checked)) {
      cursor.fail(`a wrong checksum of chunk ${quote(type)}`, 'undamaged bytes', at);
    }
  }
  if (wanted > compressed * largestRatio) {
    cursor.fail(
      `${count(compressed, 'byte')} of compressed pixels`,
      `enough for ${count(wanted, 'byte')}`,
      8,
    );
  }
}

/** Bytes of the uncompressed image. */
function checkHeader(cursor: Cursor): number {
  const at = cursor.offset;
  const width = cursor.u32('the width');
  const height = cursor.u32('the height');
  const depth = cursor.u8('the bit depth');
  const colourType = cursor.u8('the colour type');
  const samples = samplesOfColourType[colourType];
  if (width === 0 || height === 0) cursor.fail(`${width} x ${height} pixels`, 'at least one', at);
  if (samples === undefined) cursor.fail(`colour type ${colourType}`, '0, 2, 3, 4 or 6', at + 9);
  if (![1, 2, 4, 8, 16].includes(depth)) {
    cursor.fail(`bit depth ${depth}`, '1, 2, 4, 8 or 16', at + 8);
  }
  return Math.ceil((width * samples * depth) / 8) * height;
}

/** Samples of fewer than 8 bits share bytes, most significant first; every row begins a new byte. */
function unpack({ data, width, height, depth }: DecodedPng): Uint8Array {
  const out = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = (1 << depth) - 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bit = column * depth;
      const byte = data[row * rowBytes + (bit >> 3)]!;
      out[row * width + column] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return out;
}

/**
 * PNG, grey or coloured, as brightness 0..255 or 0..65535. A picture says nothing of the surface's
 * size, and its resolution tag is about printing. Throws FormatError.
 */
export function readPng(bytes: Uint8Array, file: string): Scan {
  checkChunks(bytes, file);
  let png: DecodedPng;
  try {
    png = decode(bytes);
  } catch (error) {
    if (error instanceof AdatomError) throw error;
    const cursor = new Cursor(bytes, file, pngMagic.length);
    return cursor.fail(`a PNG that cannot be decoded (${String(error)})`, 'PNG chunks');
  }
  const { width, height, channels } = png;
  const { grey, coloured } = toGrey({
    values: png.depth < 8 ? unpack(png) : png.data,
    pixels: width * height,
    samplesPerPixel: channels,
    palette: png.palette,
  });
  return {
    name: file,
    format: 'png',
    channels: [makeChannel('brightness', grey, height, width)],
    header: { ...png.text, depth: String(png.depth), samplesPerPixel: String(channels) },
    warnings: coloured ? [colourWarning] : [],
  };
}

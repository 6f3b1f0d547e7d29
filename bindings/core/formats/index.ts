import { FormatError, OptionError } from '../errors.ts';
import type { Channel, Scan } from '../scan.ts';
import { isMul, mulMagic, readMul } from './aarhus-mul.ts';
import { quoteStart, startsWith } from './bytes.ts';
import { createcMagics, readCreatec } from './createc.ts';
import { gsfMagic, readGsf } from './gsf.ts';
import { gwyMagic, oldGwyMagic, readGwy } from './gwy.ts';
import { igorMagics, isIgor, readIgor } from './igor.ts';
import { readMatrix } from './matrix.ts';
import { matrixMagic } from './matrix-parameters.ts';
import { gridMagic, readGrid } from './nanonis-3ds.ts';
import { nanoscopeMagic, readNanoscope } from './nanoscope.ts';
import { nidMagic, readNid } from './nanosurf-nid.ts';
import { npyMagic, readNpy } from './npy.ts';
import type { ReadOptions } from './options.ts';
import { pngMagic, readPng } from './png.ts';
import { readRhkSm4, rhkSm4Magics } from './rhk-sm4.ts';
import { readSxm, sxmMagic } from './sxm.ts';
import { readTiff, tiffMagics } from './tiff.ts';
import { splitUnit } from './units.ts';
import { recogniseUnread } from './unread.ts';
import { readWsxm, wsxmMagic } from './wsxm.ts';

export { type NpyArray, readNpyArray } from './npy.ts';
export type { ReadOptions, Siblings } from './options.ts';

interface Format {
  title: string;
  magics: readonly string[];
  /** Where they stand, when not at the beginning. */
  at?: number;
  /** What else tells it, of a format whose magic is short, and in words for the error. */
  isWhole?(bytes: Uint8Array): boolean;
  whole?: string;
  extension: RegExp;
  read(bytes: Uint8Array, file: string, options: ReadOptions): Scan;
}

const formats: readonly Format[] = [
  { title: 'NumPy .npy', magics: [npyMagic], extension: /\.npy$/i, read: readNpy },
  { title: 'Nanonis .sxm', magics: [sxmMagic], extension: /\.sxm$/i, read: readSxm },
  { title: 'Nanonis .3ds', magics: [gridMagic], extension: /\.3ds$/i, read: readGrid },
  {
    title: 'Omicron Matrix .Z_mtrx',
    magics: [matrixMagic],
    extension: /[._]mtrx$/i,
    read: (bytes, file, { siblings }) => readMatrix(bytes, file, siblings),
  },
  // The extension belongs to others as well, so it does not make a file a broken one of Createc.
  { title: 'Createc .dat', magics: createcMagics, extension: /(?!)/, read: readCreatec },
  {
    title: 'RHK .sm4',
    magics: rhkSm4Magics,
    at: 2,
    extension: /\.sm4$/i,
    read: readRhkSm4,
  },
  {
    title: 'WSxM .stp',
    magics: [wsxmMagic],
    extension: /\.(stp|top|tom)$/i,
    read: readWsxm,
  },
  { title: 'Nanosurf .nid', magics: [nidMagic], extension: /\.nid$/i, read: readNid },
  {
    title: 'Igor .ibw',
    magics: igorMagics,
    isWhole: isIgor,
    whole: 'a header with the right checksum',
    extension: /\.ibw$/i,
    read: readIgor,
  },
  // Its extensions belong to others as well, or are numbers.
  {
    title: 'Nanoscope .spm',
    magics: [nanoscopeMagic],
    extension: /(?!)/,
    read: readNanoscope,
  },
  { title: 'Gwyddion .gwy', magics: [gwyMagic, oldGwyMagic], extension: /\.gwy$/i, read: readGwy },
  { title: 'Gwyddion .gsf', magics: [gsfMagic], extension: /\.gsf$/i, read: readGsf },
  { title: 'PNG', magics: [pngMagic], extension: /\.png$/i, read: readPng },
  { title: 'TIFF', magics: tiffMagics, extension: /\.tiff?$/i, read: readTiff },
  // Last, because all formats with a longer magic come first.
  {
    title: 'Aarhus .mul',
    magics: [mulMagic],
    isWhole: isMul,
    whole: 'blocks of 128 bytes with an index of images',
    extension: /\.mul$/i,
    read: readMul,
  },
];

const titles = formats.map(({ title }) => title).join(', ');

/** The format whose magic the content begins with; the name only words the error. */
function recognise(bytes: Uint8Array, file: string): Format {
  if (bytes.length === 0) throw new FormatError(file, 0, 'an empty file', `a scan (${titles})`);
  const format = formats.find(
    ({ magics, at, isWhole }) =>
      magics.some((magic) => startsWith(bytes, magic, at)) && (isWhole?.(bytes) ?? true),
  );
  if (format) return format;
  const unread = recogniseUnread(bytes);
  if (unread) {
    const found = `${unread.name} file, which adatom does not read yet`;
    throw new FormatError(file, unread.at, found, `one of ${titles}`);
  }
  const named = formats.find(({ extension }) => extension.test(file));
  const whole = named?.whole === undefined ? '' : ` and ${named.whole}`;
  const expected = named
    ? `${quoteMagic(named)}${whole}, as its name says ${named.title}`
    : `one of ${titles}`;
  throw new FormatError(file, 0, quoteStart(bytes), expected);
}

function quoteMagic({ magics, at }: Format): string {
  const texts = magics.map((magic) => {
    const isUtf16 = /^([ -~]\0)+$/.test(magic);
    const shown = isUtf16 ? magic.replaceAll('\0', '') : magic;
    const text = quoteStart(
      Uint8Array.from(shown, (c) => c.charCodeAt(0)),
      shown.length,
    );
    return isUtf16 ? `${text} in UTF-16` : text;
  });
  return texts.join(' or ') + (at === undefined ? '' : ` at byte ${at}`);
}

function checkOptions({ widthNm }: ReadOptions): void {
  if (widthNm !== undefined && !(widthNm > 0 && Number.isFinite(widthNm))) {
    throw new OptionError(`width: expected a positive number of nanometres, got ${widthNm}.`);
  }
}

/** Part by which a width given may differ from the file's own unremarked: of a rounded number. */
const WIDTHS_DIFFER = 0.01;

/** The height follows the file's own aspect ratio, or that of the pixels when it states no size. */
function setWidth({ warnings }: Scan, channel: Channel, widthNm: number): void {
  const own = channel.widthNm;
  if (own !== null && Math.abs(own - widthNm) > WIDTHS_DIFFER * own) {
    const told = `the file says it is ${Number(own.toPrecision(4))} nm wide; the width given, ${widthNm} nm, was used instead.`;
    if (!warnings.includes(told)) warnings.push(told);
  }
  const { rows, columns } = channel;
  const aspect =
    channel.widthNm !== null && channel.heightNm !== null
      ? channel.heightNm / channel.widthNm
      : rows / columns;
  channel.widthNm = widthNm;
  channel.heightNm = widthNm * aspect;
}

function setUnit(channel: Channel, text: string): void {
  const { unit, scale } = splitUnit(text);
  channel.unit = unit;
  if (scale === 1) return;
  // The reader made these pixels for this scan; nobody else holds them.
  const { pixels } = channel;
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixels[i]! * scale;
}

/** Rows with at least one measured pixel, and pixels that are not. */
function countMeasured({ pixels, rows, columns }: Channel): { measuredRows: number; nan: number } {
  let nan = 0;
  let measuredRows = 0;
  for (let row = 0, at = 0; row < rows; row++) {
    let nanOfRow = 0;
    for (let column = 0; column < columns; column++, at++) {
      if (Number.isNaN(pixels[at]!)) nanOfRow++;
    }
    nan += nanOfRow;
    if (nanOfRow < columns) measuredRows++;
  }
  return { measuredRows, nan };
}

/** What a channel lacks, if anything. */
function describeMissing(channel: Channel): string | null {
  const { measuredRows, nan } = countMeasured(channel);
  const { rows, columns } = channel;
  if (nan === 0) return null;
  if (measuredRows === 0) return 'every pixel is NaN, nothing was measured.';
  if (measuredRows < rows) return `unfinished, ${measuredRows} of ${rows} rows measured.`;
  return `${nan} of ${rows * columns} pixels are NaN.`;
}

/** More channels that lack the same are told of together: a grid of spectra has dozens. */
const TOLD_ALONE = 8;

function missingPixels(channels: readonly Channel[]): string[] {
  const titles = new Map<string, string[]>();
  for (const channel of channels) {
    const missing = describeMissing(channel);
    if (missing === null) continue;
    const { name, direction } = channel;
    const title = direction === 'unknown' ? `'${name}'` : `'${name}' ${direction}`;
    const alike = titles.get(missing);
    if (alike) alike.push(title);
    else titles.set(missing, [title]);
  }
  return [...titles].flatMap(([missing, [first, ...others]]) =>
    others.length < TOLD_ALONE
      ? [first, ...others].map((title) => `${title}: ${missing}`)
      : [`${first} and ${others.length} more: ${missing}`],
  );
}

/**
 * A scan from a file's bytes. The format is recognised by content: .npy, Nanonis .sxm and .3ds,
 * Omicron/Scienta Matrix images (with their parameter file among options.siblings), Createc
 * .dat, RHK .sm4, WSxM .stp, .top and .tom, Nanosurf .nid, Igor .ibw, Nanoscope .spm, Gwyddion .gwy and .gsf, PNG, TIFF,
 * Aarhus .mul. Row 0 is the top and column 0 the left whatever the file stores. Pixels not measured are NaN and named
 * in the warnings. The bytes are not modified and not kept. Throws FormatError for content that is not what its format promises (with file, byte offset,
 * found, expected), and OptionError for a width that is none.
 */
export function readScan(bytes: Uint8Array, name: string, options: ReadOptions = {}): Scan {
  checkOptions(options);
  const file = name.split(/[\\/]/).pop() || name;
  const scan = recognise(bytes, file).read(bytes, file, options);
  for (const channel of scan.channels) {
    if (options.widthNm !== undefined) setWidth(scan, channel, options.widthNm);
    if (options.unit !== undefined && channel.unit === '') setUnit(channel, options.unit);
  }
  scan.warnings.push(...missingPixels(scan.channels));
  return scan;
}

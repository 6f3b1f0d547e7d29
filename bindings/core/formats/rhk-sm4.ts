import { type Direction, makeChannel, type Scan } from '../scan.ts';
import { Cursor, count, quote } from './bytes.ts';
import { walk } from './orient.ts';
import { contents, image, type Page, readPages } from './rhk-sm4-pages.ts';
import { metresToNm, parseNumber, splitUnit } from './units.ts';

export { rhkSm4Magics } from './rhk-sm4-pages.ts';

/** Up and down are a fast axis that runs along y: neither forward nor backward of a line. */
const directions: readonly Direction[] = ['forward', 'backward'];

const isImage = ({ content, columns, rows }: Page) => content === image && columns > 1 && rows > 1;

/** A float32 of the file without the digits that it does not have: 7.5e-8 and not 7.500000265e-8. */
function sevenDigits(n: number): number {
  return Number(n.toPrecision(7));
}

function finite(n: number): number | null {
  return Number.isFinite(n) ? sevenDigits(n) : null;
}

/** The name that RHK's program shows, which is the same for both directions. */
function nameOf({ texts, type }: Page, index: number): string {
  return texts.label || { 1: 'Topography', 2: 'Current' }[type] || `channel ${index}`;
}

/** Physical length of n pixels in nm; null without a unit of length. */
function lengthNm(n: number, scale: number, text: string | undefined): number | null {
  const { unit, scale: prefix } = splitUnit(text ?? '');
  return unit === 'm' ? metresToNm(sevenDigits(n * Math.abs(scale) * prefix)) : null;
}

/**
 * The set-point, where the file says (Rev9 does) that an ampere is what is regulated. The current
 * that XPMPro writes is another: 43 pA in test_iv of the tests, whose operator noted 4 nA.
 */
function setpoint({ current, texts }: Page): number | null {
  return texts.setpointUnit === 'A' && current !== 0 ? finite(current) : null;
}

/**
 * Stored numbers as values. Both directions are stored in the same order, that of the coordinates:
 * with the negative scales that RHK writes the first pixel has the largest x and y, so columns run
 * right to left and row 0 is the top. (In dI-dV_9K_ABC6 of the tests the coordinates of 32 x 32
 * spectra begin at the top right, and they follow the image in its stored order; Gwyddion turns it alike.)
 */
function readPixels(bytes: Uint8Array, page: Page, scale: number): Float64Array {
  const { rows, columns, data, zScale, zOffset, xScale, yScale } = page;
  const view = new DataView(bytes.buffer, bytes.byteOffset + data.offset, rows * columns * 4);
  const pixels = new Float64Array(rows * columns);
  const { start, rowStep, columnStep } = walk(rows, columns, yScale > 0, xScale < 0);
  const completed = parseNumber(page.texts.completedLines) ?? rows;
  const mayLack = completed > 0 && completed < rows;
  for (let row = 0, from = 0; row < rows; row++) {
    let to = start + row * rowStep;
    const isUnmeasured = mayLack && isUniform(view, from, columns);
    for (let column = 0; column < columns; column++) {
      const value = (view.getInt32(from, true) * zScale + zOffset) * scale;
      pixels[to] = isUnmeasured ? Number.NaN : value;
      to += columnStep;
      from += 4;
    }
  }
  return pixels;
}

/**
 * Does a stored row hold one number only? In a file that says that lines are missing these are
 * they: the file does not say at which end, and a line of 32-bit noise is never so even.
 */
function isUniform(view: DataView, from: number, columns: number): boolean {
  const first = view.getInt32(from, true);
  for (let column = 1; column < columns; column++) {
    if (view.getInt32(from + 4 * column, true) !== first) return false;
  }
  return true;
}

function checkImage(cursor: Cursor, page: Page): void {
  const { columns, rows, data, at, zScale, zOffset } = page;
  if (columns * rows * 4 > data.size) {
    const expected = `${columns} x ${rows} int32`;
    cursor.fail(`${count(data.size, 'byte')} of pixels`, expected, at + 24);
  }
  if (!Number.isFinite(zScale) || !Number.isFinite(zOffset)) {
    cursor.fail(`scale ${zScale} and offset ${zOffset} of the values`, 'numbers', at + 64);
  }
}

function readImage(bytes: Uint8Array, page: Page, index: number) {
  const { rows, columns, scan, xScale, yScale, texts } = page;
  const { unit, scale } = splitUnit(texts.zUnit ?? '');
  return makeChannel(nameOf(page, index), readPixels(bytes, page, scale), rows, columns, {
    unit,
    direction: directions[scan] ?? 'unknown',
    widthNm: lengthNm(columns, xScale, texts.xUnit),
    heightNm: lengthNm(rows, yScale, texts.yUnit),
    angleDeg: finite(page.angleDeg),
    biasV: finite(page.biasV),
    setpointA: setpoint(page),
  });
}

const namesShown = 8;

/** "spectra ('LIA Current', 'Current')": what a file holds beside images of two dimensions. */
function describeOthers(pages: Page[]): string {
  const others = contents.flatMap((title, content) => {
    const alike = pages.filter((page) => page.content === content && !isImage(page));
    if (alike.length === 0) return [];
    const labels = new Set(alike.flatMap(({ texts }) => texts.label || []));
    const names = Array.from(labels, quote).slice(0, namesShown);
    const what = content === image ? 'images of one line' : title;
    return names.length > 0 ? `${what} (${names.join(', ')})` : what;
  });
  return others.join(' and ');
}

function flatten(pages: Page[], signature: string): Record<string, string> {
  const header: Record<string, string> = { signature };
  pages.forEach((page, i) => {
    const { content, type, columns, rows, texts } = page;
    const entries = { content: contents[content], type, columns, rows, ...texts };
    for (const [key, value] of Object.entries(entries)) {
      if (value !== '') header[`page ${i}/${key}`] = String(value);
    }
  });
  return header;
}

/**
 * RHK SM4 (.sm4 of XPMPro and Rev9): every page that is an image of more than one line is a channel
 * named by its label, forward for a scan to the right, backward for one to the left. The file does
 * not say whether lines followed each other up or down. Other pages, spectra mostly, are left
 * out and told of. Throws FormatError.
 */
export function readRhkSm4(bytes: Uint8Array, file: string): Scan {
  const { signature, pages } = readPages(bytes, file);
  const cursor = new Cursor(bytes, file, 2);
  const others = describeOthers(pages);
  if (!pages.some(isImage)) {
    const held = others === '' ? '' : ` but ${others}, which adatom does not read yet`;
    cursor.fail(`an RHK SM4 file that holds no image${held}`, 'at least one image');
  }
  const channels = pages.flatMap((page, index) => {
    if (!isImage(page)) return [];
    checkImage(cursor, page);
    return [readImage(bytes, page, index)];
  });
  const warnings = channels.flatMap(({ name, widthNm, direction }) =>
    widthNm === null
      ? [`the width of ${quote(name)} ${direction} is no length in metres: not used.`]
      : [],
  );
  if (others !== '') warnings.push(`the file also holds ${others}: not read.`);
  const header = flatten(pages, signature);
  return { name: file, format: 'rhk-sm4', channels, header, warnings };
}

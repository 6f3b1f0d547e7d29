import { asUtf16, Cursor, count, decodeUtf16 } from './bytes.ts';

/** They follow two bytes that give the length of the file's header. */
export const rhkSm4Magics = [asUtf16('STiMage 005.'), asUtf16('STiMage 006.')];

/** What the file calls an object: a type, where it is and how long. */
interface Sm4Object {
  type: number;
  offset: number;
  size: number;
  /** Where this entry of a list stands, for error messages. */
  at: number;
}

const pageIndexHeader = 1;
const pageIndexArray = 2;
const pageHeader = 3;
const pageData = 4;
const stringData = 10;

const objectBytes = 12;
const indexBytes = 32;
const headerBytes = 180;
const signatureBytes = 36;

/** What a page may hold, by the number that its index gives. */
export const contents = [
  'images',
  'spectra',
  'x-y curves',
  'annotated curves',
  'texts',
  'annotated texts',
  'sequential data',
  'movies',
] as const;

export const image = 0;
/** Their header is another, shorter one, without a label. */
const sequential = 6;

/** One page: an image in one direction, a set of spectra, ... */
export interface Page {
  /** Index in `contents`. */
  content: number;
  /** 1 topography, 2 current, ... */
  type: number;
  columns: number;
  rows: number;
  /** 0 right, 1 left, 2 up, 3 down. */
  scan: number;
  /** Lengths per pixel in the unit of texts.xUnit and yUnit; negative when coordinates fall. */
  xScale: number;
  yScale: number;
  /** Value = zOffset + zScale * stored number, in the unit of texts.zUnit. */
  zScale: number;
  zOffset: number;
  biasV: number;
  current: number;
  angleDeg: number;
  texts: Texts;
  /** Where the stored numbers are. */
  data: { offset: number; size: number };
  /** Where the header is, for error messages. */
  at: number;
}

/** The texts of a page in the order of the file. */
const textNames = [
  'label',
  'system',
  'session',
  'user',
  'path',
  'date',
  'time',
  'xUnit',
  'yUnit',
  'zUnit',
  'xLabel',
  'yLabel',
  'statusChannel',
  'completedLines',
  'oversampling',
  'slicedVoltage',
  'pllProStatus',
  'setpointUnit',
  'driveValues',
] as const;

export type Texts = Partial<Record<(typeof textNames)[number], string>>;

/**
 * Follows the file's lists of objects. It adds up what the pages say is theirs: together they
 * cannot have more bytes than the file, so a small one cannot ask for one image a thousand times.
 */
class Reader {
  private readonly bytes: Uint8Array;
  private readonly file: string;
  private headerEnd = 0;
  private claimed = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.file = file;
  }

  /** The file's header, the page index header that it points to, and the index array behind that. */
  pages(): { signature: string; pages: Page[] } {
    const cursor = new Cursor(this.bytes, this.file, 2);
    const signature = textOf(cursor.block(signatureBytes, 'the signature'));
    cursor.skip(4, 'the number of pages');
    const objectCount = cursor.u32('the number of objects');
    const sizeAt = cursor.offset;
    const size = cursor.u32('the size of an object');
    if (size !== objectBytes) {
      cursor.fail(`objects of ${count(size, 'byte')}`, String(objectBytes), sizeAt);
    }
    cursor.skip(8, 'the header');
    const objects = this.objects(cursor, objectCount, 'the header');
    this.headerEnd = cursor.offset;

    const header = this.find(cursor, objects, pageIndexHeader, 'page index header');
    const index = this.at(header.offset);
    const pageCount = index.u32('the number of pages');
    const listed = index.u32('the number of objects');
    index.skip(8, 'the page index header');
    const inner = this.objects(index, listed, 'the page index header');
    const array = this.at(this.find(index, inner, pageIndexArray, 'page index array').offset);
    array.need(pageCount * indexBytes, `the index of ${count(pageCount, 'page')}`);
    const pages: Page[] = [];
    for (let i = 0; i < pageCount; i++) pages.push(this.page(array, i));
    return { signature, pages };
  }

  private at(offset: number): Cursor {
    return new Cursor(this.bytes, this.file, offset);
  }

  /** A list of objects. One beyond the end is refused even if not needed: the file was cut. */
  private objects(cursor: Cursor, n: number, owner: string): Sm4Object[] {
    cursor.need(n * objectBytes, `the ${count(n, 'object')} of ${owner}`);
    const objects: Sm4Object[] = [];
    for (let i = 0; i < n; i++) {
      const at = cursor.offset;
      const type = cursor.u32('the type of an object');
      const offset = cursor.u32('the place of an object');
      const size = cursor.u32('the size of an object');
      if (offset + size > this.bytes.length) {
        const found = `object ${type} of ${count(size, 'byte')} at byte ${offset}`;
        cursor.fail(found, `one within the ${count(this.bytes.length, 'byte')} of the file`, at);
      }
      objects.push({ type, offset, size, at });
    }
    return objects;
  }

  /** The object of a type; entries of size 0 are places left free. */
  private find(cursor: Cursor, objects: Sm4Object[], type: number, title: string): Sm4Object {
    const found = objects.find((object) => object.type === type && object.size > 0);
    if (!found) return cursor.fail(`no ${title} in the list before`, `object ${type}`);
    this.checkPlace(cursor, found, title);
    return found;
  }

  private checkPlace(cursor: Cursor, { offset, at }: Sm4Object, title: string): void {
    if (offset >= this.headerEnd) return;
    const found = `the ${title} at byte ${offset}, inside the file's header`;
    cursor.fail(found, `byte ${this.headerEnd} or later`, at);
  }

  /** Take n bytes for a page. */
  private claim(cursor: Cursor, n: number, at: number): void {
    this.claimed += n;
    if (this.claimed > this.bytes.length) {
      cursor.fail('pages that share their bytes', 'a place of its own for every page', at);
    }
  }

  /** One entry of the index array and the page that it points to. */
  private page(array: Cursor, i: number): Page {
    const title = `page ${i}`;
    array.skip(16, `the id of ${title}`);
    const at = array.offset;
    const content = array.u32(`what ${title} holds`);
    if (content >= contents.length) {
      array.fail(`${title} of data type ${content}`, `0 to ${contents.length - 1}`, at);
    }
    array.skip(4, `the source of ${title}`);
    const objectCount = array.u32(`the number of objects of ${title}`);
    array.skip(4, `the version of ${title}`);
    const objects = this.objects(array, objectCount, title);
    const header = this.find(array, objects, pageHeader, `header of ${title}`);
    if (content === sequential) return sequentialPage(header.offset);
    // Only an image is read further: what else there is may lack its numbers.
    if (content !== image) return { ...this.header(header, title), content, data: noData };
    const data = this.find(array, objects, pageData, `data of ${title}`);
    this.claim(array, data.size, data.at);
    return { ...this.header(header, title), content, data };
  }

  private header(object: Sm4Object, title: string): Omit<Page, 'content' | 'data'> {
    const cursor = this.at(object.offset);
    cursor.need(headerBytes, `the header of ${title}`);
    const u32 = () => cursor.u32('the header of a page');
    const f32 = () => cursor.f32('the header of a page');
    cursor.skip(2, 'the size of the header');
    const textCount = cursor.u16('the number of texts');
    const type = u32();
    cursor.skip(16, 'the header of a page'); // sub-source, line type, corner
    const [columns, rows] = [u32(), u32()];
    cursor.skip(4, 'the header of a page'); // normal or autocorrelated
    const scan = u32();
    cursor.skip(16, 'the header of a page'); // group, size, smallest and largest number
    const [xScale, yScale, zScale] = [f32(), f32(), f32()];
    cursor.skip(12, 'the header of a page'); // a second scale, the scan's place
    const zOffset = f32();
    cursor.skip(4, 'the header of a page'); // time per pixel
    const [biasV, current, angleDeg] = [f32(), f32(), f32()];
    cursor.skip(12, 'the header of a page'); // colours, grid
    const objectCount = u32();
    cursor.offset = object.offset + headerBytes;
    const objects = this.objects(cursor, objectCount, `the header of ${title}`);
    this.claim(cursor, cursor.offset - object.offset, object.at);

    const texts = this.texts(cursor, objects, textCount, title);
    const size = { columns, rows, xScale, yScale, zScale, zOffset };
    return { type, scan, ...size, biasV, current, angleDeg, texts, at: object.offset };
  }

  /** Texts, each behind its length in characters; newer files have more than are known here. */
  private texts(cursor: Cursor, objects: Sm4Object[], n: number, title: string): Texts {
    const texts: Texts = {};
    const object = objects.find(({ type, size }) => type === stringData && size > 0);
    if (!object) return texts;
    this.checkPlace(cursor, object, `texts of ${title}`);
    this.claim(cursor, object.size, object.at);
    const { offset, size } = object;
    const inside = new Cursor(this.bytes, this.file, offset, offset + size);
    for (const name of textNames.slice(0, n)) {
      const length = inside.u16(`the length of the text '${name}'`);
      texts[name] = textOf(inside.block(2 * length, `the text '${name}'`));
    }
    return texts;
  }
}

const noData = { offset: 0, size: 0 };

function sequentialPage(at: number): Page {
  const place = { xScale: 0, yScale: 0, zScale: 0, zOffset: 0, scan: 0 };
  const state = { biasV: 0, current: 0, angleDeg: 0, texts: {}, data: noData };
  return { content: sequential, type: 0, columns: 0, rows: 0, ...place, ...state, at };
}

/** UTF-16 of fixed or counted length; what stands behind or between zeros is not text. */
function textOf(bytes: Uint8Array): string {
  return decodeUtf16(bytes).replaceAll('\0', ' ').trim();
}

/**
 * The pages of an RHK SM4 file, images and others, with all but their numbers. A header lists objects;
 * one of them leads to the index of pages; each page lists a header, data and, through its header,
 * texts. Layout after RHK's description of the format as spym and Gwyddion read it. Throws FormatError.
 */
export function readPages(bytes: Uint8Array, file: string): { signature: string; pages: Page[] } {
  return new Reader(bytes, file).pages();
}

import { type Cursor, decodeText, indexOfText, quote } from './bytes.ts';

/** A header entry: its text, and where it stands for error messages. */
export interface Entry {
  text: string;
  at: number;
}

export interface TextHeader {
  /** By name, after its section where the format has sections: 'Control: Set Point'. The first of a name counts. */
  entries: Map<string, Entry>;
  /** Where the line stands that ends the header. */
  end: number;
}

/** Where the line begins that ends a header; throws FormatError without one. */
export function findHeaderEnd(cursor: Cursor, mark: string): number {
  const { bytes } = cursor;
  const end = indexOfText(bytes, `\n${mark}`) + 1;
  return end > 0 ? end : cursor.fail('no end of the header', mark, bytes.length);
}

/** Each line before `end`, without what surrounds it, and where it stands. */
export function* headerLines(
  { bytes }: Cursor,
  end: number,
): Generator<{ line: string; at: number }> {
  for (let at = 0; at < end; ) {
    const stop = bytes.indexOf(10, at);
    yield { line: decodeText(bytes.subarray(at, stop)).trim(), at };
    at = stop + 1;
  }
}

/** Lines of a name, a separator and a text, under '[Section]' where the format has sections, up to the line that begins with `mark`. */
export function parseTextHeader(
  cursor: Cursor,
  mark: string,
  separator: ':' | '=',
  hasSections: boolean,
): TextHeader {
  const end = findHeaderEnd(cursor, mark);
  const entries: TextHeader['entries'] = new Map();
  let prefix = '';
  for (const { line, at } of headerLines(cursor, end)) {
    const section = hasSections ? /^\[(.*)\]$/.exec(line)?.[1] : undefined;
    if (section !== undefined) prefix = `${section}: `;
    const stop = line.indexOf(separator);
    const key = prefix + line.slice(0, Math.max(stop, 0)).trim();
    if (stop > 0 && !entries.has(key)) {
      entries.set(key, { text: line.slice(stop + 1).trim(), at });
    }
  }
  return { entries, end };
}

/** An entry that must be there. */
export function requiredEntry(
  cursor: Cursor,
  { entries, end }: TextHeader,
  key: string,
  expected: string,
): Entry {
  return entries.get(key) ?? cursor.fail('no such line in the header', expected, end);
}

/** A whole number that must be there: `name` as the file writes it, with its separator, and `where` it stands. */
export function requiredCount(
  cursor: Cursor,
  header: TextHeader,
  key: string,
  name: string,
  least: 0 | 1,
  where = '',
): number {
  const { text, at } = requiredEntry(cursor, header, key, name.trim() + where);
  const n = /^\d+$/.test(text) ? Number(text) : -1;
  if (n >= least && n <= 0x7fffffff) return n;
  return cursor.fail(`${name}${quote(text)}`, `a whole number from ${least}`, at);
}

/** Move past the header's last line; another line end there is a pixel. */
export function skipHeader(cursor: Cursor, { end }: TextHeader, mark: string): void {
  const { bytes } = cursor;
  let at = end + mark.length;
  if (bytes[at] === 13) at++;
  if (bytes[at] === 10) at++;
  cursor.offset = at;
}

/** Every entry as text, for the record. */
export function textsOf({ entries }: TextHeader): Record<string, string> {
  return Object.fromEntries([...entries].map(([key, { text }]) => [key, text]));
}

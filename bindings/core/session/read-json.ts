import { FormatError } from '../errors.ts';

/** Reads the fields of a JSON file one by one and says which one is not as expected. */
export class JsonReader {
  readonly file: string;
  private readonly value: unknown;
  private readonly path: string;

  private constructor(value: unknown, file: string, path: string) {
    this.value = value;
    this.file = file;
    this.path = path;
  }

  /** Throws FormatError unless the text is JSON with this `format` and a version that can be read. */
  static open(text: string, file: string, format: string, version: number): JsonReader {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new FormatError(file, 0, 'text that is not JSON', `a file of format '${format}'`);
    }
    const reader = new JsonReader(value, file, '');
    const found = typeof value === 'object' && value && (value as { format?: unknown }).format;
    if (found !== format) {
      const what = typeof found === 'string' ? `format '${found}'` : 'JSON of something else';
      throw new FormatError(file, 0, what, `a file of format '${format}'`);
    }
    const theirs = reader.field('version').number();
    if (theirs > version) {
      throw new FormatError(file, 0, `version ${theirs}`, `version ${version} or older`);
    }
    return reader;
  }

  fail(expected: string): never {
    const text = JSON.stringify(this.value) ?? 'nothing';
    const found = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw new FormatError(this.file, 0, `${found} in '${this.path}'`, expected);
  }

  field(name: string): JsonReader {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object');
    const path = this.path ? `${this.path}.${name}` : name;
    return new JsonReader((value as Record<string, unknown>)[name], this.file, path);
  }

  isNull(): boolean {
    return this.value === null || this.value === undefined;
  }

  number(): number {
    if (typeof this.value !== 'number') this.fail('a number');
    return this.value;
  }

  text(): string {
    if (typeof this.value !== 'string') this.fail('a text');
    return this.value;
  }

  object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || !this.value || Array.isArray(this.value)) {
      this.fail('an object');
    }
    return this.value as Record<string, unknown>;
  }

  list<T>(read: (item: JsonReader) => T): T[] {
    if (!Array.isArray(this.value)) this.fail('a list');
    return this.value.map((item, i) => read(new JsonReader(item, this.file, `${this.path}[${i}]`)));
  }
}

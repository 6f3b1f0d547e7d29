import { OptionError } from '../errors.ts';

/**
 * A result as JSON text: keys in the order given, indented, one LF at the end. What is not a finite
 * number becomes null. Throws OptionError for typed arrays: images belong in files of their own.
 */
export function writeResultJson(value: unknown): string {
  const text = JSON.stringify(value, plain, 2);
  if (text === undefined) throw new OptionError(`json: expected a value, got ${typeof value}.`);
  return `${text}\n`;
}

function plain(key: string, value: unknown): unknown {
  const unsuitable =
    ArrayBuffer.isView(value) ||
    value instanceof Map ||
    value instanceof Set ||
    typeof value === 'bigint';
  if (unsuitable) {
    throw new OptionError(
      `json: expected plain objects, arrays, texts and numbers, got ${Object(value).constructor.name} in '${key}'.`,
    );
  }
  return value;
}

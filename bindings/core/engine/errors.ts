import * as classes from '../errors.ts';

/** An error as plain data: structured clone keeps neither its class nor its fields. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack: string | undefined;
  /** FormatError's file, offset, found and expected. */
  fields: Record<string, unknown>;
}

export function toRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, fields: {} };
  }
  const { name, message, stack } = error;
  return { name, message, stack, fields: { ...error } };
}

/** The error again, of its own class where that is one of this library's. */
export function fromRecord({ name, message, stack, fields }: ErrorRecord): Error {
  const type = (classes as Record<string, { prototype: Error }>)[name] ?? Error;
  const error = Object.assign(new Error(message), fields, { name });
  if (stack !== undefined) error.stack = stack;
  return Object.setPrototypeOf(error, type.prototype);
}

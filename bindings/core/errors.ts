/**
 * Every error this library throws on purpose. The message is one sentence that says what was
 * found and what was expected; hosts print it as it stands, without a stack trace.
 */
export class AdatomError extends Error {
  override name = 'AdatomError';
}

/** A file's content is not what its format promises. offset is the byte where that shows. */
export class FormatError extends AdatomError {
  override name = 'FormatError';
  readonly file: string;
  readonly offset: number;
  readonly found: string;
  readonly expected: string;
  constructor(file: string, offset: number, found: string, expected: string) {
    super(`${file}: at byte ${offset}, found ${found}, expected ${expected}.`);
    this.file = file;
    this.offset = offset;
    this.found = found;
    this.expected = expected;
  }
}

/** Array lengths, tensor shapes or sizes that do not fit together. */
export class ShapeError extends AdatomError {
  override name = 'ShapeError';
}

/** A scan that holds nothing to work on: all NaN, constant, or smaller than a feature. */
export class EmptyScanError extends AdatomError {
  override name = 'EmptyScanError';
}

/** A support set that cannot be used: outside the scan, too few examples, too few classes. */
export class SupportError extends AdatomError {
  override name = 'SupportError';
}

/** An option's value that is out of range, of the wrong unit or unknown. */
export class OptionError extends AdatomError {
  override name = 'OptionError';
}

/** A weights file that holds no network this library can run. */
export class WeightsError extends AdatomError {
  override name = 'WeightsError';
}

/** A worker that could not be started, or that ended. */
export class WorkerError extends AdatomError {
  override name = 'WorkerError';
}

/** The caller's AbortSignal fired. */
export class CancelledError extends AdatomError {
  override name = 'CancelledError';
  constructor() {
    super('cancelled.');
  }
}

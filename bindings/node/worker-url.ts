/** A `URL`, of which this is enough: not every program that uses the declarations has that class. */
export interface FileUrl {
  readonly href: string;
}

/** Where the package's one kind of worker lies: beside the file that this ends up in. */
export const packagedWorker: FileUrl = new URL('./worker.js', import.meta.url);

// adatom/formats: the readers of scan files alone, for any host.

export { FormatError, OptionError } from '../core/errors.ts';
export { type ReadOptions, readScan, type Siblings } from '../core/formats/index.ts';
export type { Channel, Direction, Pixels, Scan } from '../core/scan.ts';
